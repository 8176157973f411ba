import os
import stat
from pathlib import Path

import pytest

from adoption_portal.launcher import folders
from adoption_portal.launcher.errors import CannotStart


def test_socket_folder_is_short_whatever_the_project_path(tmp_path):
    deep = tmp_path / ("ü" * 60) / ("long name " * 8)

    folder = folders.socket_folder(deep, "pg")

    longest = os.fsencode(folder) + folders.LONGEST_SOCKET.encode()
    assert len(longest) <= folders.SOCKET_PATH_LIMIT
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder == folders.socket_folder(deep, "pg")
    folder.rmdir()


def test_socket_folder_passes_over_a_temporary_folder_with_a_long_path(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("x" * 120)))

    folder = folders.socket_folder(tmp_path, "pg")

    assert not folder.is_relative_to(tmp_path)
    folder.rmdir()


def test_socket_folder_of_a_stranger_is_not_used(tmp_path, monkeypatch):
    base = Path("/tmp") / f"pt-{os.getpid()}"  # noqa: S108 a short base is the point
    monkeypatch.setattr(folders, "_short_bases", lambda: [base])
    base.mkdir()
    (base / f"portal-{folders.digest(tmp_path)}-pg").symlink_to("/")

    with pytest.raises(CannotStart, match="TMPDIR"):
        folders.socket_folder(tmp_path, "pg")

    (base / f"portal-{folders.digest(tmp_path)}-pg").unlink()
    base.rmdir()


def test_secret_is_made_once_and_private(tmp_path):
    first = folders.secret(tmp_path, "secret_key")

    assert len(first) >= 50
    assert folders.secret(tmp_path, "secret_key") == first
    assert stat.S_IMODE((tmp_path / "secrets" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_lock_is_held_once_and_free_after_its_holder(tmp_path):
    held = folders.lock(tmp_path / "run" / "lock")

    assert folders.lock(tmp_path / "run" / "lock") is None
    held.close()
    again = folders.lock(tmp_path / "run" / "lock")
    assert again is not None
    again.close()


def test_data_dir_is_given_or_beside_the_code(tmp_path):
    assert folders.data_dir({"PORTAL_DATA_DIR": str(tmp_path)}) == tmp_path.resolve()
    assert folders.data_dir({}) == folders.ROOT / "var"
