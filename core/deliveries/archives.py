"""Zip archives that people send: looked at before anything of them is held, counted while read."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from core.deliveries.errors import Unreadable
from core.deliveries.limits import Limits

PIECE = 1 << 16
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_BYTES_PER_PART = 512  # of the directory: 46, and a name


class Archive:
    """Parts by their names. Raises Unreadable for more than the limits allow, or what is damaged.

    Sizes count twice: all parts as the directory tells them, and each as it is unpacked.
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        try:
            parts, size = _directory(stream)
            if parts > limits.parts or size > limits.parts * _BYTES_PER_PART:
                raise Unreadable("too_many_parts", limit=limits.parts)
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, struct.error, OSError, ValueError) as broken:
            raise Unreadable("broken_zip") from broken
        self._parts = {item.filename: item for item in self._zip.infolist()}
        if sum(item.file_size for item in self._parts.values()) > limits.workbook:
            raise Unreadable("too_large_unpacked", limit=limits.workbook)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def part(self, name: str, limit: int) -> Iterator[bytes]:
        """Unpacked in pieces, at most ``limit`` bytes; nothing for a part that is not there."""
        read = 0
        item = self._parts.get(name)
        if item is None:
            return
        try:
            if item.flag_bits & 1:
                raise Unreadable("locked_workbook")
            with self._zip.open(item) as file:
                while piece := file.read(PIECE):
                    read += len(piece)
                    if read > limit:
                        raise Unreadable("too_large_unpacked", limit=limit)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as broken:
            raise Unreadable("broken_zip") from broken


def _directory(stream: BinaryIO) -> tuple[int, int]:
    """Parts and bytes of the directory as the archive's end tells them; of two ends, the larger.

    zipfile would read and keep the whole directory before anyone could count. Where it would look
    for an end before a comment, this refuses: no spreadsheet program writes comments.
    """
    size = stream.seek(0, 2)
    stream.seek(max(size - _END.size - _LOCATOR.size - _END_64.size, 0))
    tail = stream.read()
    sign, _disk, _first, _here, parts, length, _offset, comment = _END.unpack(tail[-_END.size :])
    if sign != b"PK\x05\x06" or comment:
        raise zipfile.BadZipFile
    if tail[-_END.size - _LOCATOR.size :].startswith(b"PK\x06\x07"):
        found = _END_64.unpack(tail[: _END_64.size])
        return max(parts, found[7]), max(length, found[8])
    return parts, length
