"""Delivered files on disk: under our own random names, outside of what the web server shows."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from core.deliveries.refusals import FileRefusedError

PIECE = 1 << 18
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Stored:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One app's folder below ``PORTAL_DATA_DIR/uploads``."""

    folder: str

    def path_of(self, name: str) -> Path:
        return Path(settings.DATA_DIR) / "uploads" / self.folder / name

    @contextmanager
    def stored(self, upload: Readable) -> Iterator[Stored]:
        """Write the stream to disk; if the caller fails, the file goes again.

        Raises FileRefusedError when it is too large, cut off, or the disk is full.
        """
        name = secrets.token_hex(16)
        path = self.path_of(name)
        try:
            yield _written(upload, path, name)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def open_stored(self, name: str) -> BinaryIO:
        try:
            return self.path_of(name).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise FileRefusedError("gone") from None

    def names_before(self, moment: datetime) -> list[str]:
        """Files last written before ``moment``."""
        folder = self.path_of("")
        if not folder.is_dir():
            return []
        return [file.name for file in folder.iterdir() if file.stat().st_mtime < moment.timestamp()]

    def discard(self, name: str) -> None:
        if name:
            self.path_of(name).unlink(missing_ok=True)


def _written(upload: Readable, path: Path, name: str) -> Stored:
    digest = hashlib.sha256()
    size = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("xb") as file:
            while piece := upload.read(PIECE):
                size += len(piece)
                if size > settings.UPLOAD_LIMIT_BYTES:
                    raise FileRefusedError("too_large", limit=settings.UPLOAD_LIMIT_BYTES >> 20)
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise FileRefusedError("no_room" if fault.errno in NO_ROOM else "cut_off") from fault
    return Stored(name, size, digest.hexdigest())


def shown_name(name: str) -> str:
    """The name the person gave, as text only: no folders, no control or direction signs."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[:300]
