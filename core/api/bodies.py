"""Bodies that are files: read as a stream, never whole into memory."""

from collections.abc import Collection
from io import BytesIO
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from core.deliveries import ENCODINGS, FileRefusedError

TABLES = frozenset({"application/json", "application/x-ndjson", "text/csv"})


class WholeBody:
    """The request's body as a stream; an end before the promised length is an error."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._missing = length

    def read(self, size: int, /) -> bytes:
        piece: bytes = self._stream.read(size)
        self._missing -= len(piece)
        if not piece and self._missing > 0:
            raise FileRefusedError("cut_off")
        return piece


def table_of(request: Request, kinds: Collection[str] = TABLES) -> WholeBody:
    """The body, packed with gzip or not. Raises UnsupportedMediaType for any other kind."""
    kind = request.content_type.partition(";")[0].strip().lower()
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if kind not in kinds:
        raise UnsupportedMediaType(kind)
    if packing not in {"identity", "gzip"}:
        raise UnsupportedMediaType(packing)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    return WholeBody(request.stream or BytesIO(), length)


def charset_of(request: Request) -> str:
    """``text/csv; charset=iso-8859-1`` names the encoding, too; an unknown one is no hint."""
    _kind, _sign, rest = request.content_type.lower().partition("charset=")
    named = rest.partition(";")[0].strip(' "')
    return named if named in ENCODINGS else ""
