"""Events of one block: the fast way by whole columns, and the slow one that says what is wrong."""

from collections.abc import Mapping, Sequence

from measurement.parsing.blocks import CLOCK_TOLERANCE, EventBlock, FileTerms, RawBlock
from measurement.parsing.columns import Columns
from measurement.parsing.errors import CLOCK_ERROR, Rejection
from measurement.parsing.fast import CloserLookError, fast_fields, fast_texts, fast_times
from measurement.parsing.limits import ACTIVITY_LENGTH, CASE_ID_LENGTH, KIND_LENGTH
from measurement.parsing.slow import RowError, fields_of, read_cell, shown, text_of
from measurement.parsing.times import TimeReader, time_reader

# The transitions of IEEE 1849 that begin and finish an activity; all others are "other".
LIFECYCLES = {"": "", "start": "start", "complete": "complete"}


def fill_events_fast(block: EventBlock, raw: RawBlock, terms: FileTerms) -> bool:
    """Fill ``block`` and say True; False, and nothing filled, when any cell needs a closer look."""
    cells = raw.cells
    empty = [""] * len(raw.lines)
    ids = list(map(str.strip, cells["case_id"]))
    activities = list(map(str.strip, cells["activity"]))
    kinds = list(map(str.strip, cells["kind"])) if "kind" in cells else empty
    if not (all(ids) and all(activities)) or not fast_texts(
        (ids, CASE_ID_LENGTH), (activities, ACTIVITY_LENGTH), (kinds, KIND_LENGTH)
    ):
        return False
    try:
        if not all(cells["at"]):
            return False
        ats, moments = fast_times(cells["at"], raw, terms)
        begans: Sequence[str] = empty
        if "began_at" in cells:
            begans, begun = fast_times(cells["began_at"], raw, terms)
            if (begun > moments).any():
                return False
        fields = fast_fields(block.columns, cells, len(raw.lines), terms.decimal)
    except CloserLookError:
        return False
    known = {given: lifecycle_of(given.strip()) for given in set(cells.get("lifecycle", ()))}
    lifecycles = list(map(known.__getitem__, cells["lifecycle"])) if known else empty
    block.lines, block.case_ids, block.activities, block.kinds = raw.lines, ids, activities, kinds
    block.ats, block.begans, block.lifecycles, block.fields = ats, begans, lifecycles, fields
    return True


def fill_events_slow(block: EventBlock, raw: RawBlock, terms: FileTerms) -> None:
    names = list(raw.cells)
    times = time_reader(terms.times, terms.zone, typed=raw.typed)
    kept: list[tuple[int, str, str, str, str, str, str, str]] = []
    for line, *cells in zip(raw.lines, *raw.cells.values(), strict=True):
        row = dict(zip(names, map(str.strip, cells), strict=True))
        try:
            kept.append((line, *_event(row, block.columns, terms, times)))
        except RowError as wrong:
            told = shown(row, block.columns)
            block.rejections.append(Rejection(line, wrong.column, wrong.code, told))
    if kept:
        (
            block.lines,
            block.case_ids,
            block.activities,
            block.ats,
            block.begans,
            block.lifecycles,
            block.kinds,
            block.fields,
        ) = zip(*kept, strict=True)


def lifecycle_of(given: str) -> str:
    return LIFECYCLES.get(given.lower(), "other")


def _event(
    row: Mapping[str, str], columns: Columns, terms: FileTerms, times: TimeReader
) -> tuple[str, str, str, str, str, str, str]:
    case_id = text_of(row, "case_id", CASE_ID_LENGTH)
    if not case_id:
        raise RowError("case_id", "no_case_id")
    activity = text_of(row, "activity", ACTIVITY_LENGTH)
    if not activity:
        raise RowError("activity", "no_activity")
    kind = text_of(row, "kind", KIND_LENGTH)
    at = read_cell(row, "at", times)
    if at is None:
        raise RowError("at", "no_time")
    began = read_cell(row, "began_at", times)
    if at > terms.at + CLOCK_TOLERANCE:
        raise RowError("at", CLOCK_ERROR)
    if began is not None and began > at:
        raise RowError("began_at", CLOCK_ERROR)
    return (
        case_id,
        activity,
        at.isoformat(),
        began.isoformat() if began else "",
        lifecycle_of(row.get("lifecycle", "")),
        kind,
        fields_of(row, columns, terms.decimal),
    )
