"""One reading, from arrays of starts and ends to the verdict."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from measurement.statistics.arrays import flags, moment, times, types
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.design import Design
from measurement.statistics.early import always_valid_half_width
from measurement.statistics.effect import Effect, effect_of
from measurement.statistics.gates import judge
from measurement.statistics.guardrails import Guard, checked_values, read_guardrail
from measurement.statistics.outlook import outlook
from measurement.statistics.periods import windows_of
from measurement.statistics.planning import detectable_ratio, planned_information
from measurement.statistics.reading import Reading
from measurement.statistics.sides import CaseRows, read_side
from measurement.statistics.verdict import (
    INSUFFICIENT,
    REFUSING,
    Interval,
    failed,
    grade_of,
    is_negligible,
    target_of,
    verdict_of,
)

DEFAULT = Design()


class Comparison(NamedTuple):
    """Cases of a workflow that was not redesigned, as ``evaluate`` takes its own."""

    start: npt.ArrayLike
    end: npt.ArrayLike
    kind: npt.ArrayLike | None = None
    cancelled: npt.ArrayLike | None = None


def evaluate(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    go_live: float,
    cutoff: float,
    kind: npt.ArrayLike | None = None,
    cancelled: npt.ArrayLike | None = None,
    data_from: float | None = None,
    comparison: Comparison | None = None,
    calendar: OpeningHours | None = None,
    guardrails: Sequence[Guard] = (),
    design: Design = DEFAULT,
) -> Reading:
    """Did the redesign that went live at ``go_live`` shorten the work, as known at ``cutoff``?

    ``start``, ``end``: (n,) UTC epoch seconds; ``end`` is NaN while open, and
    an end after ``cutoff`` counts as open. ``kind`` (n,) str or int,
    ``cancelled`` (n,) bool. ``data_from``: first moment the data cover, None =
    no limit. ``calendar=None`` is the wall clock. A cutoff before ``go_live``
    gives the planning figures.

    The same rows in any order give the same bytes. Degenerate data give a
    reading that says what is missing.

    Raises ValueError for malformed arguments (shapes that differ, a moment
    that is not finite) and for a time used outside the calendar's coverage.

    Source: measurement method, sections 1 to 8.
    """
    go_live, cutoff = moment("go_live", go_live), moment("cutoff", cutoff)
    if data_from is not None:
        data_from = moment("data_from", data_from)
    windows = windows_of(design, go_live=go_live, cutoff=cutoff, data_from=data_from)
    if calendar is not None:
        calendar.open_seconds(np.array([windows.before_to, cutoff]))
    rows = case_rows(start, end, kind, cancelled)
    values = [checked_values(guard, len(rows.start)) for guard in guardrails]
    own = read_side(rows, windows, calendar, standardise=design.standardise)
    other = None
    if comparison is not None:
        other = read_side(case_rows(*comparison), windows, calendar, standardise=design.standardise)

    planned = planned_information(
        design, own.cases.before, None if other is None else other.cases.before
    )
    effect = effect_of(own, other, design)
    interval = _interval(effect, design, planned)
    gates = judge(own, other, windows, calendar)
    guarded = tuple(
        read_guardrail(guard, value, own.cases)
        for guard, value in zip(guardrails, values, strict=True)
    )
    verdict = verdict_of(interval, gates, guarded, design)
    sides = (own,) if other is None else (own, other)
    weeks_before = min(len(side.contrast.before.weeks) for side in sides)
    weeks_after = min(len(side.contrast.after.weeks) for side in sides)
    reason, more_weeks = outlook(verdict, interval, gates, design, weeks=weeks_after)
    stopped = failed(gates, (*REFUSING, *INSUFFICIENT, "G7"))

    shield = None if effect is None else effect.guarded
    placebo = None if shield is None else shield.placebo
    cases = own.cases
    return Reading(
        ratio=interval.ratio,
        low=interval.low,
        high=interval.high,
        raw_ratio=_ratio(own.raw.theta),
        verdict=verdict,
        grade=grade_of(
            shield, gates, design, compared=other is not None, baseline_weeks=weeks_before
        ),
        target=target_of(verdict, interval, design.target_ratio),
        negligible=is_negligible(interval, design.margin),
        p=1.0
        if stopped or shield is None or effect is None
        else float(stdtr(effect.error.df, shield.theta / shield.se)),
        gates=gates,
        guardrails=guarded,
        n_before=len(cases.before),
        n_after=len(cases.after),
        done_before=cases.before.completed,
        done_after=cases.after.completed,
        median_before=own.medians[0],
        median_after=own.medians[1],
        p85_before=own.p85s[0],
        p85_after=own.p85s[1],
        se=math.nan if shield is None else shield.se,
        df=math.nan if effect is None else effect.error.df,
        kappa=math.nan if placebo is None else placebo.kappa,
        placebo_windows=0 if placebo is None else placebo.windows,
        placebo_rms=math.nan if placebo is None else placebo.rms,
        drift=None if shield is None else shield.drift,
        drift_used=False if shield is None else shield.drift_used,
        planned_information=planned,
        detectable_ratio=detectable_ratio(planned),
        unguarded_ratio=_ratio(None if effect is None else effect.theta),
        autocorrelation=math.nan if effect is None else effect.error.autocorrelation,
        reach=min(own.contrast.before.reach, own.contrast.after.reach),
        grid=tuple(own.contrast.grid.tolist()),
        weeks_before=weeks_before,
        weeks_after=weeks_after,
        reason=reason,
        more_weeks=more_weeks,
        standardised=own.mix is not None,
        compared=other is not None,
        early=design.early,
        completed_only=design.horizon_days is not None,
        clock="wall clock" if calendar is None else "business time",
    )


def case_rows(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    kind: npt.ArrayLike | None,
    cancelled: npt.ArrayLike | None,
) -> CaseRows:
    """The caller's arrays, checked; raises ValueError for shapes that differ."""
    starts = times("start", start)
    size = len(starts)
    return CaseRows(
        starts,
        times("end", end, size),
        None if kind is None else types("kind", kind, size),
        None if cancelled is None else flags("cancelled", cancelled, size),
    )


def _interval(effect: Effect | None, design: Design, planned: float) -> Interval:
    if effect is None:
        return Interval(math.nan, math.nan, math.nan)
    theta, se = effect.guarded.theta, effect.guarded.se
    if design.early:
        registered = design.planned_information
        half = always_valid_half_width(
            se, effect.error, planned if registered is None else registered
        )
    else:
        half = effect.error.t * se
    if math.isnan(half):  # never a ratio without its interval
        return Interval(math.nan, math.nan, math.nan)
    return Interval(_exp(theta), _exp(theta - half), _exp(theta + half))


def _ratio(theta: float | None) -> float:
    return math.nan if theta is None else _exp(theta)


def _exp(theta: float) -> float:
    # A hopeless interval may run past what a float can hold, either way.
    return math.exp(min(max(theta, -700.0), 700.0))
