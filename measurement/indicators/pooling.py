"""One effect out of many readings. Pure: the standard library alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NORMAL = 1.959964  # quantile of a two-sided 95 % interval
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Pooled:
    """``ratio`` with its 95 % interval; ``spread`` is tau, how much true effects differ (log)."""

    ratio: float
    low: float
    high: float
    spread: float
    of: int


def pooled(effects: Sequence[tuple[float, float]]) -> Pooled | None:
    """Random-effects mean of (log ratio, standard error of it); None for fewer than two.

    Weights are 1 / (error^2 + tau^2) with DerSimonian and Laird's tau^2, because redesigns of
    different work have no one true effect. Raises ValueError for an error that is not positive.

    Source: DerSimonian & Laird 1986, doi 10.1016/0197-2456(86)90046-2.
    """
    if any(not error > 0 for _effect, error in effects):
        raise ValueError("every standard error must be positive")
    if len(effects) < FEWEST:
        return None
    weights = [1 / error**2 for _effect, error in effects]
    total = math.fsum(weights)
    mean = math.fsum(w * y for w, (y, _e) in zip(weights, effects, strict=True)) / total
    q = math.fsum(w * (y - mean) ** 2 for w, (y, _e) in zip(weights, effects, strict=True))
    scale = total - math.fsum(w * w for w in weights) / total
    between = max(0.0, (q - (len(effects) - 1)) / scale)
    weights = [1 / (error**2 + between) for _effect, error in effects]
    total = math.fsum(weights)
    mean = math.fsum(w * y for w, (y, _e) in zip(weights, effects, strict=True)) / total
    half = NORMAL / math.sqrt(total)
    ratio, low, high = (math.exp(value) for value in (mean, mean - half, mean + half))
    return Pooled(ratio, low, high, math.sqrt(between), len(effects))


def log_effect(
    ratio: float | None, low: float | None, high: float | None
) -> tuple[float, float] | None:
    """(Log ratio, its standard error from the 95 % interval); None where that says nothing."""
    if not (low and ratio and high):
        return None
    error = (math.log(high) - math.log(low)) / (2 * NORMAL)
    if not (error > 0 and math.isfinite(error)):
        return None
    return math.log(ratio), error
