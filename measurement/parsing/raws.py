"""A file of any format to blocks of cells, sorted into columns; what they say is not looked at."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from core.deliveries import Unreadable
from core.deliveries.opening import JSON, XLSX, XML, Opened, open_delivery
from core.deliveries.sheets import sheet_blocks
from core.deliveries.tables import RawNumber, csv_blocks, json_blocks, lines_of
from core.deliveries.workbooks import Workbook
from measurement.parsing.blocks import FileTerms, RawBlock
from measurement.parsing.columns import (
    EVENT_FIELDS,
    EVENT_REQUIRED,
    FIELDS,
    REQUIRED,
    Columns,
    sort_columns,
)
from measurement.parsing.gathering import ROWS_AT_ONCE, Gathered
from measurement.parsing.values import is_numberlike
from measurement.parsing.xes import xes_blocks

Raws = Iterator[tuple[Columns, RawBlock]]
Tables = Iterator[tuple[Sequence[int], list[list[str]]]]


def raw_blocks(stream: BinaryIO, terms: FileTerms) -> Raws:
    """Raises Unreadable as soon as it shows, for a file without rows too."""
    rows = 0
    opened = open_delivery(stream, encoding=terms.encoding, limits=terms.limits)
    for columns, raw in _raws(opened, stream, terms):
        rows += len(raw.lines) + len(raw.uneven)
        if rows > terms.limits.rows:
            raise Unreadable("too_many_rows", limit=terms.limits.rows)
        _decide_columns(columns, raw, terms)
        yield columns, raw
    if not rows:
        raise Unreadable("no_rows")


def _raws(opened: Opened, stream: BinaryIO, terms: FileTerms) -> Raws:
    if opened.format == XML:
        if terms.log is None:
            raise Unreadable("holds_events")
        return xes_blocks(opened.octets or (), terms)
    if opened.format == XLSX:
        return _table(_workbook_table(stream, terms), terms, typed=True)
    if opened.format == JSON:
        return _objects(opened.text or (), terms)
    return _table(_csv_table(opened.text or (), terms), terms, typed=False)


def _csv_table(pieces: Iterable[str], terms: FileTerms) -> Tables:
    limits = terms.limits
    lines = lines_of(iter(pieces), limits)
    return csv_blocks(lines, _at_once(terms), limits, delimiter=terms.delimiter)


def _workbook_table(stream: BinaryIO, terms: FileTerms) -> Tables:
    workbook = Workbook(stream, terms.limits)
    return sheet_blocks(workbook, terms.sheet, _at_once(terms), terms.limits, decimal=terms.decimal)


def _at_once(terms: FileTerms) -> int:
    return min(ROWS_AT_ONCE, terms.limits.block)


def _table(blocks: Tables, terms: FileTerms, *, typed: bool) -> Raws:
    _lines, (header,) = next(blocks)
    columns = _sorted(header, terms)
    width = len(header)
    gathered = Gathered(terms.limits.block, typed=typed)
    for lines, rows in blocks:
        if gathered.has_no_room(len(rows)):
            yield columns, gathered.taken(columns.places | columns.extra)
        good_lines, good = lines, rows
        uneven: list[tuple[int, list[str]]] = []
        if set(map(len, rows)) != {width}:
            numbered = list(zip(lines, rows, strict=True))
            uneven = [item for item in numbered if len(item[1]) != width]
            good_lines = [line for line, row in numbered if len(row) == width]
            good = [row for row in rows if len(row) == width]
        by_place = list(zip(*good, strict=True)) or [()] * width
        places = columns.places | columns.extra
        gathered.add(good_lines, {name: by_place[at] for name, at in places.items()}, uneven)
    if len(gathered):
        yield columns, gathered.taken(columns.places | columns.extra)


def _objects(pieces: Iterable[str], terms: FileTerms) -> Raws:
    """Keys may come and go from object to object; a key that is new joins the columns."""
    keys: dict[str, int] = {}
    columns = Columns({}, {})
    for block in json_blocks(iter(pieces), terms.limits.block, terms.limits):
        new = {key: None for _line, row in block for key in row if key not in keys}
        if new:
            keys |= {key: len(keys) + at for at, key in enumerate(new)}
            known = columns
            columns = _sorted(list(keys), terms, partial=True)
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
            if terms.decimal != ".":
                cells[name] = [_by_decimal(cell, terms.decimal) for cell in cells[name]]
        for name in REQUIRED if terms.log is None else EVENT_REQUIRED:
            cells.setdefault(name, empty)
        yield columns, RawBlock([line for line, _row in block], cells)


def _by_decimal(cell: str, decimal: str) -> str:
    """JSON writes its numbers with points, whatever is the habit in its texts."""
    return cell.replace(".", decimal) if isinstance(cell, RawNumber) else cell


def _sorted(header: Sequence[str], terms: FileTerms, *, partial: bool = False) -> Columns:
    fields, needed = (FIELDS, REQUIRED) if terms.log is None else (EVENT_FIELDS, EVENT_REQUIRED)
    return sort_columns(
        header, terms.mapping, terms.limits, fields=fields, required=() if partial else needed
    )


def _decide_columns(columns: Columns, raw: RawBlock, terms: FileTerms) -> None:
    """A column is numbers when at least half of its first values are meant as numbers.

    Later values that are none are refused row by row; a column of text is left out and named.
    """
    for name in [name for name in columns.extra if name not in columns.numeric]:
        given = [cell for cell in map(str.strip, raw.cells[name]) if cell]
        if given:
            numbers = sum(is_numberlike(cell, terms.decimal) for cell in given)
            columns.decide(name, numeric=numbers * 2 >= len(given))
