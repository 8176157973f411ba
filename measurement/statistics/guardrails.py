"""Guardrails: did something else get worse while the work got faster?"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from measurement.statistics.arrays import Floats, Ints, times
from measurement.statistics.periods import Cases, Period

Z = 1.959963984540054
FEWEST_VALUES = 30
FEWEST_WEEKS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A registered guardrail: ``value`` (n,) per case, NaN where not recorded.

    ``kind`` "share" (0/1) or "mean"; ``margin`` in the value's own unit;
    ``worse`` is the unfavourable direction, "higher" or "lower".
    """

    name: str
    value: npt.ArrayLike
    kind: str
    margin: float
    worse: str = "higher"


@dataclass(frozen=True, slots=True)
class GuardReading:
    """Before, after, and the 95 % interval of after - before, in the value's own unit.

    ``state``: "held", "broken" or "not_shown". NaN where there are no values.
    """

    name: str
    before: float
    after: float
    low: float
    high: float
    state: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of one period: how many, their mean, its variance from week to week, the weeks."""

    size: int
    mean: float
    variance: float
    weeks: int


def checked_values(guard: Guard, size: int) -> Floats:
    """The values of ``guard`` as (size,) floats; ValueError when the guard is malformed."""
    name = f"guardrail {guard.name!r}"
    value = times(name, guard.value, size)
    if guard.kind not in ("share", "mean"):
        raise ValueError(f'{name}: kind must be "share" or "mean", not {guard.kind!r}')
    if guard.worse not in ("higher", "lower"):
        raise ValueError(f'{name}: worse must be "higher" or "lower", not {guard.worse!r}')
    if not (math.isfinite(guard.margin) and guard.margin >= 0):
        raise ValueError(f"{name}: margin must be 0 or more, not {guard.margin!r}")
    if guard.kind == "share" and not ((value == 0) | (value == 1) | ~np.isfinite(value)).all():
        raise ValueError(f"{name}: a share is made of 0 and 1")
    return value


def read_guardrail(guard: Guard, value: Floats, cases: Cases) -> GuardReading:
    """Read one guardrail on the cases completed in each period that have a value.

    Source: measurement method, section 8; Newcombe 1998 for shares.
    """
    before, after = _sample(value, cases.before), _sample(value, cases.after)
    low, high = (_of_shares if guard.kind == "share" else _of_means)(before, after)
    worst = high if guard.worse == "higher" else -low
    mildest = low if guard.worse == "higher" else -high
    enough = all(
        sample.size >= FEWEST_VALUES and sample.weeks >= FEWEST_WEEKS for sample in (before, after)
    )
    if enough and mildest > guard.margin:
        state = "broken"
    elif enough and worst <= guard.margin:
        state = "held"
    else:
        state = "not_shown"
    return GuardReading(guard.name, before.mean, after.mean, low, high, state)


def _sample(value: Floats, period: Period) -> Sample:
    mine = value[period.row]
    used = period.done & np.isfinite(mine)
    values, week = mine[used], period.week[used]
    if not len(values):
        return Sample(0, math.nan, math.nan, 0)
    # Sorted, so that sums do not depend on the order of the rows.
    order = np.lexsort((values, week))
    values, week = values[order], week[order]
    mean = math.fsum(values.tolist()) / len(values)
    return Sample(len(values), mean, *_week_to_week(values - mean, week))


def _week_to_week(deviation: Floats, week: Ints) -> tuple[float, int]:
    first = np.flatnonzero(np.diff(week, prepend=-1))
    weeks = len(first)
    if weeks < 2:
        return math.nan, weeks
    sums = np.add.reduceat(deviation, first)
    return weeks / (weeks - 1) * float(sums @ sums) / len(deviation) ** 2, weeks


def _of_means(before: Sample, after: Sample) -> tuple[float, float]:
    variance = before.variance + after.variance
    if math.isnan(variance):
        return math.nan, math.nan
    difference = after.mean - before.mean
    if variance == 0:
        return difference, difference
    spread = before.variance**2 / (before.weeks - 1) + after.variance**2 / (after.weeks - 1)
    half = float(stdtrit(variance * variance / spread, 0.975)) * math.sqrt(variance)
    return difference - half, difference + half


def _of_shares(before: Sample, after: Sample) -> tuple[float, float]:
    if math.isnan(before.variance + after.variance):
        return math.nan, math.nan
    low_before, high_before = _wilson(before)
    low_after, high_after = _wilson(after)
    difference = after.mean - before.mean
    return (
        difference - math.hypot(after.mean - low_after, high_before - before.mean),
        difference + math.hypot(high_after - after.mean, before.mean - low_before),
    )


def _wilson(sample: Sample) -> tuple[float, float]:
    """Wilson's interval at the size the week-to-week scatter leaves of the sample."""
    share = sample.mean
    size: float = sample.size
    if 0 < share < 1:
        size /= max(1.0, sample.variance / (share * (1 - share) / sample.size))
    centre = share + Z * Z / (2 * size)
    half = Z * math.sqrt(share * (1 - share) / size + Z * Z / (4 * size * size))
    scale = 1 + Z * Z / size
    return (centre - half) / scale, (centre + half) / scale
