"""The effect and its error, of one workflow or against a comparison workflow."""

from dataclasses import dataclass

from measurement.statistics.arrays import WEEK
from measurement.statistics.baseline_guards import Guarded, guard
from measurement.statistics.design import Design
from measurement.statistics.jackknife import Error, standard_error
from measurement.statistics.levels import pseudo_values
from measurement.statistics.periods import Cases
from measurement.statistics.sides import Side


@dataclass(frozen=True, slots=True)
class Effect:
    """``theta`` in log units and its error before the guards, and ``guarded`` after them."""

    theta: float
    error: Error
    guarded: Guarded


def effect_of(own: Side, other: Side | None, design: Design) -> Effect | None:
    """The effect of ``own``, less that of ``other``; None when it cannot be computed.

    The guards on the baseline stand in for a comparison workflow: with one
    they are off.

    Source: measurement method, sections 3 to 6.
    """
    mine = own.contrast.levels
    theirs = None if other is None else other.contrast.levels
    if mine is None or (other is not None and theirs is None):
        return None
    before, after = (
        pseudo_values(level, None if theirs is None else theirs[place])
        for place, level in enumerate(mine)
    )
    error = standard_error(before, after)
    if error is None:
        return None
    theta = mine[1].value - mine[0].value
    if theirs is not None:
        theta -= theirs[1].value - theirs[0].value
        return Effect(theta, error, Guarded(theta, error.se, None, None, drift_used=False))
    guarded = guard(
        theta,
        error.se,
        baseline=before,
        weights=own.contrast.before.weights,
        after_weeks=len(after.weeks),
        lever_weeks=lever_weeks(own.cases),
        placebo=design.placebo,
        drift_key=design.drift_key,
    )
    return Effect(theta, error, guarded)


def lever_weeks(cases: Cases) -> float:
    """Distance between the mean starts of the two periods, in weeks.

    Summed in whole milliseconds, so that the order of the rows cannot matter.
    """
    origin = float(cases.before.start.min())
    before, after = (
        int(((period.start - origin) * 1000).round().astype("int64").sum()) / len(period)
        for period in (cases.before, cases.after)
    )
    return (after - before) / (1000 * WEEK)
