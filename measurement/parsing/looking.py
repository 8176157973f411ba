"""A first look at a file: what it holds and how it may be read, by its first rows."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, BinaryIO

from core.deliveries import Unreadable
from core.deliveries.cells import delimiter_of, storable
from core.deliveries.opening import CSV, JSON, XLSX, XML, Opened, open_delivery
from core.deliveries.sheets import sheet_blocks
from core.deliveries.tables import csv_blocks, json_blocks, lines_of
from core.deliveries.workbooks import Workbook
from measurement.parsing.blocks import FileTerms
from measurement.parsing.people_columns import names_a_person
from measurement.parsing.time_patterns import TIME_PATTERNS, moment
from measurement.parsing.usual_names import suggested
from measurement.parsing.xes import STANDARD, xes_blocks

ROWS_READ = 2_000  # enough to see cases of a log come to their end
ROWS_AT_ONCE = 50
TIMES_TRIED = 200
SHOWN = 200  # characters of a cell

Rows = list[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    """An activity among the first events; in how many of the cases it came first and last."""

    name: str
    events: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a file.

    ``format``: "csv", "json", "xlsx" or "xes". ``rows``: cells as they stand, as many as
    ``columns``, on ``lines``; those of ``persons``, the columns that name people and never come in,
    are empty. ``delimiter`` and ``encoding``: those it was read by. ``sheets``: of a workbook.
    ``times``: for each column that may hold times the names of TIME_PATTERNS that read all its
    values here; several mean that somebody must choose. ``mapping``: our field to their column, of
    FIELDS and of EVENT_FIELDS, by the columns' usual names. ``is_log``: it seems to hold events.
    ``activities``: by ``terms.mapping`` or else ``mapping``, in order of their first event.
    """

    format: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str
    encoding: str
    sheets: tuple[str, ...]
    is_log: bool
    persons: tuple[str, ...]
    times: Mapping[str, tuple[str, ...]]
    mapping: Mapping[str, str]
    activities: tuple[ActivitySeen, ...]


@dataclass(slots=True)
class _Seen:
    """``rows`` may be shorter or longer than ``columns``."""

    format: str
    columns: list[str]
    rows: Rows
    delimiter: str = ""
    sheets: tuple[str, ...] = ()


def look(stream: BinaryIO, terms: FileTerms, rows: int = 20) -> Look:
    """Read the beginning of the file only. Raises Unreadable when not even that can be read.

    What is wrong further on is for whoever reads all of it.
    """
    terms = replace(terms, limits=replace(terms.limits, block=ROWS_AT_ONCE))
    opened = open_delivery(stream, encoding=terms.encoding, limits=terms.limits)
    seen = _seen(opened, stream, terms)
    _refuse_many(seen.columns, terms)
    if not seen.rows:
        raise Unreadable("no_rows")
    width = len(seen.columns)
    persons = [name for name in seen.columns if _is_of_people(name)]
    hidden = {at for at, name in enumerate(seen.columns) if name in persons}
    columns = _by_name(seen)
    times = {name: _patterns(columns[name]) for name in columns if name not in persons}
    mapping = suggested(name for name in seen.columns if name not in persons)
    return Look(
        format=seen.format,
        columns=tuple(seen.columns),
        rows=tuple(_shown(row, width, hidden) for _line, row in seen.rows[:rows]),
        lines=tuple(line for line, _row in seen.rows[:rows]),
        delimiter=seen.delimiter,
        encoding=opened.encoding,
        sheets=seen.sheets,
        is_log=seen.format == "xes" or _repeats(columns, mapping),
        persons=tuple(dict.fromkeys(persons)),
        times={name: patterns for name, patterns in times.items() if patterns},
        mapping=mapping,
        activities=_activities(columns, mapping | dict(terms.mapping), times, terms),
    )


def _seen(opened: Opened, stream: BinaryIO, terms: FileTerms) -> _Seen:
    if opened.format == XML:
        return _of_log(opened.octets or (), terms)
    if opened.format == JSON:
        return _of_objects(opened.text or (), terms)
    if opened.format == XLSX:
        workbook = Workbook(stream, terms.limits)
        names = tuple(sheet.name for sheet in workbook.sheets)
        blocks = sheet_blocks(
            workbook, terms.sheet, ROWS_AT_ONCE, terms.limits, decimal=terms.decimal
        )
        return _of_table(XLSX, blocks, sheets=names)
    lines = lines_of(iter(opened.text or ()), terms.limits)
    begin = []
    for line in lines:
        begin.append(line)
        if line.strip():
            break
    delimiter = terms.delimiter or delimiter_of(begin[-1])
    whole = chain(begin, lines)
    blocks = csv_blocks(whole, ROWS_AT_ONCE, terms.limits, delimiter=delimiter)
    return _of_table(CSV, blocks, delimiter=delimiter)


