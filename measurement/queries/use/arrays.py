"""People, access and use as arrays, in a handful of set-based queries whatever the rows.

The rows of persons end here: what leaves the package are figures of groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from measurement.indicators import FULL_WEEKS, RECENT_WEEKS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
WEEK = timedelta(weeks=1)
DAYS_OF_A_WEEK = 7

# Employed and assigned on the day. Leave counts where every employment of the day is on leave.
PEOPLE = """
SELECT a.person_id, a.unit_id, bool_and(e.status = 'leave')::int
FROM people_assignment a
JOIN people_employment e ON e.person_id = a.person_id AND e.valid @> %(day)s::date
WHERE a.valid @> %(day)s::date
GROUP BY a.person_id, a.unit_id
ORDER BY a.person_id
"""
ENTITLED = """
SELECT person_id, tool_id,
    bool_or(valid @> %(day)s::date)::int, bool_or(valid @> %(before)s::date)::int
FROM measurement_entitlement
WHERE valid @> %(day)s::date OR valid @> %(before)s::date
GROUP BY person_id, tool_id
"""
# Weeks as bits, the oldest is 1. A week with a row of 0 worked days and none of more was leave.
USED = """
SELECT person_id, tool_id,
    bit_or(CASE WHEN active_days > 0 THEN 1 << ((week - %(first)s::date) / 7) ELSE 0 END),
    bit_or(CASE WHEN worked_days = 0 THEN 1 << ((week - %(first)s::date) / 7) ELSE 0 END),
    bit_or(CASE WHEN worked_days > 0 THEN 1 << ((week - %(first)s::date) / 7) ELSE 0 END)
FROM measurement_usageweek
WHERE week >= %(first)s AND week < %(end)s
GROUP BY person_id, tool_id
"""
# Active days of the weeks asked for; tools of one week are added, a week has seven days at most.
DAYS = """
SELECT person_id, sum(days)::bigint FROM (
    SELECT person_id, least(sum(active_days), 7) AS days
    FROM measurement_usageweek
    WHERE week >= %(first)s AND week < %(end)s AND (%(tool)s::bigint IS NULL OR tool_id = %(tool)s)
    GROUP BY person_id, week
) weeks GROUP BY person_id
"""
LEAVE = """
SELECT person_id, lower(valid), upper(valid) FROM people_employment
WHERE status = 'leave' AND valid && daterange(%(first)s, %(end)s)
"""
# Of those whose first access began within a year: days to the end of the first week of use. Ranges
# that meet are one run: renewed access is none that began. Who did not use it before it ended, or
# before today, waited so long at least; leaving them out would make beginners look quicker.
# "first" is worked out once: right after an import, without statistics, the planner took it for a
# row and worked it out again for every person.
FIRST_USE = """
WITH access AS (
    SELECT person_id, range_agg(valid) AS runs
    FROM measurement_entitlement
    WHERE %(tool)s::bigint IS NULL OR tool_id = %(tool)s
    GROUP BY person_id
), began AS (
    SELECT person_id, lower(runs) AS since,
        (SELECT upper(run) FROM unnest(runs) AS run ORDER BY lower(run) LIMIT 1) AS until
    FROM access
    WHERE lower(runs) > %(day)s::date - 364 AND lower(runs) <= %(day)s::date
), first AS MATERIALIZED (
    SELECT u.person_id, min(u.week) AS week
    FROM measurement_usageweek u JOIN began b ON b.person_id = u.person_id
    WHERE u.active_days > 0 AND u.week + 6 >= b.since AND u.week < %(end)s
        AND (b.until IS NULL OR u.week < b.until) AND u.week > %(day)s::date - 372
        AND (%(tool)s::bigint IS NULL OR u.tool_id = %(tool)s)
    GROUP BY u.person_id
)
SELECT b.person_id,
    CASE WHEN f.week IS NULL THEN least(%(day)s::date, b.until) ELSE f.week + 6 END - b.since,
    (f.week IS NOT NULL)::int
