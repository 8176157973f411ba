"""Weekly medians with limits fixed on the baseline: a picture, never a verdict."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from measurement.statistics.arrays import DAY, WEEK, Floats, moment
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.design import Design
from measurement.statistics.evaluation import DEFAULT, case_rows
from measurement.statistics.periods import Period, Windows, sort_cases, windows_of
from measurement.statistics.sides import CaseRows
from measurement.statistics.survival import median_of

FEWEST_CASES = 5
FEWEST_WEEKS = 12
FOLLOWED = 0.75
# Wheeler & Chambers' factor from mean moving range to natural limits.
NATURAL = 2.66


@dataclass(frozen=True, slots=True)
class ChartWeek:
    """Starts of one week. ``median`` in seconds of the clock in use, NaN = no point.

    ``done``: how many of the ``cases`` were finished by the cutoff.
    ``period`` is "before", "washout" or "after"; ``begins_at`` epoch seconds.
    A ``grey`` week's fast cases are in, its slow ones are not yet.
    """

    period: str
    begins_at: float
    cases: int
    done: int
    median: float
    grey: bool


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Points and marks of the chart. ``centre``, ``lower``, ``upper`` in seconds, NaN = no limits.

    ``go_live``, ``washout_ends_at`` and ``reading_at`` (the cutoff) are epoch
    seconds; ``baseline_weeks`` is how many weeks the limits stand on.
    """

    weeks: tuple[ChartWeek, ...]
    centre: float
    lower: float
    upper: float
    baseline_weeks: int
    go_live: float
    washout_ends_at: float
    reading_at: float


def control_chart(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    go_live: float,
    cutoff: float,
    cancelled: npt.ArrayLike | None = None,
    data_from: float | None = None,
    calendar: OpeningHours | None = None,
    design: Design = DEFAULT,
) -> ControlChart:
    """Kaplan-Meier median of each week's starts, from the before-window to the cutoff.

    Arguments as for ``evaluate``. Weeks are counted as in a reading: from the
    start of the before-window, and anew from the end of the washout; those of
    the washout lie between, from go-live on.

    Raises ValueError like ``evaluate``.

    Source: measurement method, section 13; Wheeler & Chambers 1992 (XmR).
    """
    go_live, cutoff = moment("go_live", go_live), moment("cutoff", cutoff)
    first = None if data_from is None else moment("data_from", data_from)
    rows = case_rows(start, end, None, cancelled)
    baseline = windows_of(design, go_live=go_live, cutoff=cutoff, data_from=first)
    at_go_live = sort_cases(rows.start, rows.end, rows.cancelled, baseline, calendar).before
    typical = median_of(at_go_live.millis, at_go_live.done)
    centre, lower, upper, counted = _limits(at_go_live, typical, baseline.before_to, calendar)
    washout_ends_at = go_live + design.washout_days * DAY
    stretches = (
        ("before", baseline.before_from, baseline.before_to),
        ("washout", go_live, min(washout_ends_at, cutoff)),
        ("after", washout_ends_at, cutoff),
    )
    weeks = tuple(
        week
        for period, begin, finish in stretches
        for week in _weeks(
            rows,
            period,
            _stretch(begin, finish, first=first, cutoff=cutoff),
            typical=typical,
            calendar=calendar,
        )
    )
    return ControlChart(
        weeks, centre, lower, upper, counted, go_live, washout_ends_at, reading_at=cutoff
    )


def _stretch(begin: float, finish: float, *, first: float | None, cutoff: float) -> Windows:
    """Windows in which the stretch plays the after: censored at the cutoff, weeks from its own."""
    return Windows(
        before_from=begin,
        before_to=begin,
        after_anchor=begin,
        after_from=begin if first is None else max(begin, first),
        after_to=finish,
        cutoff=cutoff,
        horizon=None,
    )


def _weeks(
    rows: CaseRows,
    period: str,
    window: Windows,
    *,
    typical: float,
    calendar: OpeningHours | None,
) -> Iterator[ChartWeek]:
    begin, finish = window.after_anchor, window.after_to
    cases = sort_cases(rows.start, rows.end, rows.cancelled, window, calendar).after
    followed = _followed(cases, typical, window.cutoff, calendar)
    count = max(0, math.ceil((finish - begin) / WEEK - 1e-9))
    for number, week in enumerate(_by_week(cases, followed, at_least=count)[:count]):
        yield ChartWeek(
            period,
            begin + number * WEEK,
            week.cases,
            week.done,
            week.median,
            grey=week.followed < FOLLOWED * week.cases,
        )


class Week(NamedTuple):
    """Counts of one week's cases, and their median in seconds, NaN for fewer than five."""

    cases: int
    done: int
    followed: int
    median: float


def _by_week(cases: Period, followed: npt.NDArray[np.bool_], *, at_least: int = 0) -> list[Week]:
    """All weeks in one pass; weeks without a case are there too."""
    order = np.argsort(cases.week, kind="stable")  # durations stay ascending within each week
    millis, done = cases.millis[order], cases.done[order]
    sizes = np.bincount(cases.week, minlength=at_least)
    counts = zip(
        sizes.tolist(),
        np.bincount(cases.week[cases.done], minlength=len(sizes)).tolist(),
        np.bincount(cases.week[followed], minlength=len(sizes)).tolist(),
        sizes.cumsum().tolist(),
        strict=True,
    )
    return [
        Week(
            size,
            finished,
            ripe,
            median_of(millis[end - size : end], done[end - size : end]),
        )
        if size >= FEWEST_CASES
        else Week(size, finished, ripe, math.nan)
        for size, finished, ripe, end in counts
    ]


def _followed(
    cases: Period, typical: float, until: float, calendar: OpeningHours | None
) -> npt.NDArray[np.bool_]:
    """Which cases started early enough for the typical time to have passed; NaN: none."""
    now = until if calendar is None else float(calendar.open_seconds(np.array([until]))[0])
    return np.rint((now - cases.clock) * 1000) >= typical * 1000


def _limits(
    baseline: Period, typical: float, known_at: float, calendar: OpeningHours | None
) -> tuple[float, float, float, int]:
    if not len(baseline) or math.isnan(typical):
        return math.nan, math.nan, math.nan, 0
    followed = _followed(baseline, typical, known_at, calendar)
    logs: list[float] = []
    numbers: list[int] = []
    for number, week in enumerate(_by_week(baseline, followed)):
        if not math.isnan(week.median) and week.followed / week.cases >= FOLLOWED:
            logs.append(math.log(week.median))
            numbers.append(number)
    y: Floats = np.array(logs)
    moving = np.abs(np.diff(y))[np.diff(numbers) == 1]
    if len(y) < FEWEST_WEEKS or not len(moving):
        return math.nan, math.nan, math.nan, len(y)
    centre, half = float(y.mean()), NATURAL * float(moving.mean())
    return math.exp(centre), math.exp(centre - half), math.exp(centre + half), len(y)
