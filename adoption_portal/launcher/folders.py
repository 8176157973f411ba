"""Where things lie: the data folder, its secrets, and a short folder for sockets."""

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import IO

from adoption_portal.launcher.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
SOCKET_PATH_LIMIT = 107  # bytes; the kernel's sun_path less its closing zero
LONGEST_SOCKET = "/.s.PGSQL.5432"


def data_dir(environment: dict[str, str]) -> Path:
    return Path(environment.get("PORTAL_DATA_DIR") or ROOT / "var").resolve()


def digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def socket_folder(owner: Path, purpose: str, *, uid: int | None = None) -> Path:
    """A private folder with a short path, the same at each start of the same data folder.

    Never inside the project: a long path would pass the kernel's limit. A stranger can make
    the name first in a shared temporary folder, so a folder that is not ours is not used.
    """
    uid = os.geteuid() if uid is None else uid
    for base in _short_bases():
        folder = base / f"portal-{digest(owner)}-{purpose}"
        if len(os.fsencode(folder)) + len(LONGEST_SOCKET) > SOCKET_PATH_LIMIT:
            continue
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            if os.geteuid() == 0 and found.st_uid in (0, uid) and stat.S_ISDIR(found.st_mode):
                os.chown(folder, uid, -1)
                found = folder.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == uid:
            folder.chmod(0o700)
            return folder
    raise CannotStart("No short private folder for sockets: set TMPDIR to one of under 60 letters.")


def _short_bases() -> list[Path]:
    asked = [Path(os.environ["TMPDIR"])] if os.environ.get("TMPDIR") else []
    return [*asked, Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 private folders inside


def secret(data: Path, name: str) -> str:
    """The text of ``secrets/NAME``; made on first use, readable by its owner only."""
    folder = data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        # Written aside and renamed: a kill in between must not leave an empty secret.
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        draft.rename(path)
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    draft.rename(path)


def lock(path: Path) -> IO[str] | None:
    """The open lock file, to be kept; None when another process holds it.

    The kernel lets go of it when the holder dies, so no lock is ever stale.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
