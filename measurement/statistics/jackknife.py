"""Standard error of the effect: delete-a-week jackknife with pooled autocorrelation."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from measurement.statistics.arrays import Floats, Ints
from measurement.statistics.levels import PseudoValues


@dataclass(frozen=True, slots=True)
class Error:
    """``se`` in log units, its degrees of freedom, and the pooled lag-1 autocorrelation."""

    se: float
    df: float
    autocorrelation: float

    @property
    def t(self) -> float:
        """Student's 97.5 % quantile for ``df``."""
        return float(stdtrit(self.df, 0.975))


def inflation(weeks: Floats | Ints | float, r: float) -> Floats:
    """Variance of a mean of ``weeks`` values with lag-1 autocorrelation r, against r = 0."""
    weeks = np.asarray(weeks, dtype=np.float64)
    grown = (1 + r) / (1 - r) - 2 * r * (1 - r**weeks) / (weeks * (1 - r) ** 2)
    return np.maximum(1.0, grown)


def shrinkage(weeks: int, factor: float) -> float:
    """By how much autocorrelation makes a sample variance of ``weeks`` values too small."""
    return max(0.3, 1 - (factor - 1) / (weeks - 1))


def lagged(pseudo: PseudoValues) -> tuple[float, float]:
    """Sum of products of neighbouring weeks, and sum of squares, of the centred values."""
    centred = pseudo.values - pseudo.values.sum() / len(pseudo.values)
    neighbours = pseudo.weeks[1:] - pseudo.weeks[:-1] == 1
    products = float((centred[1:] * centred[:-1])[neighbours].sum())
    return products, float(centred @ centred)


def correlation(raw: float, weeks: int) -> float:
    """Lag-1 autocorrelation corrected for its small-sample bias, within 0 to 0.75."""
    return min(max(raw + (1 + 3 * max(raw, 0.0)) / weeks, 0.0), 0.75)


def standard_error(before: PseudoValues, after: PseudoValues) -> Error | None:
    """Standard error of the difference of the two periods' levels.

    None when the values do not vary, so that there is no error to speak of.
    Source: measurement method, section 4.
    """
    pooled = 0.0
    parts = []
    for pseudo in (before, after):
        weeks = len(pseudo.weeks)
        products, squares = lagged(pseudo)
        if squares > 1e-24:
            pooled += products / (squares / weeks)
        parts.append((weeks, squares))
    r = correlation(pooled / (parts[0][0] + parts[1][0]), parts[0][0] + parts[1][0])
    variance = spread = 0.0
    for weeks, squares in parts:
        factor = float(inflation(weeks, r))
        share = squares / (weeks * (weeks - 1)) * factor / shrinkage(weeks, factor)
        variance += share
        spread += share * share / max(2.0, weeks / factor - 1)
    if variance < 1e-24:
        return None
    return Error(math.sqrt(variance), variance * variance / spread, r)
