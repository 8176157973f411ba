"""Where the time of finished cases went: work and waiting by activity, before against after."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from measurement.statistics.arrays import Bools, Floats, Ints
from measurement.statistics.business_time import OpeningHours

KNOWN_SHARE = 0.95  # (chosen) of an activity's events say when they began, else its work is unknown
MOST_ACTIVITIES = 15  # (chosen) shown by themselves
OTHER = -1


@dataclass(frozen=True, slots=True, eq=False)
class FinishedCases:
    """Cases of both windows that ended within one horizon, n of them.

    ``start`` and ``end``: (n,) epoch seconds; ``after``: (n,) bool, the window.
    """

    start: Floats
    end: Floats
    after: Bools

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """Finished activities, m of them, in any order.

    ``case``: (m,) places in the cases; ``activity``: (m,) numbers from 0; ``began`` (m,) NaN where
    unknown, and ``ended``, epoch seconds.
    """

    case: Ints
    activity: Ints
    began: Floats
    ended: Floats


@dataclass(frozen=True, slots=True)
class Spent:
    """``share`` of the side's cases that pass the activity; seconds per case of the side.

    Per case, passing or not, so that the activities of a side add up. ``touch`` is None where the
    source does not say when the activity began: its work is then within ``wait``.
    """

    share: float
    wait: float
    touch: float | None


@dataclass(frozen=True, slots=True)
class ActivityTime:
    """``activity`` is its number, OTHER for the pooled ones; None for a side without it."""

    activity: int
    before: Spent | None
    after: Spent | None


@dataclass(frozen=True, slots=True)
class TimeSpent:
    cases_before: int
    cases_after: int
    activities: tuple[ActivityTime, ...]

    @property
    def touch_known(self) -> bool:
        sides = (side for one in self.activities for side in (one.before, one.after))
        return any(side is not None and side.touch is not None for side in sides)


def time_spent(
    cases: FinishedCases,
    events: Finished,
    *,
    calendar: OpeningHours | None,
    smallest: int,
) -> TimeSpent | None:
    """Mean waiting before each activity and mean work in it, in seconds of the clock in use.

    Activities come in the order in which cases pass them, the pooled ones last. Waiting runs from
    the end of the activity before it (the case's start before the first) to its begin; activities
    side by side wait for nothing. Events outside of their case's start and end are left out, so an
    event log that goes on after the end adds nothing.

    Nothing is said of fewer than ``smallest`` cases: activities that so few pass on a side are
    pooled, and so are all beyond the fifteen that take longest; None where a side has fewer cases.
    Raises ValueError when a time lies outside the calendar's coverage.

    Source: measurement method, sections 2.5 (cases of one horizon) and 12 (work is not waiting).
    """
    sides = np.bincount(cases.after, minlength=2)
    if sides.min() < smallest:
        return None
    rows = _rows_of(cases, events, calendar)
    kept = _shown(rows, smallest)
    shown = np.where(np.isin(rows.activity, kept), rows.activity, OTHER)
    tallies = {number: _sides(rows, shown == number, sides) for number in (*kept, OTHER)}
    if not _enough(_passing(rows, shown == OTHER), smallest):  # not even all of them together
        tallies = {}
    return TimeSpent(
        int(sides[0]),
        int(sides[1]),
        tuple(
            ActivityTime(int(number), before, after)
            for number, (before, after) in tallies.items()
            if before is not None or after is not None
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Finished activities in order of case and end; ``since``: end of the one before it."""

    case: Ints
    after: Bools
    activity: Ints
    since: Floats
    began: Floats
    ended: Floats
    place: Floats


def _rows_of(cases: FinishedCases, events: Finished, calendar: OpeningHours | None) -> _Rows:
    start, end = cases.start[events.case], cases.end[events.case]
    within = np.flatnonzero((events.ended >= start) & (events.ended <= end))
    case, activity = events.case[within], events.activity[within]
    began = np.maximum(events.began[within], start[within])  # NaN stays
    ended = events.ended[within]
    order = np.lexsort((activity, began, ended, case))
    case, activity, began, ended = case[order], activity[order], began[order], ended[order]
    first = np.ones(len(case), dtype=np.bool_)
    first[1:] = case[1:] != case[:-1]
    clock = _clock(calendar)
    ended_at = clock(ended)
    since = np.where(first, clock(cases.start[case]), np.concatenate(([0.0], ended_at[:-1])))
    known = np.isfinite(began)
    began_at = np.full(len(case), np.nan)
    began_at[known] = clock(began[known])
    begins = np.flatnonzero(first)
    turn = np.arange(len(case)) - begins[np.cumsum(first) - 1]
    size = np.bincount(case, minlength=len(cases))[case]
    return _Rows(case, cases.after[case], activity, since, began_at, ended_at, (turn + 0.5) / size)


def _clock(calendar: OpeningHours | None) -> Callable[[Floats], Floats]:
    return (lambda at: at) if calendar is None else calendar.open_seconds


def _shown(rows: _Rows, smallest: int) -> list[int]:
    """Activities that stand by themselves, in the order in which cases pass them."""
    found = np.unique(rows.activity)
    passing = {int(number): _passing(rows, rows.activity == number) for number in found}
    taking = np.bincount(rows.activity, np.maximum(rows.ended - rows.since, 0.0))
    kept = [number for number, few in passing.items() if _enough(few, smallest)]
    kept = sorted(kept, key=lambda number: (-taking[number], number))[:MOST_ACTIVITIES]
    # What is pooled must be enough, too: else the rarest of the others join it.
    while kept and not _enough(_passing(rows, ~np.isin(rows.activity, kept)), smallest):
        kept.remove(min(kept, key=lambda number: (sum(passing[number]), number)))
    place = {number: float(rows.place[rows.activity == number].mean()) for number in kept}
    return sorted(kept, key=lambda number: (place[number], number))


def _passing(rows: _Rows, which: Bools) -> tuple[int, int]:
    """Cases of the before and of the after that pass these activities."""
    before, after = (len(np.unique(rows.case[which & side])) for side in (~rows.after, rows.after))
    return before, after


def _enough(passing: tuple[int, int], smallest: int) -> bool:
    return all(count == 0 or count >= smallest for count in passing)


def _sides(rows: _Rows, which: Bools, sides: Ints) -> tuple[Spent | None, Spent | None]:
    before, after = (
        _spent(rows, np.flatnonzero(which & side), int(cases))
        for side, cases in zip((~rows.after, rows.after), sides, strict=True)
    )
    return before, after


def _spent(rows: _Rows, at: Ints, cases: int) -> Spent | None:
    if not len(at):
        return None
    share = len(np.unique(rows.case[at])) / cases
    known = at[np.isfinite(rows.began[at])]
    if len(known) < KNOWN_SHARE * len(at):
        whole = np.maximum(rows.ended[at] - rows.since[at], 0.0)
        return Spent(share, float(whole.sum()) / cases, None)
    weight = len(at) / len(known) / cases
    wait = np.maximum(rows.began[known] - rows.since[known], 0.0).sum()
    touch = (rows.ended[known] - rows.began[known]).sum()
    return Spent(share, float(wait) * weight, float(touch) * weight)
