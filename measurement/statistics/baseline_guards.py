"""Two guards on a baseline that stands alone: placebo-in-time and the drift key.

The only place that knows them. In go the weekly pseudo-values and weights;
out come the effect, its standard error and what there is to say about it.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from measurement.statistics.arrays import Floats
from measurement.statistics.jackknife import correlation, inflation, lagged, shrinkage
from measurement.statistics.levels import PseudoValues

KAPPA_LIMIT = 1.5
DRIFT_LIMIT = 1.28
DRIFT_SCALE = 0.01
FEWEST_PLACEBOS = 4


class Drift(NamedTuple):
    """Trend of the baseline: log units a week, its error, and the lever in weeks."""

    slope_per_week: float
    se: float
    lever_weeks: float


@dataclass(frozen=True, slots=True)
class Placebo:
    """Fake go-lives inside the baseline: how many, and how far they moved against expected.

    ``kappa`` and ``rms`` (log units) are NaN with fewer than 4 fake go-lives.
    """

    windows: int
    kappa: float
    rms: float


@dataclass(frozen=True, slots=True)
class Guarded:
    """Effect and error (log units) after the guards. None = that guard was off or silent."""

    theta: float
    se: float
    placebo: Placebo | None
    drift: Drift | None
    drift_used: bool


def guard(
    theta: float,
    se: float,
    *,
    baseline: PseudoValues,
    weights: Floats,
    after_weeks: int,
    lever_weeks: float,
    placebo: bool,
    drift_key: bool,
) -> Guarded:
    """Widen by the placebo, then take out a trend the baseline already had.

    ``theta`` and ``se`` in log units; ``baseline`` and ``weights`` (n,) per
    kept week of the before; ``lever_weeks`` the distance between the mean
    starts of the two periods.

    Source: measurement method, section 5.
    """
    fake = placebo_in_time(baseline, weights, after_weeks) if placebo else None
    if fake is not None and fake.kappa > KAPPA_LIMIT:
        se *= fake.kappa
    drift = drift_of(baseline, weights, lever_weeks) if drift_key else None
    if drift is None:
        return Guarded(theta, se, fake, drift, drift_used=False)
    slope, error, lever = drift
    if not (abs(slope) > DRIFT_LIMIT * error and slope * theta > 0):
        return Guarded(theta, se, fake, drift, drift_used=False)
    trust = DRIFT_SCALE**2 / (DRIFT_SCALE**2 + error**2)
    return Guarded(
        theta - trust * slope * lever,
        math.sqrt(se * se + lever * lever * trust * error * error),
        fake,
        drift,
        drift_used=True,
    )


def baseline_variance(baseline: PseudoValues) -> tuple[float, float]:
    """Variance of one week's pseudo-value and the baseline's own autocorrelation."""
    weeks = len(baseline.weeks)
    products, squares = lagged(baseline)
    r = correlation(products / squares if squares > 1e-24 else 0.0, weeks)
    return squares / (weeks - 1) / shrinkage(weeks, float(inflation(weeks, r))), r


def placebo_in_time(baseline: PseudoValues, weights: Floats, after_weeks: int) -> Placebo:
    """How much the workflow moved around go-lives that never were."""
    weeks = len(baseline.weeks)
    first = max(8, weeks // 3)
    windows = weeks - after_weeks - first + 1
    variance, r = baseline_variance(baseline)
    if windows < FEWEST_PLACEBOS or variance < 1e-24:
        return Placebo(max(windows, 0), math.nan, math.nan)
    split = np.arange(first, first + windows)
    mass = np.concatenate(([0.0], np.cumsum(weights)))
    moved = np.concatenate(([0.0], np.cumsum(weights * baseline.values)))
    later = split + after_weeks
    shift = (moved[later] - moved[split]) / (mass[later] - mass[split]) - moved[split] / mass[split]
    expected = inflation(split, r) / split + float(inflation(after_weeks, r)) / after_weeks
    squared = shift * shift
    return Placebo(
        windows,
        math.sqrt(float((squared / expected).sum() / windows) / variance),
        math.sqrt(float(squared.sum() / windows)),
    )


def drift_of(baseline: PseudoValues, weights: Floats, lever_weeks: float) -> Drift:
    """Weighted trend of the baseline's weekly values, with an error robust to unequal scatter."""
    total = float(weights.sum())
    week = baseline.weeks - float(weights @ baseline.weeks) / total
    weighted = weights * week
    across = float(weighted @ week)
    slope = float(weighted @ baseline.values) / across
    residual = baseline.values - float(weights @ baseline.values) / total - slope * week
    scatter = weighted * residual
    weeks = len(week)
    error = math.sqrt(float(scatter @ scatter)) / across * math.sqrt(weeks / (weeks - 2))
    return Drift(slope, error, lever_weeks)
