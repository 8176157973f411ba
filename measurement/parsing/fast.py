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
from measurement.parsing.times import time_reader
from measurement.parsing.values import BadValueError, read_number

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
    if not (all(ids) and fast_texts((ids, CASE_ID_LENGTH), (kinds, KIND_LENGTH))):
        return False
    try:
        if not all(cells["started_at"]):
            return False
        started, starts = fast_times(cells["started_at"], raw, terms)
        completed, ends = fast_times(cells["completed_at"], raw, terms)
        last_events, _lasts = fast_times(cells.get("last_event_at", empty), raw, terms)
        if any(end < start for start, end in zip(starts, ends, strict=True) if start and end):
            return False
        statuses = _fast_statuses(cells.get("status", empty), completed)
        fields = fast_fields(block.columns, cells, len(raw.lines), terms.decimal)
    except CloserLookError:
        return False
    block.lines, block.case_ids, block.kinds = raw.lines, ids, kinds
    block.started, block.completed, block.last_events = started, completed, last_events
    block.statuses, block.fields = statuses, fields
    return True


class CloserLookError(Exception):
    pass


def fast_texts(*columns: tuple[Sequence[str], int]) -> bool:
    """Are all of them texts, at most so long?"""
    for column, length in columns:
        if max(map(len, column)) > length:
            return False
        text = "".join(column)
        if text.isascii() and text.isprintable():
            if NESTED in column:
                return False
            continue
        if not is_storable(text) or NESTED in text:
            return False
    return True


def fast_times(
    column: Sequence[str], raw: RawBlock, terms: FileTerms
) -> tuple[Sequence[str], list[datetime | None]]:
    """The column as PostgreSQL reads it, and the moments. None of them is in the future."""
    joined = _joined(column)
    if terms.times or not FAST_TIMES.fullmatch(joined):
        if not terms.times and terms.zone is None:
            raise CloserLookError
        try:
            column = time_reader(terms.times, terms.zone, typed=raw.typed).column(column)
        except BadValueError:
            raise CloserLookError from None
        joined = _joined(column)
    if FIRST_DAY in joined or not FAST_TIMES.fullmatch(joined):
        raise CloserLookError
    try:
        times = [datetime.fromisoformat(text) if text else None for text in column]
    except ValueError:
        raise CloserLookError from None
    newest = max(filter(None, times), default=None)
    if newest is not None and newest > terms.at + CLOCK_TOLERANCE:
        raise CloserLookError
    return column, times


def _numbers(column: Sequence[str], decimal: str) -> list[str]:
    """Each different cell by itself: yes and no, decimals with a comma, blanks around."""
    known = {"": ""}
    try:
        for cell in set(column):
            text = cell.strip()
            known[cell] = read_number(text, decimal) if text else ""
    except BadValueError:
        raise CloserLookError from None
    return [known[cell] for cell in column]


def _joined(column: Sequence[str]) -> str:
    """One cell a line; a cell of several lines would pass for several cells."""
    joined = "\n".join(column) + "\n"
    if joined.count("\n") != len(column):
        raise CloserLookError
    return joined


def _fast_statuses(column: Sequence[str], completed: Sequence[str]) -> list[str]:
    known = {raw: STATUSES.get(raw.strip().lower()) for raw in set(column)}
    if None in known.values():
        raise CloserLookError
    derived = {
        (raw, ended): status_of(status or "", ended=ended)
        for raw, status in known.items()
        for ended in (False, True)
    }
    statuses = [derived[raw, end != ""] for raw, end in zip(column, completed, strict=True)]
    if "" in statuses:
        raise CloserLookError
    return statuses


def fast_fields(
    columns: Columns, cells: Mapping[str, Sequence[str]], count: int, decimal: str
) -> Sequence[str]:
    numbers = columns.numbers
    if not numbers:
        return [""] * count
    parts: list[list[str]] = []
    for name, _at in numbers:
        column = cells[name]
        if decimal != "." or not FAST_NUMBERS.fullmatch(_joined(column)):
            column = _numbers(column, decimal)
        head = dumps(name, ensure_ascii=False) + ":"
        parts.append([head + text if text else "" for text in column])
    if all(all(part) for part in parts):
        return ["{" + ",".join(row) + "}" for row in zip(*parts, strict=True)]
    joined = (",".join(filter(None, row)) for row in zip(*parts, strict=True))
    return ["{" + row + "}" if row else "" for row in joined]
