"""Which cases belong to the before and the after, and how long each took."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.statistics.arrays import DAY, WEEK, Bools, Floats, Ints
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.design import Design

SHORTEST_MILLIS = 60_000.0


@dataclass(frozen=True, slots=True)
class Windows:
    """The two windows of starts, ``[from, to)``, in UTC epoch seconds.

    Before-cases are censored at ``before_to``, after-cases at ``cutoff``.
    ``after_anchor`` is where the after-weeks are counted from; ``after_from``
    is later only when the data begin after it.
    """

    before_from: float
    before_to: float
    after_anchor: float
    after_from: float
    after_to: float
    cutoff: float
    horizon: float | None

    @property
    def after_is_open(self) -> bool:
        return self.after_to > self.after_from


def windows_of(
    design: Design, *, go_live: float, cutoff: float, data_from: float | None
) -> Windows:
    """The windows of ``design`` around ``go_live``. Source: measurement method, section 2."""
    first = -np.inf if data_from is None else data_from
    anchor = go_live + design.washout_days * DAY
    length = np.inf if design.after_days is None else design.after_days * DAY
    return Windows(
        before_from=max(go_live - design.before_days * DAY, first),
        before_to=min(go_live, cutoff),
        after_anchor=anchor,
        after_from=max(anchor, first),
        after_to=min(anchor + length, cutoff),
        cutoff=cutoff,
        horizon=None if design.horizon_days is None else design.horizon_days * DAY,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """The cases of one period that the reading uses; every array is (n,).

    Sorted by time spent, completions before cases still open: every curve
    needs that order, and searching with sorted keys is several times faster.

    ``row``: place in the caller's arrays. ``start``: epoch seconds. ``week``:
    number of the 7-day block of the start, from 0. ``millis``: whole milliseconds
    of the clock in use from start to end, or to the censoring, at least 60,000.
    ``done``: completed by the censoring; ``completed`` counts them. ``clock``: the
    start on the clock in use (epoch seconds, or open seconds of the calendar).
    """

    row: Ints
    start: Floats
    week: Ints
    millis: Floats
    done: Bools
    clock: Floats
    end: Floats
    completed: int

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """One workflow's cases sorted into the periods, with the tallies the gates need.

    ``starts_*`` count the starts of the whole window, without cancelled cases
    and clock errors and before any horizon; ``cancelled_*`` is None without
    the flag. ``opening``: starts in each full 7-day block of the before-window.
    """

    before: Period
    after: Period
    starts_before: int
    starts_after: int
    cancelled_before: int | None
    cancelled_after: int | None
    clock_errors: int
    timed: int
    opening: Ints


def sort_cases(
    start: Floats,
    end: Floats,
    cancelled: Bools | None,
    windows: Windows,
    calendar: OpeningHours | None,
) -> Cases:
    """Sort (n,) starts and ends into the two periods of ``windows``.

    Raises ValueError when a start or end that is used lies outside the
    calendar's coverage.

    Source: measurement method, sections 2, 6 and 8 (G5, G6, G8).
    """
    begun = start >= windows.before_from
    backwards = end < start
    no_start = len(start) - int(np.count_nonzero(np.isfinite(start)))
    counted = begun & (start < windows.cutoff)
    errors = int(np.count_nonzero(backwards & counted))

    in_before = begun & (start < windows.before_to)
    in_after = (start >= windows.after_from) & (start < windows.after_to)
    if errors:
        in_before &= ~backwards
        in_after &= ~backwards
    cancelled_before = cancelled_after = None
    if cancelled is not None:
        cancelled_before = int(np.count_nonzero(in_before & cancelled))
        cancelled_after = int(np.count_nonzero(in_after & cancelled))
        in_before &= ~cancelled
        in_after &= ~cancelled
    before, after = in_before.nonzero()[0], in_after.nonzero()[0]
    before_start, after_start = start[before], start[after]
    before_week = _weeks(before_start, windows.before_from)
    starts_before, starts_after = len(before), len(after)
    opening = _full_weeks(before_week, windows)

    if windows.horizon is not None:
        kept = _within_horizon(before_start, end[before], windows.before_to, windows.horizon)
        before, before_start, before_week = before[kept], before_start[kept], before_week[kept]
        kept = _within_horizon(after_start, end[after], windows.cutoff, windows.horizon)
        after, after_start = after[kept], after_start[kept]
    after_week = _weeks(after_start, windows.after_anchor)
    return Cases(
        before=_period(
            before,
            before_start,
            before_week,
            end=end,
            censored_at=windows.before_to,
            calendar=calendar,
        ),
        after=_period(
            after,
            after_start,
            after_week,
            end=end,
            censored_at=windows.cutoff,
            calendar=calendar,
        ),
        starts_before=starts_before,
        starts_after=starts_after,
        cancelled_before=cancelled_before,
        cancelled_after=cancelled_after,
        clock_errors=errors + no_start,
        timed=int(np.count_nonzero(counted)) + no_start,
        opening=opening,
    )


def _weeks(start: Floats, origin: float) -> Ints:
    return ((start - origin) / WEEK).astype(np.int64)


def _full_weeks(week: Ints, windows: Windows) -> Ints:
    full = max(0, int((windows.before_to - windows.before_from) / WEEK + 1e-9))
    return np.bincount(week, minlength=full)[:full]


def _within_horizon(start: Floats, end: Floats, last: float, horizon: float) -> Bools:
    # An open case has no end (NaN) and falls out by the comparison.
    return (start < last - horizon) & (end - start <= horizon)


def _period(
    row: npt.NDArray[np.intp],
    start: Floats,
    week: Ints,
    *,
    end: Floats,
    censored_at: float,
    calendar: OpeningHours | None,
) -> Period:
    ended = end[row]
    done = ended <= censored_at
    until = np.where(done, ended, censored_at)
    if calendar is None:
        clock = start
        spent = until - start
    else:
        clock = calendar.open_seconds(start)
        spent = calendar.open_seconds(until) - clock
    spent *= 1000.0
    np.rint(spent, out=spent)
    millis = np.maximum(spent, SHORTEST_MILLIS, out=spent)
    order = (2 * millis + ~done).argsort()
    return Period(
        row=row[order],
        start=start[order],
        week=week[order],
        millis=millis[order],
        done=done[order],
        clock=clock[order],
        end=ended[order],
        completed=int(np.count_nonzero(done)),
    )