def _of_table(
    kind: str,
    blocks: Iterator[tuple[Sequence[int], list[list[str]]]],
    *,
    delimiter: str = "",
    sheets: tuple[str, ...] = (),
) -> _Seen:
    _lines, (header,) = next(blocks)
    seen = _Seen(kind, [storable(name.strip()) for name in header], [], delimiter, sheets)
    for lines, rows in _readable(blocks, seen):
        seen.rows += zip(lines, rows, strict=True)
    return seen


def _of_objects(pieces: Iterable[str], terms: FileTerms) -> _Seen:
    seen = _Seen(JSON, [], [])
    places: dict[str, int] = {}
    for block in _readable(json_blocks(iter(pieces), ROWS_AT_ONCE, terms.limits), seen):
        for line, row in block:
            for key in row:
                places.setdefault(key, len(places))
            _refuse_many(places, terms)
            seen.rows.append((line, [str(row.get(key, "")) for key in places]))
    seen.columns = [storable(key.strip()) for key in places]
    return seen


def _refuse_many(columns: Collection[str], terms: FileTerms) -> None:
    limit = terms.limits.columns
    if len(columns) > limit:
        raise Unreadable("too_many_columns", limit=limit, found=len(columns))


def _of_log(octets: Iterable[bytes], terms: FileTerms) -> _Seen:
    seen = _Seen("xes", [], [])
    names: dict[str, int] = {}
    for columns, raw in _readable(xes_blocks(octets, terms, everything=True), seen):
        for name in [*columns.extra, *columns.dropped]:
            names.setdefault(name, len(names))
        cells = [raw.cells.get(name, [""] * len(raw.lines)) for name in names]
        seen.rows += zip(raw.lines, zip(*cells, strict=True), strict=True)
    seen.columns = [storable(name) for name in names]
    return seen


def _readable(blocks: Iterator[Any], seen: _Seen) -> Iterator[Any]:
    """Blocks until enough rows are seen; what cannot be read behind the first is left."""
    while len(seen.rows) < ROWS_READ:
        try:
            block = next(blocks, None)
        except Unreadable:
            if seen.rows:
                return
            raise
        if block is None:
            return
        yield block


def _is_of_people(name: str) -> bool:
    return name not in STANDARD.values() and names_a_person(name)


def _by_name(seen: _Seen) -> dict[str, list[str]]:
    """Trimmed cells; of two columns with one name, the first."""
    by_name: dict[str, list[str]] = {}
    for at, name in enumerate(seen.columns):
        if name not in by_name:
            by_name[name] = [row[at].strip() if at < len(row) else "" for _line, row in seen.rows]
    return by_name


def _shown(row: Sequence[str], width: int, hidden: set[int]) -> tuple[str, ...]:
    cells = [*row[:width], *[""] * (width - len(row))]
    return tuple("" if at in hidden else storable(cell[:SHOWN]) for at, cell in enumerate(cells))


def _patterns(cells: Iterable[str]) -> tuple[str, ...]:
    given = list(dict.fromkeys(filter(None, cells)))[:TIMES_TRIED]
    return tuple(name for name in TIME_PATTERNS if given and all(_fits(c, name) for c in given))


def _fits(cell: str, pattern: str) -> bool:
    try:
        moment(cell, pattern)
    except (ValueError, OverflowError):
        return False
    return True


def _repeats(columns: Mapping[str, list[str]], mapping: Mapping[str, str]) -> bool:
    """Are there activities, and cases of more than one row?"""
    if not {"case_id", "activity", "at"} <= mapping.keys():
        return False
    ids = columns[mapping["case_id"]]
    return len(set(ids)) < len(ids)


def _activities(
    columns: Mapping[str, list[str]],
    mapping: Mapping[str, str],
    times: Mapping[str, tuple[str, ...]],
    terms: FileTerms,
) -> tuple[ActivitySeen, ...]:
    ids, names, ats = (
        columns.get(mapping.get(field, ""), []) for field in ("case_id", "activity", "at")
    )
    if not names:
        return ()
    cases: dict[str, list[str]] = {}
    for at in _in_time(ats, times.get(mapping.get("at", ""), ()), terms.times, len(names)):
        if names[at]:
            cases.setdefault(ids[at] if ids else "", []).append(names[at])
    count = Counter(filter(None, names))
    first = Counter(activities[0] for activities in cases.values())
    last = Counter(activities[-1] for activities in cases.values())
    return tuple(
        ActivitySeen(storable(name[:SHOWN]), count[name], first[name], last[name]) for name in count
    )


def _in_time(cells: list[str], fitting: tuple[str, ...], chosen: str, rows: int) -> Sequence[int]:
    """Places of rows by their times, where one pattern reads them all; else as in the file."""
    pattern = chosen if chosen in fitting else fitting[0] if len(fitting) == 1 else None
    if pattern is None or not all(cells):
        return range(rows)
    moments = [moment(cell, pattern) for cell in cells]
    if len({time.tzinfo is None for time in moments}) > 1:
        return range(rows)
    return sorted(range(rows), key=moments.__getitem__)
