"""A file to blocks of checked rows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from core.deliveries import Unreadable
from core.deliveries.tables import csv_blocks, json_blocks, lines_of
from core.deliveries.text import opened
from measurement.parsing.blocks import Block, FileTerms, RawBlock
from measurement.parsing.columns import Columns, sort_columns
from measurement.parsing.errors import Rejection
from measurement.parsing.fast import fill_fast
from measurement.parsing.slow import fill_slow, shown_cells
from measurement.parsing.values import is_numberlike


def read_cases(stream: BinaryIO, terms: FileTerms) -> Iterator[Block]:
    """The file in blocks. Raises Unreadable as soon as it shows; blocks before stay valid."""
    is_json, whole = opened(stream, encoding=terms.encoding, limits=terms.limits)
    raws = _json_blocks if is_json else _csv_blocks
    rows = 0
    for columns, raw in raws(whole, terms):
        count = len(raw.lines) + len(raw.uneven)
        rows += count
        if rows > terms.limits.rows:
            raise Unreadable("too_many_rows", limit=terms.limits.rows)
        _decide_columns(columns, raw)
        block = Block(columns, count)
        if raw.lines and not fill_fast(block, raw, terms):
            fill_slow(block, raw, terms)
        block.rejections += [
            Rejection(line, "", "wrong_cells", shown_cells(columns, cells))
            for line, cells in raw.uneven
        ]
        block.rejections.sort(key=lambda rejection: rejection.line)
        yield block
    if not rows:
        raise Unreadable("no_rows")


def _csv_blocks(pieces: Iterable[str], terms: FileTerms) -> Iterator[tuple[Columns, RawBlock]]:
    blocks = csv_blocks(lines_of(iter(pieces), terms.limits), terms.limits.block, terms.limits)
    _lines, (header,) = next(blocks)
    columns = sort_columns(header, terms.mapping, terms.limits)
    width = len(header)
    for lines, rows in blocks:
        good_lines, good = lines, rows
        uneven: list[tuple[int, list[str]]] = []
        if set(map(len, rows)) != {width}:
            numbered = list(zip(lines, rows, strict=True))
            uneven = [item for item in numbered if len(item[1]) != width]
            good_lines = [line for line, row in numbered if len(row) == width]
            good = [row for row in rows if len(row) == width]
        by_place = list(zip(*good, strict=True)) or [()] * width
        places = columns.places | columns.extra
        cells: dict[str, Sequence[str]] = {name: by_place[at] for name, at in places.items()}
        yield columns, RawBlock(good_lines, cells, uneven)


def _json_blocks(pieces: Iterable[str], terms: FileTerms) -> Iterator[tuple[Columns, RawBlock]]:
    """Keys may come and go from object to object; a key that is new joins the columns."""
    keys: dict[str, int] = {}
    columns = Columns({}, {})
    for block in json_blocks(iter(pieces), terms.limits.block, terms.limits):
        new = {key: None for _line, row in block for key in row if key not in keys}
        if new:
            keys |= {key: len(keys) + at for at, key in enumerate(new)}
            names = list(keys)
            known = columns
            columns = sort_columns(names, terms.mapping, terms.limits, required=())
            columns.numeric, columns.dropped = known.numeric, known.dropped | columns.dropped
            for name in [name for name, is_number in known.numeric.items() if not is_number]:
                columns.extra.pop(name, None)
        by_name = list(keys)
        places = columns.places | columns.extra
        empty = [""] * len(block)
        cells: dict[str, Sequence[str]] = {}
        for name, at in places.items():
            key = by_name[at]
            cells[name] = [row.get(key, "") for _line, row in block]
        for name in ("case_id", "started_at", "completed_at"):
            cells.setdefault(name, empty)
        yield columns, RawBlock([line for line, _row in block], cells)


def _decide_columns(columns: Columns, raw: RawBlock) -> None:
    """A column is numbers when at least half of its first values are meant as numbers.

    Later values that are none are refused row by row; a column of text is left out and named.
    """
    for name in [name for name in columns.extra if name not in columns.numeric]:
        given = [cell for cell in map(str.strip, raw.cells[name]) if cell]
        if given:
            numbers = sum(map(is_numberlike, given))
            columns.decide(name, numeric=numbers * 2 >= len(given))
