"""Rows about people: use by week, access to tools, finished trainings. Pure and streaming.

What a refused row said of somebody is not kept: its line, and the cell that was wrong unless it is
the person's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import BinaryIO

from core.deliveries import Limits, Unreadable
from core.deliveries.cells import is_storable
from core.deliveries.limits import CELL_SHOWN
from core.deliveries.tables import csv_blocks, json_blocks, lines_of
from core.deliveries.text import opened
from measurement.parsing.errors import Rejection
from measurement.parsing.layouts import (
    COMPLETIONS,
    ENTITLEMENTS,
    NO_TOOL_COLUMN,
    Recognised,
    recognise,
)

PERSON_LENGTH = 254  # an e-mail is the longest name of a person
THING_LENGTH = 500
LAST_DAY = date(9000, 1, 1)  # systems that know no open end send one far away
FIRST_DAY = date(2000, 1, 1)
DAYS_OF_A_WEEK = 7
MOST_CASES = 100_000  # of one person in one week
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.,]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
WHOLE = re.compile(r"[0-9]{1,9}(?:\.0+)?")
DONE = re.compile(r"(?:^|/)(?:completed|passed)$")


@dataclass(frozen=True, slots=True)
class PeopleTerms:
    """``at``: the day of the delivery; ``tool``: the one of files that name none."""

    kind: str
    at: date
    tool: str = ""
    encoding: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """A checked row of any kind.

    ``thing``: tool or training as the file names it. ``since``: Monday, first day, or the day of
    completion; ``until``: last day of access, None for no end. Numbers are None where not given.
    """

    line: int
    person: str
    thing: str
    since: date
    until: date | None = None
    days: int | None = None
    cases: int | None = None
    worked: int | None = None


@dataclass(slots=True)
class PeopleBlock:
    """``read`` counts all rows of the block, refused ones too."""

    recognised: Recognised
    read: int
    rows: list[PeopleRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


class _RowError(Exception):
    def __init__(self, column: str, code: str) -> None:
        super().__init__(column, code)
        self.column = column
        self.code = code


def read_people(stream: BinaryIO, terms: PeopleTerms) -> Iterator[PeopleBlock]:
    """The file in blocks. Raises Unreadable as soon as it shows; blocks before stay valid."""
    is_json, whole = opened(stream, encoding=terms.encoding, limits=terms.limits)
    total = 0
    for recognised, read, rows, uneven in (_from_json if is_json else _from_csv)(whole, terms):
        if recognised.layout.name in NO_TOOL_COLUMN and not terms.tool:
            raise Unreadable("tool_missing")
        if (
            "tool" in recognised.layout.fields
            and "tool" not in recognised.places
            and not terms.tool
        ):
            raise Unreadable("column_missing", column="tool", found=", ".join(recognised.ignored))
        total += read
        if total > terms.limits.rows:
            raise Unreadable("too_many_rows", limit=terms.limits.rows)
        block = PeopleBlock(recognised, read)
        block.rejections += [Rejection(line, "", "wrong_cells", {}) for line in uneven]
        for line, row in rows:
            try:
                block.rows.append(_checked(line, row, recognised, terms))
            except _RowError as wrong:
                name = recognised.places.get(wrong.column, wrong.column)
                value = "" if wrong.column == "person" else row.get(wrong.column, "")
                shown = {"value": value[:CELL_SHOWN]} if is_storable(value) else {}
                block.rejections.append(Rejection(line, name, wrong.code, shown))
        block.rejections.sort(key=lambda rejection: rejection.line)
        yield block
    if not total:
        raise Unreadable("no_rows")


_Raw = tuple[Recognised, int, Iterable[tuple[int, dict[str, str]]], list[int]]


def _from_csv(pieces: Iterator[str], terms: PeopleTerms) -> Iterator[_Raw]:
    limits = terms.limits
    blocks = csv_blocks(lines_of(iter(pieces), limits), limits.block, limits)
    _lines, (header,) = next(blocks)
    names = [name.strip() for name in header]
    found = recognise(names, terms.kind, limits)
    places = {ours: names.index(theirs) for ours, theirs in found.places.items()}
    for lines, rows in blocks:
        numbered = list(zip(lines, rows, strict=True))
        good = (
            (line, {ours: row[at].strip() for ours, at in places.items()})
            for line, row in numbered
            if len(row) == len(names)
        )
        uneven = [line for line, row in numbered if len(row) != len(names)]
        yield found, len(numbered), good, uneven


def _from_json(pieces: Iterator[str], terms: PeopleTerms) -> Iterator[_Raw]:
    """Keys of a block's rows together are its columns; the layout is that of the first block."""
    found: Recognised | None = None
    for block in json_blocks(pieces, terms.limits.block, terms.limits, flat=True):
        if found is None:
            names = list({key: None for _line, row in block for key in row})
            found = recognise(names, terms.kind, terms.limits)
            wanted = {
                name: ours for ours, names in found.layout.fields.items() for name in names
            } | {theirs: ours for ours, theirs in found.places.items()}
        good = (
            (line, {wanted[key]: cell.strip() for key, cell in row.items() if key in wanted})
            for line, row in block
        )
        yield found, len(block), good, []


