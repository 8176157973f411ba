"""How sure a figure is, and whether it changed.

Source: trust-survey-method, sections 4.3 to 4.6.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

LEVEL = 0.95
LOWEST, HIGHEST = 1.0, 5.0
SMALLEST_CHANGE = 0.2
MANY_COMPARISONS = 20
FALSE_DISCOVERY = 0.05
UP, DOWN, UNCLEAR = "up", "down", "no clear change"


class Range(NamedTuple):
    low: float
    high: float


class Group(NamedTuple):
    """What a published figure says of a group: ``sd`` is the sample's, divided by n - 1."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Change:
    """``difference`` after minus before with its Welch interval, ``p`` two-sided.

    ``hedges_g``: in standard deviations, small-sample factor included. ``words``: "up", "down" or
    "no clear change".
    """

    difference: float
    low: float
    high: float
    df: float
    p: float
    hedges_g: float
    words: str


def mean_interval(
    group: Group, *, level: float = LEVEL, lowest: float = LOWEST, highest: float = HIGHEST
) -> Range:
    """T interval of a mean, clipped to the answer scale. Raises ValueError for n < 2."""
    _check(group)
    _check_level(level)
    quantile = float(stdtrit(group.n - 1, 0.5 + level / 2))
    reach = quantile * group.sd / math.sqrt(group.n)
    return Range(max(lowest, group.mean - reach), min(highest, group.mean + reach))


def share_interval(count: int, n: int, *, level: float = LEVEL) -> Range:
    """Wilson interval of the share ``count`` of ``n``.

    Raises ValueError unless 0 <= count <= n and n >= 1.

    Source: Wilson 1927, doi 10.1080/01621459.1927.10502953.
    """
    if not (n >= 1 and 0 <= count <= n):
        raise ValueError(f"{count} of {n} is no share")
    _check_level(level)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 of n and n of n the limit is exact; rounding may miss it by a hair.
    low = 0.0 if count == 0 else middle - reach
    return Range(low, 1.0 if count == n else middle + reach)


def change(before: Group, after: Group, *, level: float = LEVEL) -> Change:
    """How far the mean moved between two waves, taken as independent.

    Conservative where the same people answered twice. Both groups must come from one version of an
    instrument; the caller sees to that. "up" and "down" only when the interval excludes 0 and the
    mean moved by 0.2 or more.

    Raises ValueError for a group of fewer than 2, or a figure that is not finite.

    Source: Welch 1947, doi 10.1093/biomet/34.1-2.28; Hedges 1981, doi 10.3102/10769986006002107,
    with the factor 1 - 3 / (4 (n1 + n2) - 9).
    """
    _check(before)
    _check(after)
    _check_level(level)
    difference = after.mean - before.mean
    parts = [group.sd**2 / group.n for group in (before, after)]
    error = math.sqrt(sum(parts))
    freedom = before.n + after.n - 2
    if error == 0:  # nobody differs from anybody: the difference is what it is
        p = 1.0 if difference == 0 else 0.0
        return Change(
            *(difference, difference, difference, float(freedom), p),
            0.0 if difference == 0 else math.copysign(math.inf, difference),
            _words(difference, difference, difference),
        )
    df = sum(parts) ** 2 / (parts[0] ** 2 / (before.n - 1) + parts[1] ** 2 / (after.n - 1))
    reach = float(stdtrit(df, 0.5 + level / 2)) * error
    low, high = difference - reach, difference + reach
    pooled = ((before.n - 1) * before.sd**2 + (after.n - 1) * after.sd**2) / freedom
    factor = 1 - 3 / (4 * (before.n + after.n) - 9)
    return Change(
        difference=difference,
        low=low,
        high=high,
        df=df,
        p=2 * float(stdtr(df, -abs(difference) / error)),
        hedges_g=factor * difference / math.sqrt(pooled),
        words=_words(difference, low, high),
    )


def marked(changes: Sequence[Change]) -> list[Change]:
    """The changes of one page; with more than 20 of them, false discoveries are held to 5 %.

    A change that does not pass says "no clear change"; its figures stay.

    Source: Benjamini & Hochberg 1995, doi 10.1111/j.2517-6161.1995.tb02031.x.
    """
    if len(changes) <= MANY_COMPARISONS:
        return list(changes)
    from scipy.stats import false_discovery_control  # over a second to import

    adjusted = false_discovery_control(np.array([one.p for one in changes]))
    return [
        one if p <= FALSE_DISCOVERY else replace(one, words=UNCLEAR)
        for one, p in zip(changes, adjusted.tolist(), strict=True)
    ]


def smallest_detectable_change(sd: float, n_before: int, n_after: int) -> float:
    """Changes of a group's mean under this cannot be seen: 1.96 sd sqrt(1/n1 + 1/n2).

    Raises ValueError for an empty group or a negative ``sd``.
    """
    if n_before < 1 or n_after < 1 or not sd >= 0:
        raise ValueError("a change needs two groups with people and a spread")
    return NormalDist().inv_cdf(0.975) * sd * math.sqrt(1 / n_before + 1 / n_after)


def _words(difference: float, low: float, high: float) -> str:
    if abs(difference) < SMALLEST_CHANGE or low <= 0 <= high:
        return UNCLEAR
    return UP if difference > 0 else DOWN


def _check(group: Group) -> None:
    if group.n < 2:
        raise ValueError("an interval needs two people at least")
    if not (math.isfinite(group.mean) and math.isfinite(group.sd) and group.sd >= 0):
        raise ValueError("mean and spread must be finite, the spread not negative")


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level!r}")
