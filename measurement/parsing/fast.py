"""The fast way: whole columns by C functions, no call of ours per cell.

It covers what machines write (times with an offset, plain numbers) and gives up for a whole block
at the first cell that needs a closer look; measurement.parsing.slow then gives the same for good
rows and says what is wrong with the others.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps

from core.deliveries.cells import NESTED, is_storable
from measurement.parsing.blocks import (
    CLOCK_TOLERANCE,
    STATUSES,
    Block,
    FileTerms,
    RawBlock,
    status_of,
)
from measurement.parsing.columns import Columns
from measurement.parsing.limits import CASE_ID_LENGTH, KIND_LENGTH

_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?"
# PostgreSQL, which reads these times itself, knows offsets below 16 hours only.
_OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])"
FAST_TIMES = re.compile(f"(?:(?:{_TIME}{_OFFSET})?\n)*")
FIRST_DAY = "0001-01-01"  # with an offset it may lie before all that can be counted
FAST_NUMBERS = re.compile("(?:(?:-?(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,9})?)?\n)*")


def fill_fast(block: Block, raw: RawBlock, terms: FileTerms) -> bool:
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
        if any(end < start for start, end in zip(starts, ends, strict=True) if start and end):
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
        if not is_storable(text) or NESTED in text:
            return False
    return True


def _fast_times(column: Sequence[str], latest: datetime) -> list[datetime | None]:
    joined = _joined(column)
    if FIRST_DAY in joined or not FAST_TIMES.fullmatch(joined):
        raise _CloserLookError
    try:
        times = [datetime.fromisoformat(text) if text else None for text in column]
    except ValueError:
        raise _CloserLookError from None
    newest = max(filter(None, times), default=None)
    if newest is not None and newest > latest:
        raise _CloserLookError
    return times


def _joined(column: Sequence[str]) -> str:
    """One cell a line; a cell of several lines would pass for several cells."""
    joined = "\n".join(column) + "\n"
    if joined.count("\n") != len(column):
        raise _CloserLookError
    return joined


def _fast_statuses(column: Sequence[str], completed: Sequence[str]) -> list[str]:
    known = {raw: STATUSES.get(raw.strip().lower()) for raw in set(column)}
    if None in known.values():
        raise _CloserLookError
    derived = {
        (raw, ended): status_of(status or "", ended=ended)
        for raw, status in known.items()
        for ended in (False, True)
    }
    statuses = [derived[raw, end != ""] for raw, end in zip(column, completed, strict=True)]
    if "" in statuses:
        raise _CloserLookError
    return statuses


def _fast_fields(columns: Columns, cells: Mapping[str, Sequence[str]], count: int) -> Sequence[str]:
    numbers = columns.numbers
    if not numbers:
        return [""] * count
    parts: list[list[str]] = []
    for name, _at in numbers:
        column = cells[name]
        if not FAST_NUMBERS.fullmatch(_joined(column)):
            raise _CloserLookError
        head = dumps(name, ensure_ascii=False) + ":"
        parts.append([head + text if text else "" for text in column])
    if all(all(part) for part in parts):
        return ["{" + ",".join(row) + "}" for row in zip(*parts, strict=True)]
    joined = (",".join(filter(None, row)) for row in zip(*parts, strict=True))
    return ["{" + row + "}" if row else "" for row in joined]
