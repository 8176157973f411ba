"""The slow way, row by row: the reference, and the one that says what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps

from core.deliveries.cells import NESTED, is_storable, storable
from core.deliveries.limits import CELL_SHOWN
from measurement.parsing.blocks import (
    CLOCK_TOLERANCE,
    Block,
    FileTerms,
    RawBlock,
    status_of,
)
from measurement.parsing.columns import Columns
from measurement.parsing.errors import CLOCK_ERROR, Rejection
from measurement.parsing.limits import CASE_ID_LENGTH, KIND_LENGTH
from measurement.parsing.times import TimeReader, time_reader
from measurement.parsing.usual_names import STATUSES
from measurement.parsing.values import BadValueError, read_number


class RowError(Exception):
    """One of our fields, or a column of numbers, and what is wrong with it."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(column, code)
        self.column = column
        self.code = code


def fill_slow(block: Block, raw: RawBlock, terms: FileTerms) -> None:
    names = list(raw.cells)
    times = time_reader(terms.times, terms.zone, typed=raw.typed)
    kept: list[tuple[int, str, str, str, str, str, str, str]] = []
    for line, *cells in zip(raw.lines, *raw.cells.values(), strict=True):
        row = dict(zip(names, map(str.strip, cells), strict=True))
        try:
            kept.append((line, *_case(row, block.columns, terms, times)))
        except RowError as wrong:
            theirs = wrong.column
            block.rejections.append(Rejection(line, theirs, wrong.code, shown(row, block.columns)))
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
    row: Mapping[str, str], columns: Columns, terms: FileTerms, times: TimeReader
) -> tuple[str, str, str, str, str, str, str]:
    case_id = text_of(row, "case_id", CASE_ID_LENGTH)
    if not case_id:
        raise RowError("case_id", "no_case_id")
    kind = text_of(row, "kind", KIND_LENGTH)
    started = read_cell(row, "started_at", times)
    if started is None:
        raise RowError("started_at", "no_start")
    completed = read_cell(row, "completed_at", times)
    last_event = read_cell(row, "last_event_at", times)
    if completed is not None and completed < started:
        raise RowError("completed_at", CLOCK_ERROR)
    for name, time in (
        ("started_at", started),
        ("completed_at", completed),
        ("last_event_at", last_event),
    ):
        if time is not None and time > terms.at + CLOCK_TOLERANCE:
            raise RowError(name, CLOCK_ERROR)
    given = STATUSES.get(row.get("status", "").lower())
    if given is None:
        raise RowError("status", "unknown_status")
    status = status_of(given, ended=completed is not None)
    if not status:
        raise RowError("status", "open_with_end" if given == "open" else "completed_without_end")
    return (
        case_id,
        started.isoformat(),
        completed.isoformat() if completed else "",
        status,
        kind,
        last_event.isoformat() if last_event else "",
        fields_of(row, columns, terms.decimal),
    )


def text_of(row: Mapping[str, str], name: str, limit: int) -> str:
    text = row.get(name, "")
    if len(text) > limit:
        raise RowError(name, "too_long")
    if text == NESTED or not is_storable(text):
        raise RowError(name, "not_a_text")
    return text


def read_cell(row: Mapping[str, str], name: str, times: TimeReader) -> datetime | None:
    text = row.get(name, "")
    if not text:
        return None
    try:
        return times.read(text)
    except BadValueError as wrong:
        raise RowError(name, wrong.code) from None


def fields_of(row: Mapping[str, str], columns: Columns, decimal: str) -> str:
    parts = []
    for name, _at in columns.numbers:
        text = row.get(name, "")
        if not text:
            continue
        try:
            number = read_number(text, decimal)
        except BadValueError as wrong:
            raise RowError(name, wrong.code) from None
        parts.append(f"{dumps(name, ensure_ascii=False)}:{number}")
    return "{" + ",".join(parts) + "}" if parts else ""


def shown(row: Mapping[str, str], columns: Columns) -> dict[str, str]:
    """Our own fields alone: a name may stand in any other column, a number's among them."""
    return {name: _printable(text) for name, text in row.items() if name in columns.places}


def shown_cells(columns: Columns, cells: Sequence[str]) -> dict[str, str]:
    """A row with too many or too few cells: only its first cell that is a case id, if it has one.

    Its other cells may have slid into a neighbour's column, a person's name among them.
    """
    at = columns.places["case_id"]
    if at == 0 and cells:
        return {"case_id": _printable(cells[0].strip())}
    return {}


def _printable(text: str) -> str:
    return storable(text[:CELL_SHOWN])
