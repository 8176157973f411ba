"""How well the items of a scale measure one thing.

All take (n, items) scores after reversing, NaN for missing, and use the people who answered all.

Source: trust-survey-method, sections 4.1 and 4.2.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from surveys.scoring.one_factor import OneFactor, one_factor
from surveys.scoring.scores import Floats

LEVEL = 0.95
DRAWS = 1_000
FEWEST_FOR_OMEGA = 100
TOO_FEW, NO_FACTOR = "too_few", "no_factor"


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha with Feldt's limits."""

    value: float
    low: float
    high: float
    n: int
    items: int


@dataclass(frozen=True, slots=True, eq=False)
class Omega:
    """Omega total with bootstrap limits; NaN with the reason why alpha must do instead.

    ``why_not``: "" or "too_few" (under 100 people) or "no_factor" (no solution, or one item is
    nothing but the factor). ``failed_draws`` of the bootstrap had none and are left out; where all
    are, the limits are NaN.
    """

    value: float
    low: float
    high: float
    n: int
    seed: int
    failed_draws: int
    factor: OneFactor | None
    why_not: str = ""


def complete(scores: Floats) -> Floats:
    """The rows of people who answered all items."""
    return scores[~np.isnan(scores).any(axis=1)]


def alpha(scores: Floats, *, level: float = LEVEL) -> Alpha:
    """K / (k - 1) (1 - trace S / sum S), S the covariances.

    Raises ValueError for fewer than 2 items or complete people, or when nobody differs.

    Source: Feldt, Woodruff & Salih 1987, doi 10.1177/014662168701100107, for the limits.
    """
    rows = complete(scores)
    n, k = rows.shape
    _check(rows)
    covariance = np.cov(rows, rowvar=False)
    value = k / (k - 1) * (1 - float(np.trace(covariance)) / float(covariance.sum()))
    low, high = (
        1 - (1 - value) * float(fdtri(n - 1, (n - 1) * (k - 1), quantile))
        for quantile in (0.5 + level / 2, 0.5 - level / 2)
    )
    return Alpha(value, low, high, n, k)


def omega(scores: Floats, *, seed: int, draws: int = DRAWS, level: float = LEVEL) -> Omega:
    """Share of a sum score's variance that is the one factor's, by maximum likelihood.

    (sum l)^2 / ((sum l)^2 + sum u) of loadings l and uniquenesses u, with percentile limits over
    ``draws`` samples of people. The same ``seed`` gives the same limits; it is kept with them.

    Raises ValueError for fewer than 3 items.

    Source: McDonald 1999, Test Theory; Joreskog 1967, doi 10.1007/BF02289658.
    """
    rows = complete(scores)
    n, k = rows.shape
    if k < 3:
        raise ValueError("one factor needs three items at least")
    if n < FEWEST_FOR_OMEGA:
        return Omega(math.nan, math.nan, math.nan, n, seed, 0, None, TOO_FEW)
    fit = one_factor(np.cov(rows, rowvar=False)[np.newaxis])
    if not fit.proper[0]:
        return Omega(math.nan, math.nan, math.nan, n, seed, 0, None, NO_FACTOR)
    drawn = _drawn_anew(rows, seed=seed, draws=draws)
    # A sample may hold none of the few who differ in an item: nothing can be fitted then.
    again = one_factor(drawn[(np.einsum("bii->bi", drawn) > 0).all(axis=1)])
    values = again.omega[again.proper]
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail]) if len(values) else (math.nan, math.nan)
    return Omega(
        value=float(fit.omega[0]),
        low=float(low),
        high=float(high),
        n=n,
        seed=seed,
        failed_draws=draws - len(values),
        factor=fit,
    )


def spearman_brown(pair: Floats) -> float:
    """Reliability of a scale of two items (n, 2): 2r / (1 + r); NaN at r = -1.

    Raises ValueError for another number of items, or when nobody differs.
    """
    rows = complete(pair)
    if pair.shape[1] != 2:
        raise ValueError("Spearman-Brown is for two items")
    _check(rows)
    r = float(np.asarray(np.corrcoef(rows, rowvar=False))[0, 1])
    return 2 * r / (1 + r) if r > -1 else math.nan


def item_rest(scores: Floats) -> Floats:
    """(items,) correlations of each item with the sum of the others.

    Raises ValueError for fewer than 2 items or complete people, or when nobody differs.
    """
    rows = complete(scores)
    _check(rows)
    rest = rows.sum(axis=1, keepdims=True) - rows
    if (rest.std(axis=0) == 0).any():
        raise ValueError("the sum of the other items does not differ between people")
    return np.array(
        [np.corrcoef(rows[:, i], rest[:, i])[0, 1] for i in range(rows.shape[1])],
        dtype=np.float64,
    )


def _drawn_anew(rows: Floats, *, seed: int, draws: int) -> Floats:
    """(draws, items, items) covariances of as many people, drawn with replacement.

    By how often each person was drawn: copies of the rows of a large wave would not fit in memory.
    Whole numbers add up exactly, so an item without variance has exactly none.
    """
    n, k = rows.shape
    rng = np.random.default_rng(seed)
    found = np.empty((draws, k, k))
    for number in range(draws):
        times = np.bincount(rng.integers(n, size=n), minlength=n)
        sums = times @ rows
        found[number] = (n * ((rows.T * times) @ rows) - np.outer(sums, sums)) / (n * (n - 1))
    return found


def _check(rows: Floats) -> None:
    if rows.shape[1] < 2 or len(rows) < 2:
        raise ValueError("reliability needs two items and two people who answered them all")
    if (rows.std(axis=0) == 0).any():
        raise ValueError("everybody gave one item the same answer")