def _checked(
    line: int, row: Mapping[str, str], recognised: Recognised, terms: PeopleTerms
) -> PeopleRow:
    name = recognised.layout.name
    person = _text(row, "person", PERSON_LENGTH, "no_person")
    if recognised.layout.kind == COMPLETIONS:
        if name == "xapi" and not DONE.search(row.get("verb", "")):
            raise _RowError("verb", "other_verb")
        training = _text(row, "training", THING_LENGTH, "no_training")
        return PeopleRow(line, person, training, _day(row, "completed_date", latest=terms.at))
    tool = row.get("tool") or terms.tool
    if not tool:
        raise _RowError("tool", "no_tool")
    if len(tool) > THING_LENGTH or not is_storable(tool):
        raise _RowError("tool", "too_long")
    if recognised.layout.kind == ENTITLEMENTS:
        since = _day(row, "since")
        until = _day(row, "until") if row.get("until") else None
        if until is not None and until > LAST_DAY:
            until = None
        if until is not None and until < since:
            raise _RowError("until", "ends_before")
        return PeopleRow(line, person, tool, since, until)
    if name == "copilot":
        return _last_active(line, person, tool, row, terms)
    return PeopleRow(
        line,
        person,
        tool,
        _week(row, terms.at, sundays=name == "viva"),
        days=_whole(row, "active_days", DAYS_OF_A_WEEK, "too_many_days"),
        cases=_whole(row, "assisted_cases", MOST_CASES, "too_many", needed=False),
        worked=_whole(row, "worked_days", DAYS_OF_A_WEEK, "too_many_days", needed=False),
    )


def _last_active(
    line: int, person: str, tool: str, row: Mapping[str, str], terms: PeopleTerms
) -> PeopleRow:
    """The report says when somebody was last active, so: one day at least in the week of that day.

    Who never was counts as not active in the week that the report was read.
    """
    column = "last_day" if row.get("last_day") else "read_day"
    day = _day(row, column, latest=terms.at)
    return PeopleRow(line, person, tool, monday_of(day), days=int(column == "last_day"))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _text(row: Mapping[str, str], column: str, most: int, missing: str) -> str:
    text = row.get(column, "")
    if not text:
        raise _RowError(column, missing)
    if len(text) > most or not is_storable(text):
        raise _RowError(column, "too_long")
    return text


def _week(row: Mapping[str, str], at: date, *, sundays: bool) -> date:
    """Its Monday. Viva's weeks begin on Sunday unless told otherwise: the Monday after is meant."""
    text = row.get("week", "")
    day = _read_week(text) if WEEK.fullmatch(text) else None
    day = day or _day(row, "week")
    if sundays and day.isoweekday() == DAYS_OF_A_WEEK:
        day += timedelta(days=1)
    if day.isoweekday() != 1:
        raise _RowError("week", "not_a_monday")
    if day > at:
        raise _RowError("week", "in_the_future")
    return day


@lru_cache(maxsize=4096)
def _read_week(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-1")
    except ValueError:
        return None


def _day(row: Mapping[str, str], column: str, *, latest: date | None = None) -> date:
    day = _read_day(row.get(column, ""))
    if day is None:
        raise _RowError(column, "not_a_day")
    if day < FIRST_DAY:
        raise _RowError(column, "too_long_ago")
    if latest is not None and day > latest:
        raise _RowError(column, "in_the_future")
    return day


@lru_cache(maxsize=4096)
def _read_day(text: str) -> date | None:
    """The day of a date or of a time, as it is written; the offset moves no day."""
    found = DAY.fullmatch(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _whole(
    row: Mapping[str, str], column: str, most: int, too_many: str, *, needed: bool = True
) -> int | None:
    text = row.get(column, "")
    if not text and not needed:
        return None
    if not WHOLE.fullmatch(text):
        raise _RowError(column, "not_whole")
    value = int(float(text))
    if value > most:
        raise _RowError(column, too_many)
    return value
