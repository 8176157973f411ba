"""From values to places."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from core.charts.words import finite


@dataclass(frozen=True, slots=True)
class Linear:
    """Maps ``[low, high]`` to ``[start, end]``; outside values stop at the ends."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        known = finite(value)
        if known is None:
            return math.nan
        span = self.high - self.low
        share = (known - self.low) / span if span > 0 else 0.5
        return self.start + max(0.0, min(1.0, share)) * (self.end - self.start)


def nice_step(span: float, parts: int) -> float:
    """1, 2, 2.5 or 5 times a power of ten, so that ``span`` has about ``parts`` steps."""
    if not span > 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, parts)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if raw <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power


def ticks_from_zero(top: float, parts: int) -> list[float]:
    step = nice_step(top, parts)
    return [index * step for index in range(math.ceil(top / step - 1e-9) + 1)]


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in (finite(each) for each in values) if value is not None]
