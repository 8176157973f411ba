"""Rows to cases, block by block: whole columns at once, one by one only where a block has faults.

The fast way covers what machines write (times with an offset, plain numbers): no call per cell
but C functions over a column. Everything else takes the slow way, which is the reference: both
give the same for a block without faults.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from json import dumps
from typing import BinaryIO
from zoneinfo import ZoneInfo

from measurement.parsing.columns import Columns, names_a_person, plain, sort_columns
from measurement.parsing.errors import CLOCK_ERROR, Rejection, Unreadable
from measurement.parsing.limits import (
    BLOCK_ROWS,
    CASE_ID_LENGTH,
    CELL_SHOWN,
    COLUMN_NAME_LENGTH,
    KIND_LENGTH,
    Limits,
)
from measurement.parsing.tables import NESTED, csv_rows, json_rows, lines_of
from measurement.parsing.text import text_of
from measurement.parsing.values import BadValueError, is_numberlike, read_number, read_time

CLOCK_TOLERANCE = timedelta(seconds=60)  # the source's clock may be a little ahead of ours
STATUSES = {
    "open": "open",
    "completed": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "": "",
}
_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?"
FAST_TIMES = re.compile(f"(?:(?:{_TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}}))?\n)*")
FAST_NUMBERS = re.compile("(?:(?:-?(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,9})?)?\n)*")


@dataclass(frozen=True, slots=True)
class FileTerms:
    """How to read. ``at`` is the moment of the import: later times are clock errors.

    ``mapping`` gives the source's column for our field; ``zone`` reads times without an offset.
    """

    at: datetime
    mapping: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    encoding: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True)
class Block:
    """Checked rows as equally long columns of text; an empty text is "not given".

    Times are ISO 8601 with offset, ``fields`` a JSON object of numbers. ``read`` counts all rows of
    the block, refused ones too. ``columns`` is shared by all blocks and complete after the last.
    """

    columns: Columns
    read: int
    lines: Sequence[int] = ()
    case_ids: Sequence[str] = ()
    started: Sequence[str] = ()
    completed: Sequence[str] = ()
    statuses: Sequence[str] = ()
    kinds: Sequence[str] = ()
    last_events: Sequence[str] = ()
    fields: Sequence[str] = ()
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(slots=True)
class _Raw:
    """A block as it stands in the file: ``cells`` by column name, all as long as ``lines``."""

    lines: list[int]
    cells: dict[str, Sequence[str]]
    uneven: list[tuple[int, list[str]]] = field(default_factory=list)


def read_cases(stream: BinaryIO, terms: FileTerms) -> Iterator[Block]:
    """The file in blocks. Raises Unreadable as soon as it shows; blocks before stay valid."""
    pieces = text_of(stream, encoding=terms.encoding, limits=terms.limits)
    first = next(pieces, "")
    start = first.lstrip("\ufeff \t\r\n")
    while not start:
        more = next(pieces, None)
        if more is None:
            raise Unreadable("empty")
        first, start = first + more, more.lstrip()
    whole = chain((first,), pieces)
    raws = _json_blocks if start[0] in "{[" else _csv_blocks
    rows = 0
    for columns, raw in raws(whole, terms):
        count = len(raw.lines) + len(raw.uneven)
        rows += count
        if rows > terms.limits.rows:
            raise Unreadable("too_many_rows", limit=terms.limits.rows)
        _decide_columns(columns, raw)
        block = Block(columns, count)
        if raw.lines and not _fast(block, raw, terms):
            _slow(block, raw, terms)
        block.rejections += [
            Rejection(line, "", "wrong_cells", _shown_cells(columns, cells))
            for line, cells in raw.uneven
        ]
        block.rejections.sort(key=lambda rejection: rejection.line)
        yield block
    if not rows:
        raise Unreadable("no_rows")


# --- blocks of a table and of objects ------------------------------------------------------------
def _csv_blocks(pieces: Iterable[str], terms: FileTerms) -> Iterator[tuple[Columns, _Raw]]:
    rows = csv_rows(lines_of(iter(pieces), terms.limits))
    _line, header = next(rows)
    columns = sort_columns(header, terms.mapping, terms.limits)
    width = len(header)
    while block := list(islice(rows, BLOCK_ROWS)):
        good = block
        uneven: list[tuple[int, list[str]]] = []
        if any(len(row) != width for _line, row in block):
            good = [item for item in block if len(item[1]) == width]
            uneven = [item for item in block if len(item[1]) != width]
        by_place = list(zip(*(row for _line, row in good), strict=True)) or [()] * width
        places = columns.places | columns.extra
        yield (
            columns,
            _Raw(
                [line for line, _row in good],
                {name: by_place[at] for name, at in places.items()},
                uneven,
            ),
        )


def _json_blocks(pieces: Iterable[str], terms: FileTerms) -> Iterator[tuple[Columns, _Raw]]:
    """Keys may come and go from object to object; a key that is new joins the columns."""
    rows = json_rows(iter(pieces), terms.limits)
    keys: dict[str, int] = {}
    columns = Columns({}, {})
    while block := list(islice(rows, BLOCK_ROWS)):
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
        yield columns, _Raw([line for line, _row in block], cells)


def _decide_columns(columns: Columns, raw: _Raw) -> None:
    """A column is numbers when at least half of its first values are meant as numbers.

    Later values that are none are refused row by row; a column of text is left out and named.
    """
    for name in [name for name in columns.extra if name not in columns.numeric]:
        given = [cell for cell in map(str.strip, raw.cells[name]) if cell]
        if given:
            numbers = sum(map(is_numberlike, given))
            columns.decide(name, numeric=numbers * 2 >= len(given))


# --- the fast way ----------------------------------------------------------------------------------
def _fast(block: Block, raw: _Raw, terms: FileTerms) -> bool:
    """Fill ``block`` and say True; False, and nothing filled, when any cell needs a closer look."""
    cells = raw.cells
    empty = [""] * len(raw.lines)
    ids = list(map(str.strip, cells["case_id"]))
    kinds = list(map(str.strip, cells["kind"])) if "kind" in cells else empty
    if not (
        all(ids) and _at_most(ids, CASE_ID_LENGTH) and _at_most(kinds, KIND_LENGTH)
    ) or not _is_plain_text(ids, kinds):
        return False
    latest = terms.at + CLOCK_TOLERANCE
    started, completed = cells["started_at"], cells["completed_at"]
    last_events = cells.get("last_event_at", empty)
    try:
        if not all(started):
            return False
        starts = _fast_times(started, latest)
        ends = _fast_times(completed, latest)
        _fast_times(last_events, latest)
        if any(end is not None and end < start for start, end in zip(starts, ends, strict=True)):
            return False
        statuses = _fast_statuses(cells.get("status", empty), completed)
        fields = _fast_fields(block.columns, cells, len(raw.lines))
    except _CloserLookError:
        return False
    block.lines, block.case_ids, block.kinds = raw.lines, ids, kinds
    block.started, block.completed, block.last_events = started, completed, last_events
    block.statuses, block.fields = statuses, fields
    return True


class _CloserLookError(Exception):
    pass


def _at_most(texts: Sequence[str], length: int) -> bool:
    return max(map(len, texts)) <= length


def _is_plain_text(*columns: Sequence[str]) -> bool:
    for column in columns:
        text = "".join(column)
        if text.isascii() and text.isprintable():
            if NESTED in column:
                return False
            continue
        if not _is_storable(text) or NESTED in text:
            return False
    return True


def _is_storable(text: str) -> bool:
    """No control characters (NUL and line ends among them), no half of a surrogate pair."""
    return not any(
        (ordinal := ord(sign)) < 32 or ordinal == 127 or 0xD800 <= ordinal < 0xE000  # noqa: PLR2004
        for sign in text
    )


def _fast_times(column: Sequence[str], latest: datetime) -> list[datetime | None]:
    if not FAST_TIMES.fullmatch("\n".join(column) + "\n"):
        raise _CloserLookError
    try:
        times = [datetime.fromisoformat(text) if text else None for text in column]
    except ValueError:
        raise _CloserLookError from None
    newest = max((time for time in times if time is not None), default=None)
    if newest is not None and newest > latest:
        raise _CloserLookError
    return times


def _fast_statuses(column: Sequence[str], completed: Sequence[str]) -> list[str]:
    known = {raw: STATUSES.get(raw.strip().lower()) for raw in set(column)}
    if None in known.values():
        raise _CloserLookError
    derived = {
        (raw, ended): _status(status or "", ended=ended)
        for raw, status in known.items()
        for ended in (False, True)
    }
    statuses = [derived[raw, end != ""] for raw, end in zip(column, completed, strict=True)]
    if "" in statuses:
        raise _CloserLookError
    return statuses


def _status(given: str, *, ended: bool) -> str:
    """Derived when not given; "" where status and end contradict each other."""
    if given in ("", "completed" if ended else "open"):
        return "completed" if ended else "open"
    return "cancelled" if given == "cancelled" else ""


def _fast_fields(columns: Columns, cells: Mapping[str, Sequence[str]], count: int) -> Sequence[str]:
    numbers = columns.numbers
    if not numbers:
        return [""] * count
    parts: list[list[str]] = []
    for name, _at in numbers:
        column = cells[name]
        if not FAST_NUMBERS.fullmatch("\n".join(column) + "\n"):
            raise _CloserLookError
        head = dumps(name, ensure_ascii=False) + ":"
        parts.append([head + text if text else "" for text in column])
    if all(all(part) for part in parts):
        return ["{" + ",".join(row) + "}" for row in zip(*parts, strict=True)]
    joined = (",".join(filter(None, row)) for row in zip(*parts, strict=True))
    return ["{" + row + "}" if row else "" for row in joined]


# --- the slow way: the reference -------------------------------------------------------------------
class _RowError(Exception):
    def __init__(self, column: str, code: str) -> None:
        super().__init__(column, code)
        self.column = column
        self.code = code


def _slow(block: Block, raw: _Raw, terms: FileTerms) -> None:
    names = list(raw.cells)
    kept: list[tuple[int, str, str, str, str, str, str, str]] = []
    for line, *cells in zip(raw.lines, *raw.cells.values(), strict=True):
        row = dict(zip(names, map(str.strip, cells), strict=True))
        try:
            kept.append((line, *_case(row, block.columns, terms)))
        except _RowError as wrong:
            theirs = wrong.column
            block.rejections.append(Rejection(line, theirs, wrong.code, _shown(row, block.columns)))
    if kept:
        (
            block.lines,
            block.case_ids,
            block.started,
            block.completed,
            block.statuses,
            block.kinds,
            block.last_events,
            block.fields,
        ) = zip(*kept, strict=True)


def _case(
    row: Mapping[str, str], columns: Columns, terms: FileTerms
) -> tuple[str, str, str, str, str, str, str]:
    case_id = _text(row, "case_id", CASE_ID_LENGTH)
    if not case_id:
        raise _RowError("case_id", "no_case_id")
    kind = _text(row, "kind", KIND_LENGTH)
    started = _time(row, "started_at", terms)
    if started is None:
        raise _RowError("started_at", "no_start")
    completed = _time(row, "completed_at", terms)
    last_event = _time(row, "last_event_at", terms)
    if completed is not None and completed < started:
        raise _RowError("completed_at", CLOCK_ERROR)
    for name, time in (
        ("started_at", started),
        ("completed_at", completed),
        ("last_event_at", last_event),
    ):
        if time is not None and time > terms.at + CLOCK_TOLERANCE:
            raise _RowError(name, CLOCK_ERROR)
    given = STATUSES.get(row.get("status", "").lower())
    if given is None:
        raise _RowError("status", "unknown_status")
    status = _status(given, ended=completed is not None)
    if not status:
        raise _RowError("status", "open_with_end" if given == "open" else "completed_without_end")
    return (
        case_id,
        started.isoformat(),
        completed.isoformat() if completed else "",
        status,
        kind,
        last_event.isoformat() if last_event else "",
        _fields(row, columns),
    )


def _text(row: Mapping[str, str], name: str, limit: int) -> str:
    text = row.get(name, "")
    if len(text) > limit:
        raise _RowError(name, "too_long")
    if text == NESTED or not _is_storable(text):
        raise _RowError(name, "not_a_text")
    return text


def _time(row: Mapping[str, str], name: str, terms: FileTerms) -> datetime | None:
    text = row.get(name, "")
    if not text:
        return None
    try:
        return read_time(text, terms.zone)
    except BadValueError as wrong:
        raise _RowError(name, wrong.code) from None


def _fields(row: Mapping[str, str], columns: Columns) -> str:
    parts = []
    for name, _at in columns.numbers:
        text = row.get(name, "")
        if not text:
            continue
        try:
            number = read_number(text)
        except BadValueError as wrong:
            raise _RowError(name, wrong.code) from None
        parts.append(f"{dumps(name, ensure_ascii=False)}:{number}")
    return "{" + ",".join(parts) + "}" if parts else ""


# --- what may be shown of a refused row ------------------------------------------------------------
def _shown(row: Mapping[str, str], columns: Columns) -> dict[str, str]:
    """Our fields and number columns; nothing of a column that was left out."""
    allowed = {*columns.places, *(name for name, _at in columns.numbers)}
    return {name: _printable(text) for name, text in row.items() if name in allowed}


def _shown_cells(columns: Columns, cells: Sequence[str]) -> dict[str, str]:
    """A row with too many or too few cells: only its first cell that is a case id, if it has one.

    Its other cells may have slid into a neighbour's column, a person's name among them.
    """
    at = columns.places["case_id"]
    if at == 0 and cells:
        return {"case_id": _printable(cells[0].strip())}
    return {}


def _printable(text: str) -> str:
    return "".join(sign if _is_storable(sign) else "\ufffd" for sign in text[:CELL_SHOWN])