FROM began b LEFT JOIN first f ON f.person_id = b.person_id
"""
UNITS = """
SELECT id, coalesce(parent_id, 0), coalesce(site_id, 0), function FROM people_orgunit ORDER BY id
"""
CHANGED_UNITS = """
SELECT DISTINCT c.descendant_id FROM people_orgunitclosure c
JOIN workflows_workflow w ON w.unit_id = c.ancestor_id WHERE w.id = ANY(%(workflows)s)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The tree of today, m units ascending by primary key; ``parent`` is an index, -1 at a top."""

    pk: Ints
    parent: Ints
    site: Ints  # 0 = none
    function: npt.NDArray[np.str_]

    def index_of(self, pks: npt.ArrayLike) -> Ints:
        """-1 for a unit that is not there."""
        return places_in(self.pk, pks)

    def below(self, pk: int) -> Bools:
        """(m,) bool: the unit and all below it; nobody where it does not exist."""
        inside: Bools = self.pk == pk
        while True:
            wider = inside | ((self.parent >= 0) & inside[self.parent])
            if (wider == inside).all():
                return inside
            inside = wider


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """One tool or all together, of the n people: (n,) bool and (n, 12) bool."""

    entitled: Bools
    entitled_before: Bools
    used: Bools


@dataclass(frozen=True, slots=True, eq=False)
class UseArrays:
    """All people of one Monday, n ascending by primary key.

    ``unit`` is an index into ``units``; ``worked`` (n, 12); ``entitled_by`` and ``used_by`` hold a
    bit matrix for each tool that anybody has access to or used.
    """

    as_of: date
    units: Units
    person: Ints
    unit: Ints
    on_leave: Bools
    worked: Bools
    in_changed: Bools
    tools: Ints
    entitled_by: Bools  # (tools, n)
    entitled_before_by: Bools
    used_by: npt.NDArray[np.bool_]  # (tools, n, 12)
    data_to: date | None
    is_simulated: bool

    def access(self, tool: int | None) -> Access:
        if tool is None:
            return Access(
                any_of(self.entitled_by, 0),
                any_of(self.entitled_before_by, 0),
                any_of(self.used_by, 0),
            )
        at = int(places_in(self.tools, [tool])[0])
        if at < 0:
            nobody = np.zeros(len(self.person), np.bool_)
            return Access(nobody, nobody, np.zeros((len(self.person), FULL_WEEKS), np.bool_))
        return Access(self.entitled_by[at], self.entitled_before_by[at], self.used_by[at])


def any_of(flags: Bools, axis: int) -> Bools:
    found: Bools = np.logical_or.reduce(flags, axis=axis)
    return found


def places_in(ascending: Ints, wanted: npt.ArrayLike) -> Ints:
    """Index of each of ``wanted`` in ``ascending``, -1 where it is not."""
    asked = np.asarray(wanted, dtype=np.int64)
    if not len(ascending):
        return np.full(asked.shape, -1, np.int64)
    at = np.minimum(np.searchsorted(ascending, asked), len(ascending) - 1)
    return np.where(ascending[at] == asked, at, -1).astype(np.int64)


def monday_of(at: datetime) -> date:
    """The Monday, in UTC, of the week of ``at``: weeks before it are complete."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def use_arrays(at: datetime, changed_workflows: Sequence[int]) -> UseArrays:
    """Everybody's access and use of the last 12 complete weeks before ``at``."""
    as_of = monday_of(at)
    first = as_of - FULL_WEEKS * WEEK
    terms = {"day": as_of - timedelta(days=1), "before": first, "first": first, "end": as_of}
    units = _units()
    people = _columns(PEOPLE, terms, 3)
    person = people[0]
    entitled = _columns(ENTITLED, terms, 4)
    used = _columns(USED, terms, 5)
    tools = np.unique(np.concatenate((entitled[1], used[1])))
    has = np.zeros((len(tools), len(person)), np.bool_)
    had = np.zeros_like(has)
    bits = np.zeros((len(tools), len(person)), np.int64)
    at_person, at_tool = places_in(person, entitled[0]), places_in(tools, entitled[1])
    known = at_person >= 0
    has[at_tool[known], at_person[known]] = entitled[2][known] == 1
    had[at_tool[known], at_person[known]] = entitled[3][known] == 1
    at_person, at_tool = places_in(person, used[0]), places_in(tools, used[1])
    known = at_person >= 0
    bits[at_tool[known], at_person[known]] = used[2][known]
    away, present = np.zeros(len(person), np.int64), np.zeros(len(person), np.int64)
    np.bitwise_or.at(away, at_person[known], used[3][known])
    np.bitwise_or.at(present, at_person[known], used[4][known])
    changed = _columns(CHANGED_UNITS, {"workflows": list(changed_workflows)}, 1)[0]
    unit = units.index_of(people[1])
    data_to, simulated = _source(as_of)
    return UseArrays(
        as_of=as_of,
        units=units,
        person=person,
        unit=unit,
        on_leave=people[2] == 1,
        worked=~_weeks(away & ~present) & ~_on_leave(person, terms),
        in_changed=np.isin(people[1], changed),
        tools=tools,
        entitled_by=has,
        entitled_before_by=had,
        used_by=_weeks(bits),
        data_to=data_to,
        is_simulated=simulated,
    )


