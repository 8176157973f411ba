"""A file of people to blocks of checked rows: CSV, JSON or NDJSON, packed with gzip or not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from core.deliveries import Limits, Unreadable
from core.deliveries.cells import plain, storable
from core.deliveries.limits import COLUMN_NAME_LENGTH
from core.deliveries.tables import csv_blocks, json_blocks, lines_of
from core.deliveries.text import text_of
from people.inbound.rows import FIELDS, Row, RowRefused, read_row

KNOWN = frozenset(FIELDS)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken. ``source_id`` is empty when the row does not say who it is about."""

    line: int
    source_id: str
    column: str
    code: str
    value: str = ""


@dataclass(slots=True)
class Block:
    rows: list[tuple[int, Row]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)

    @property
    def read(self) -> int:
        return len(self.rows) + len(self.refused)


def read_people(stream: BinaryIO, *, encoding: str, limits: Limits) -> Iterator[Block]:
    """Blocks of rows in the file's order. Raises Unreadable for a file that is none as a whole."""
    pieces = text_of(stream, encoding=encoding, limits=limits)
    first = next(pieces, "")
    start = first.lstrip("\ufeff \t\r\n")
    while not start:
        more = next(pieces, None)
        if more is None:
            raise Unreadable("empty")
        first, start = first + more, more.lstrip()
        if len(first) > limits.line:
            raise Unreadable("empty")
    whole = chain((first,), pieces)
    blocks = _json(whole, limits) if start[0] in "{[" else _csv(whole, limits)
    rows = 0
    for block in blocks:
        rows += block.read
        if rows > limits.rows:
            raise Unreadable("too_many_rows", limit=limits.rows)
        yield block
    if not rows:
        raise Unreadable("no_rows")


def _csv(pieces: Iterable[str], limits: Limits) -> Iterator[Block]:
    blocks = csv_blocks(lines_of(iter(pieces), limits), limits.block, limits)
    _lines, (header,) = next(blocks)
    places, dropped = _places(header, limits)
    width = len(header)
    named_at = places["source_id"]
    for lines, rows in blocks:
        block = Block(dropped=set(dropped))
        for line, cells in zip(lines, rows, strict=True):
            if len(cells) == width:
                _take(block, line, {name: cells[at] for name, at in places.items()})
            else:  # its cells may have slid: only the first is where it belongs
                known = cells[0].strip()[:128] if named_at == 0 else ""
                block.refused.append(Refused(line, known, "", "wrong_cells"))
        yield block


def _places(header: Sequence[str], limits: Limits) -> tuple[dict[str, int], list[str]]:
    if len(header) > limits.columns:
        raise Unreadable("too_many_columns", limit=limits.columns, found=len(header))
    places: dict[str, int] = {}
    dropped: list[str] = []
    for at, raw in enumerate(header):
        name, key = raw.strip(), plain(raw)
        if len(name) > COLUMN_NAME_LENGTH:
            raise Unreadable("column_name_too_long", column=name[:40], limit=COLUMN_NAME_LENGTH)
        if key in places:
            raise Unreadable("column_twice", column=name)
        if key in KNOWN:
            places[key] = at
        else:
            dropped.append(storable(name) or f"#{at + 1}")
    if "source_id" not in places:
        found = ", ".join(cell.strip()[:40] for cell in header[:12])
        raise Unreadable("no_source_id", found=found)
    return places, dropped


def _json(pieces: Iterable[str], limits: Limits) -> Iterator[Block]:
    for rows in json_blocks(iter(pieces), limits.block, limits):
        block = Block()
        for line, cells in rows:
            if not KNOWN.issuperset(cells):
                block.dropped |= {
                    storable(name[:COLUMN_NAME_LENGTH]) for name in cells if name not in KNOWN
                }
            _take(block, line, {name: cell for name, cell in cells.items() if name in KNOWN})
        yield block


def _take(block: Block, line: int, cells: Mapping[str, str]) -> None:
    try:
        block.rows.append((line, read_row(cells)))
    except RowRefused as wrong:
        named = cells.get("source_id", "").strip()
        known = named[:128] if named.isprintable() else ""
        block.refused.append(Refused(line, known, wrong.column, wrong.code, wrong.value))
