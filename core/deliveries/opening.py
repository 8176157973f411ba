"""Which kind of file it is, by how it begins; never by its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from core.deliveries.errors import Unreadable
from core.deliveries.limits import BYTES_AT_ONCE, Limits
from core.deliveries.text import begins_xml, encoding_of, opened, unpacked

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
CSV, JSON, XLSX, XML = "csv", "json", "xlsx", "xml"


@dataclass(frozen=True, slots=True)
class Opened:
    """``text`` of CSV and JSON, ``octets`` of XML; a workbook is read from the stream itself."""

    format: str
    encoding: str = ""
    text: Iterator[str] | None = None
    octets: Iterator[bytes] | None = None


def open_delivery(stream: BinaryIO, *, encoding: str, limits: Limits) -> Opened:
    """A workbook's stream must be seekable. Raises Unreadable."""
    first = stream.read(BYTES_AT_ONCE)
    if first.startswith((ZIP, EMPTY_ZIP)):
        return Opened(XLSX)
    if first.startswith(COMPOUND):
        raise Unreadable("locked_workbook" if _is_encrypted(stream) else "old_workbook")
    if begins_xml(first):
        return Opened(XML, octets=unpacked(stream, limits, begin=first, xml=True))
    is_json, text = opened(stream, encoding=encoding, limits=limits, begin=first)
    used = encoding_of(first, encoding).removesuffix("-sig")
    return Opened(JSON if is_json else CSV, used, text=text)


def _is_encrypted(stream: BinaryIO) -> bool:
    """A workbook with a password is a compound file like XLS, with one entry that says so."""
    stream.seek(0)
    header = stream.read(512)
    sector = 1 << min(int.from_bytes(header[30:32], "little"), 12)
    stream.seek(512 + int.from_bytes(header[48:52], "little") * sector)
    return ENCRYPTED in stream.read(4096)