def active_days(arrays: UseArrays, *, weeks: int, tool: int | None) -> npt.NDArray[np.float64]:
    """(n,) distinct active days of the last ``weeks`` complete weeks, 0 where there is no row."""
    first = arrays.as_of - weeks * WEEK
    rows = _columns(DAYS, {"first": first, "end": arrays.as_of, "tool": tool}, 2)
    days = np.zeros(len(arrays.person))
    at = places_in(arrays.person, rows[0])
    days[at[at >= 0]] = rows[1][at >= 0]
    return days


def first_use(
    arrays: UseArrays, *, tool: int | None
) -> tuple[Ints, npt.NDArray[np.float64], Bools]:
    """Those whose access began within a year: index of the person, days, and whether they used it.

    Access that has ended counts until its end, and renewed access from its first beginning. A
    source names weeks: the first use counts from the end of its week, when it is known.
    """
    terms = {"day": arrays.as_of - timedelta(days=1), "end": arrays.as_of, "tool": tool}
    rows = _columns(FIRST_USE, terms, 3)
    at = places_in(arrays.person, rows[0])
    known = at >= 0
    return at[known], np.maximum(rows[1][known], 0).astype(np.float64), rows[2][known] == 1


def recent(used: Bools) -> Bools:
    """(n,) used in one of the last four weeks."""
    return any_of(used[:, -RECENT_WEEKS:], 1)


def _units() -> Units:
    with connection.cursor() as cursor:
        cursor.execute(UNITS)
        rows = cursor.fetchall()
    pk = np.array([row[0] for row in rows], dtype=np.int64)
    parents = np.array([row[1] for row in rows], dtype=np.int64)
    return Units(
        pk=pk,
        parent=places_in(pk, parents),
        site=np.array([row[2] for row in rows], dtype=np.int64),
        function=np.array([row[3] for row in rows], dtype=np.str_),
    )


def _on_leave(person: Ints, terms: dict[str, Any]) -> Bools:
    """(n, 12): weeks that lie wholly in a long leave."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE, terms)
        rows = cursor.fetchall()
    found = np.zeros((len(person), FULL_WEEKS), np.bool_)
    at = places_in(person, [row[0] for row in rows])
    mondays = [terms["first"] + number * WEEK for number in range(FULL_WEEKS)]
    for place, (_person, since, until) in zip(at, rows, strict=True):
        if place >= 0:
            found[place] |= [
                (since is None or since <= monday) and (until is None or until >= monday + WEEK)
                for monday in mondays
            ]
    return found


def _source(as_of: date) -> tuple[date | None, bool]:
    """The last day of the last complete week that has a row, and whether a simulation made any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(week) FROM measurement_usageweek WHERE week < %(end)s),"
            " EXISTS (SELECT FROM measurement_usageweek u JOIN people_person p ON"
            " p.id = u.person_id AND p.is_simulated WHERE u.week >= %(end)s::date - 84)",
            {"end": as_of},
        )
        newest, simulated = cursor.fetchone()
    return (None if newest is None else newest + timedelta(days=6)), bool(simulated)


def _weeks(bits: Ints) -> Bools:
    """Bits to a last axis of 12 weeks, the oldest first."""
    found: Bools = (bits[..., np.newaxis] >> np.arange(FULL_WEEKS)) & 1 == 1
    return found


def _columns(query: str, terms: dict[str, Any], width: int) -> list[Ints]:
    """The answer as ``width`` columns of whole numbers."""
    with connection.cursor() as cursor:
        cursor.execute(query, terms)
        rows = cursor.fetchall()
    table = np.array(rows, dtype=np.int64).reshape(len(rows), width)
    return [np.ascontiguousarray(table[:, place]) for place in range(width)]
