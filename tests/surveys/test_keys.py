"""Key files: private, whole or not there, and gone when they are destroyed."""

import os
from uuid import uuid4

import pytest

from surveys import keys, sealing

WAVE = uuid4()


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def test_key_and_folder_are_the_owners_alone(tmp_path):
    keys.made_for(WAVE)

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [file.name for file in (tmp_path / "keys").iterdir()] == [f"{WAVE}.key"]
    assert keys.path_of(WAVE).stat().st_mode & 0o777 == 0o600


def test_umask_opens_nothing():
    before = os.umask(0)
    try:
        keys.made_for(WAVE)
    finally:
        os.umask(before)
    assert keys.folder().stat().st_mode & 0o777 == 0o700
    assert keys.path_of(WAVE).stat().st_mode & 0o777 == 0o600


def test_folder_that_others_may_look_into_is_closed(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o755)
    (tmp_path / "keys").chmod(0o755)

    keys.made_for(WAVE)

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_key_is_made_once():
    assert keys.made_for(WAVE) == keys.made_for(WAVE) == keys.read(WAVE)
    assert len(sealing.public_of(keys.read(WAVE))) == 32


def test_destroyed_key_is_gone_and_stays_so():
    keys.made_for(WAVE)
    held = keys.path_of(WAVE).open("rb")  # an open handle outlives the name
    before = held.read()

    keys.destroy(WAVE)
    keys.destroy(WAVE)

    assert not list(keys.folder().iterdir())
    held.seek(0)
    assert held.read() != before
    held.close()
    with pytest.raises(keys.KeyIsGone):
        keys.read(WAVE)


def test_destroying_takes_what_a_kill_left_behind():
    (keys.folder() / f"{WAVE}.0011223344556677.new").write_bytes(b"half")

    keys.destroy(WAVE)

    assert not list(keys.folder().iterdir())


def test_half_a_key_is_no_key():
    keys.path_of(WAVE).write_bytes(b"short")

    with pytest.raises(keys.KeyIsGone):
        keys.read(WAVE)


def test_waves_with_a_key_are_found_beside_other_files():
    keys.made_for(WAVE)
    (keys.folder() / "notes.key").write_text("?")

    assert keys.waves_with_a_key() == {WAVE}


def test_web_process_never_touches_keys(settings):
    keys.made_for(WAVE)
    settings.WEB_PROCESS = True

    for act in (keys.made_for, keys.read, keys.destroy):
        with pytest.raises(RuntimeError):
            act(WAVE)


def test_two_who_make_it_at_once_make_one():
    """No database: plain threads that start together."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(keys.made_for, [WAVE] * 24))

    assert len(set(made)) == 1
    assert [file.name for file in keys.folder().iterdir()] == [f"{WAVE}.key"]
