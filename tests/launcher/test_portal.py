"""What the launcher leaves for commands in another terminal."""

from adoption_portal.launcher import portal


def test_variables_come_back_as_they_were(tmp_path):
    said = {"SECRET_KEY": 'it\'s "long" $HOME', "PGHOST": "/run/with a space", "PORTAL_DEMO": "1"}
    (tmp_path / "portal.env").write_text(portal.exported(said))

    assert portal.running(tmp_path) == said


def test_no_portal_ran_here(tmp_path):
    assert portal.running(tmp_path) == {}
