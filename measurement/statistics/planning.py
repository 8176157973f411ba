"""What the volume can show, from the baseline alone."""

import math

from measurement.statistics.baseline_guards import baseline_variance
from measurement.statistics.bins import bins_of
from measurement.statistics.curves import grid_of, weekly_curves
from measurement.statistics.design import Design
from measurement.statistics.jackknife import inflation
from measurement.statistics.levels import Level, level_of, pseudo_values
from measurement.statistics.periods import Period
from measurement.statistics.sides import (
    FEWEST_COMPLETED,
    FEWEST_QUANTILES,
    FEWEST_WEEKS_BEFORE,
)

# Normal quantiles of 97.5 % and 80 %, as tables print them: the method says 2.80.
POWER_80 = 1.96 + 0.8416


def planned_information(design: Design, before: Period, other: Period | None = None) -> float:
    """Information (1 / squared log units) a reading of ``design`` is expected to have.

    Uses the before-cases alone, of the workflow and of the comparison if there
    is one, and expects the after-period to bring as many cases a week. It does
    not change after go-live. NaN when not computable.

    Source: measurement method, section 7.
    """
    mine = _baseline_level(before)
    theirs = None if other is None else _baseline_level(other)
    if mine is None or (other is not None and theirs is None):
        return math.nan
    baseline = pseudo_values(mine, theirs)
    variance, r = baseline_variance(baseline)
    if variance < 1e-24:
        return math.nan
    weeks = len(baseline.weeks)
    after = 12 if design.after_days is None else math.ceil(design.after_days / 7)
    return 1 / (variance * float(inflation(weeks, r) / weeks + inflation(after, r) / after))


def detectable_ratio(information: float) -> float:
    """The ratio such a reading finds with 80 % power at the 5 % level; NaN stays NaN."""
    return math.exp(-POWER_80 / math.sqrt(information))


def _baseline_level(before: Period) -> Level | None:
    bins = bins_of(before.millis[before.done])
    curves = weekly_curves(before, bins)
    grid = grid_of((curves,))
    if (
        before.completed < FEWEST_COMPLETED
        or len(curves.weeks) < FEWEST_WEEKS_BEFORE
        or len(bins.edges) < 2
        or len(grid) < FEWEST_QUANTILES
    ):
        return None
    return level_of(curves, bins, grid)
