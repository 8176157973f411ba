"""The private keys of waves: files that the worker alone makes, reads and destroys.

They lie in ``PORTAL_DATA_DIR/keys`` (0700, each file 0600), never in the database and in no backup.
Where web and worker are separate containers the web has no such folder.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from surveys.sealing import new_private_key

KEY_BYTES = 32
ENDING = ".key"


class KeyIsGone(Exception):
    """The wave is lost: its boxes can never be opened."""


def folder() -> Path:
    """Made on first use. A folder that others may look into is closed to them.

    RuntimeError in a web process: keys are no business of it.
    """
    if settings.WEB_PROCESS:
        raise RuntimeError("a web process never touches the keys of surveys")
    path = Path(settings.DATA_DIR) / "keys"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def path_of(wave: UUID) -> Path:
    return folder() / f"{wave}{ENDING}"


def made_for(wave: UUID) -> bytes:
    """The private key of the wave with this public id; the same again once it was made.

    Written aside, flushed to the disk and linked: a kill leaves a whole key or none, and of two
    workers at once the second takes the first one's.
    """
    path = path_of(wave)
    if not path.exists():
        draft = path.with_name(f"{wave}.{secrets.token_hex(8)}.new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(new_private_key())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()  # not wiped: it is the key's own file under a second name
        _flush_folder()
    return read(wave)


def read(wave: UUID) -> bytes:
    try:
        key = path_of(wave).read_bytes()
    except FileNotFoundError:
        raise KeyIsGone from None
    if len(key) != KEY_BYTES:
        raise KeyIsGone
    return key


def destroy(wave: UUID) -> None:
    """Overwritten, deleted, and the deletion flushed; safe to repeat."""
    for left in [path_of(wave), *folder().glob(f"{wave}.*.new")]:
        _wipe(left)
    _flush_folder()


def waves_with_a_key() -> set[UUID]:
    found = set()
    for path in folder().glob(f"*{ENDING}"):
        try:
            found.add(UUID(path.stem))
        except ValueError:  # somebody else's file
            continue
    return found


def _wipe(path: Path) -> None:
    """Overwriting helps where the disk writes in place; the promise rests on the deletion."""
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(max(KEY_BYTES, path.stat().st_size)))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)


def _flush_folder() -> None:
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
