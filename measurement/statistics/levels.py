"""A period's level, and what it would be without each week."""

from dataclasses import dataclass

import numpy as np

from measurement.statistics.arrays import Floats, Ints
from measurement.statistics.bins import Bins
from measurement.statistics.curves import WeeklyCurves, log_quantiles


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Mean log quantile of a period. ``without`` (n,): the same without the i-th kept week."""

    value: float
    without: Floats
    weeks: Ints


@dataclass(frozen=True, slots=True, eq=False)
class PseudoValues:
    """``values`` (n,) in log units and the numbers (n,) of the weeks they belong to."""

    values: Floats
    weeks: Ints


def level_of(curves: WeeklyCurves, bins: Bins, grid: Floats) -> Level:
    """The level of ``curves`` over ``grid``. Source: measurement method, section 3."""
    means = log_quantiles(curves.survival, bins, grid).sum(axis=1) / len(grid)
    return Level(float(means[0]), means[1:], curves.weeks)


def pseudo_values(own: Level, other: Level | None = None) -> PseudoValues:
    """Jackknife pseudo-values of one period, of ``own`` or of ``own`` minus ``other``.

    With a comparison the weeks are the union of both; a workflow without a
    week contributes nothing for it.

    Source: measurement method, sections 4 and 6.
    """
    if other is None:
        return PseudoValues((len(own.weeks) - 1) * (own.value - own.without), own.weeks)
    weeks = np.union1d(own.weeks, other.weeks)
    shift = np.zeros(len(weeks))
    shift[np.searchsorted(weeks, own.weeks)] += own.value - own.without
    shift[np.searchsorted(weeks, other.weeks)] -= other.value - other.without
    return PseudoValues((len(weeks) - 1) * shift, weeks)
