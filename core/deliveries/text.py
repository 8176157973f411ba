"""Bytes to text: gzip, encodings, broken bytes; always counting."""

import codecs
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from core.deliveries.errors import Unreadable
from core.deliveries.limits import BYTES_AT_ONCE, Limits

# What may be named; anything else would be guessing. Without a name: UTF-8, or UTF-16 with BOM.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1252": "Western European (Windows-1252)",
    "iso-8859-1": "Western European (ISO 8859-1)",
    "iso-8859-15": "Western European (ISO 8859-15)",
    "windows-1250": "Central European (Windows-1250)",
    "windows-1251": "Cyrillic (Windows-1251)",
    "mac-roman": "Western European (Mac)",
    "cp850": "Western European (DOS 850)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
}
GZIP = b"\x1f\x8b"
# First bytes of what people take for a table.
OTHER_FORMATS = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "XLSX/ZIP",
    b"<?xml": "XML",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x89PNG": "PNG",
    b"7z\xbc\xaf": "7z",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PAR1": "Parquet",
    GZIP: "gzip",  # in gzip: what is packed once is unpacked before
}
# Files packed one after the other are read as one; a great many of next to nothing only cost time.
FREE_MEMBERS = 1_000
LEAST_MEMBER = 1_000  # bytes unpacked of each more, on the average
XML_STARTS = (b"<?xml", b"<log", b"<!--")


def opened(
    stream: BinaryIO, *, encoding: str, limits: Limits, begin: bytes = b""
) -> tuple[bool, Iterator[str]]:
    """Whether it begins as JSON does, and the text from its beginning on."""
    pieces = text_of(stream, encoding=encoding, limits=limits, begin=begin)
    first = next(pieces, "")
    start = first.lstrip("\ufeff \t\r\n")
    while not start:
        more = next(pieces, None)
        if more is None:
            raise Unreadable("empty")
        first, start = first + more, more.lstrip()
        if len(first) > limits.line:
            raise Unreadable("empty")
    return start[0] in "{[", chain((first,), pieces)


def text_of(
    stream: BinaryIO, *, encoding: str, limits: Limits, begin: bytes = b""
) -> Iterator[str]:
    """The text in pieces. Raises Unreadable at the first byte that is not text."""
    yield from _decoded(unpacked(stream, limits, begin=begin), encoding)


def begins_xml(first: bytes) -> bool:
    """``first`` bytes as delivered, packed or not."""
    start = _unpacked_start(first)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", "ignore").encode()
    return start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(XML_STARTS)


def encoding_of(first: bytes, named: str) -> str:
    """By which encoding a text that begins like this is read."""
    return _encoding(_unpacked_start(first), named)


def _unpacked_start(first: bytes) -> bytes:
    if not first.startswith(GZIP):
        return first[:256]
    try:
        return zlib.decompressobj(wbits=31).decompress(first[:4096], 256)
    except zlib.error:
        return b""  # whoever unpacks it will say so


def unpacked(
    stream: BinaryIO, limits: Limits, *, begin: bytes = b"", xml: bool = False
) -> Iterator[bytes]:
    """The bytes in pieces, at least one; ``begin`` was read of the stream already.

    Raises Unreadable for what is known not to be a table.
    """
    first = begin or stream.read(BYTES_AT_ONCE)
    if not first:
        raise Unreadable("empty")
    pieces = _rest(first, stream)
    if first.startswith(GZIP):
        pieces = _gunzipped(pieces, limits.unpacked)
    size = 0
    for piece in pieces:
        if not size and not xml:
            _refuse_other_formats(piece)
        size += len(piece)
        if size > limits.unpacked:
            raise Unreadable("too_large_unpacked", limit=limits.unpacked)
        yield piece
    if not size:
        raise Unreadable("empty")


def _rest(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = stream.read(BYTES_AT_ONCE)


def _refuse_other_formats(start: bytes) -> None:
    for magic, name in OTHER_FORMATS.items():
        if start.startswith(magic):
            raise Unreadable("other_format", format=name)
    if start.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("other_format", format="HTML")


def _gunzipped(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Never more than ``BYTES_AT_ONCE`` unpacked at a time, whatever a member claims to hold."""
    unzip = zlib.decompressobj(wbits=31)
    size = members = 0
    for packed in pieces:
        waiting = packed
        while waiting:
            try:
                out = unzip.decompress(waiting, BYTES_AT_ONCE)
            except zlib.error as broken:
                raise Unreadable("broken_gzip") from broken
            size += len(out)
            if size > limit:
                raise Unreadable("too_large_unpacked", limit=limit)
            if out:
                yield out
            waiting = unzip.unconsumed_tail
            if unzip.eof:
                members += 1
                if members > FREE_MEMBERS + size // LEAST_MEMBER:
                    raise Unreadable("broken_gzip")
                waiting = unzip.unused_data.lstrip(b"\0")
                if waiting and not waiting.startswith(GZIP[: len(waiting)]):
                    raise Unreadable("broken_gzip")
                unzip = zlib.decompressobj(wbits=31)
                begun = bool(waiting)
            else:
                begun = True
    if begun:
        raise Unreadable("broken_gzip")


def _decoded(pieces: Iterator[bytes], named: str) -> Iterator[str]:
    first = next(pieces)
    name = _encoding(first, named)
    decoder = codecs.getincrementaldecoder(name)()
    lines = 0
    piece: bytes = first
    kept = b""  # bytes of a letter cut in two, which the decoder still holds
    while True:
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as broken:
            before = broken.object[: broken.start].decode(name, "ignore")
            line = lines + before.count("\n") + 1
            raise Unreadable("broken_bytes", line=line, encoding=name) from broken
        kept = piece
        if "\0" in text:
            line = lines + text[: text.index("\0")].count("\n") + 1
            raise Unreadable("nul_byte", line=line)
        lines += text.count("\n")
        if text:
            yield text
        if not kept:
            return
        piece = next(pieces, b"")


def _encoding(start: bytes, named: str) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if named and named not in ENCODINGS:
        raise Unreadable("unknown_encoding", encoding=named[:40])
    return named or "utf-8"
