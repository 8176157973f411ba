"""How evenly use is spread over those who may use AI, zeros included.

Source: console-and-indicators.md section 1, "Concentration"; Gini after Sen 1973, On Economic
Inequality, with ascending values.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.indicators.arrays import Floats, amounts
from measurement.indicators.counts import Count

SMALLEST_SPREAD = 30  # people; below it the figures say more about single ones
DRAWS = 1000
SEED = 2026
_AT_ONCE = 4_000_000  # values of a bootstrap held in memory


@dataclass(frozen=True, slots=True)
class Spread:
    """``low`` and ``high``: 95 % percentile bootstrap interval of ``gini``."""

    of: int
    gini: float
    low: float
    high: float
    top_tenth: float


def gini(days: npt.ArrayLike) -> float:
    """2 sum(i x_(i)) / (n sum x) - (n + 1) / n, x ascending; NaN when nobody used anything.

    0: all the same; (n - 1) / n: one person alone.
    """
    return _gini(np.sort(amounts("days", days)))


def _gini(ascending: Floats) -> float:
    people, total = len(ascending), float(ascending.sum())
    if not total:
        return math.nan
    ranks = np.arange(1, people + 1)
    return float(2 * (ranks @ ascending) / (people * total) - (people + 1) / people)


def lorenz(days: npt.ArrayLike, shares: npt.ArrayLike) -> Floats:
    """L(p): the part of all active days that the least active share ``p`` (k,) of people has.

    Linear between people, so L(0) = 0 and L(1) = 1; NaN when nobody used anything.
    """
    ascending = np.sort(amounts("days", days))
    wanted = np.asarray(shares, dtype=np.float64)
    if ((wanted < 0) | (wanted > 1)).any():
        raise ValueError("a share lies between 0 and 1")
    total = ascending.sum()
    if not total:
        return np.full(wanted.shape, math.nan)
    heights = np.concatenate(([0.0], np.cumsum(ascending))) / total
    curve: Floats = np.interp(wanted * len(ascending), np.arange(len(ascending) + 1), heights)
    return curve


def top_share(days: npt.ArrayLike, share: float = 0.1) -> float:
    """1 - L(1 - share): the part of all active days that the most active ``share`` has."""
    return float(1 - lorenz(days, [1 - share])[0])


def below_weekly(days: npt.ArrayLike, weeks: int) -> Count:
    """Those with fewer active days than weeks: less than once a week on average."""
    found = amounts("days", days)
    return Count(int((found < weeks).sum()), len(found))


def spread_of(days: npt.ArrayLike, *, draws: int = DRAWS, seed: int = SEED) -> Spread:
    """Gini with its interval, and the top tenth's share.

    Raises ValueError for fewer than 30 people. Samples are drawn from the counts of each number of
    days, so 100,000 people cost no more than their different values. Source: Efron & Tibshirani
    1993, chapter 13.
    """
    found = amounts("days", days)
    if len(found) < SMALLEST_SPREAD:
        raise ValueError(f"{len(found)} people are fewer than {SMALLEST_SPREAD}")
    whole = gini(found)
    if math.isnan(whole):
        return Spread(len(found), math.nan, math.nan, math.nan, math.nan)
    values, counts = np.unique(found, return_counts=True)
    chance = np.random.default_rng(seed)
    samples = chance.multinomial(len(found), counts / len(found), size=draws)
    drawn = np.concatenate(
        [_ginis(values, part) for part in np.array_split(samples, _pieces(samples.size))]
    )
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Spread(len(found), whole, float(low), float(high), top_share(found))


def _pieces(size: int) -> int:
    return max(1, math.ceil(size / _AT_ONCE))


def _ginis(values: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """Gini of each row of ``counts`` (draws, values): equal values share ranks, by their sums."""
    people = counts.sum(axis=1)
    last = np.cumsum(counts, axis=1)
    ranks = counts * (2 * last - counts + 1) / 2.0  # sum of the ranks of equal values
    totals = counts @ values
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = 2 * (ranks @ values) / (people * totals) - (people + 1) / people
    return np.where(totals > 0, found, np.nan)
