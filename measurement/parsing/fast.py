"""The fast way: whole columns by C functions, no call of ours per cell.

It covers what machines write (times with an offset, plain numbers) and gives up for a whole block
at the first cell that needs a closer look; measurement.parsing.slow then gives the same for good
rows and says what is wrong with the others.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from json import dumps

from core.deliveries.cells import NESTED, is_storable
from measurement.parsing.blocks import (
    CLOCK_TOLERANCE,
    Block,
    FileTerms,
    RawBlock,
    status_of,
)
from measurement.parsing.clocks import NEVER, Moments, OtherwiseWrittenError, moments_of
from measurement.parsing.columns import Columns
from measurement.parsing.limits import CASE_ID_LENGTH, KIND_LENGTH
from measurement.parsing.times import time_reader
from measurement.parsing.usual_names import STATUSES
from measurement.parsing.values import BadValueError, read_number

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
FEW = 50  # rows for each different number, at least: then each of them is read once
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
        if ((ends < starts) & (ends != NEVER)).any():
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
) -> tuple[Sequence[str], Moments]:
    """The column as PostgreSQL reads it, and the moments. None of them is in the future."""
    moments = None if terms.times else _as_written(column)
    if moments is None:
        if not terms.times and terms.zone is None:
            raise CloserLookError
        try:
            column = time_reader(terms.times, terms.zone, typed=raw.typed).column(column)
        except BadValueError:
            raise CloserLookError from None
        moments = _as_written(column)
    if moments is None or moments.max() > (terms.at + CLOCK_TOLERANCE - _EPOCH) // _MICROSECOND:
        raise CloserLookError
    return column, moments


def _as_written(column: Sequence[str]) -> Moments | None:
    try:
        return moments_of(column)
    except OtherwiseWrittenError:
        return None


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
    statuses = list(map(derived.__getitem__, zip(column, map(bool, completed), strict=True)))
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
        head = dumps(name, ensure_ascii=False) + ":"
        kinds = set(column)
        few = len(kinds) * FEW < count
        if few or decimal != "." or not FAST_NUMBERS.fullmatch(_joined(column)):
            known = _known_numbers(kinds, head, decimal)
            parts.append(list(map(known.__getitem__, column)))
        else:
            parts.append([head + text if text else "" for text in column])
    if len(parts) == 1:
        return ["{" + part + "}" if part else "" for part in parts[0]]
    if all(all(part) for part in parts):
        return ["{" + ",".join(row) + "}" for row in zip(*parts, strict=True)]
    joined = (",".join(filter(None, row)) for row in zip(*parts, strict=True))
    return ["{" + row + "}" if row else "" for row in joined]


def _known_numbers(cells: set[str], head: str, decimal: str) -> dict[str, str]:
    """Each different cell by itself: yes and no, decimals with a comma, blanks around."""
    known = {}
    try:
        for cell in cells:
            text = cell.strip()
            known[cell] = head + read_number(text, decimal) if text else ""
    except BadValueError:
        raise CloserLookError from None
    return known
