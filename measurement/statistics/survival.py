"""Kaplan-Meier with every event time: the curve and the quantiles people are shown."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.statistics.arrays import Bools, Floats, Ints, flags, times

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """Share of cases still open, by time since start; all arrays (k,), one entry per event time.

    ``survival[i]`` is the share after the events at ``times[i]``; before the
    first event it is 1. ``at_risk`` and ``completed`` are counts at that time.
    """

    times: Floats
    survival: Floats
    at_risk: Ints
    completed: Ints

    def quantile(self, share_done: float) -> float:
        """First event time by which ``share_done`` of the cases are done; NaN if not reached."""
        reached = np.flatnonzero(self.survival <= 1 - share_done + TOLERANCE)
        return float(self.times[reached[0]]) if len(reached) else math.nan


def kaplan_meier(duration: npt.ArrayLike, completed: npt.ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier curve of ``duration`` (n,), in any unit, where ``completed`` (n,) is true.

    A case that is not completed was followed for its duration and left after
    the completions at that very time. Raises ValueError for shapes that
    differ or a duration that is not finite.

    Source: Kaplan & Meier 1958, doi 10.1080/01621459.1958.10501452.
    """
    spent = times("duration", duration)
    done = flags("completed", completed, len(spent))
    if not np.isfinite(spent).all():
        raise ValueError("every duration must be finite")
    moments, events = np.unique(spent[done], return_counts=True)
    at_risk = len(spent) - np.searchsorted(np.sort(spent), moments, side="left")
    return SurvivalCurve(moments, np.multiply.accumulate(1 - events / at_risk), at_risk, events)


def median_and_p85(millis: Floats, done: Bools) -> tuple[float, float]:
    """Kaplan-Meier median and 85th percentile in seconds, NaN where not reached.

    ``millis`` (n,) milliseconds, ascending, and ``done`` (n,) bool, completions
    first where times are equal. Ties need no grouping: d events one after
    another, (1 - 1/n)(1 - 1/(n-1))..., multiply to the (n - d)/n of a tie.
    """
    if not len(millis):
        return math.nan, math.nan
    survival = _survival(done)
    return _first(millis, survival, 0.5), _first(millis, survival, 0.15)


def median_of(millis: Floats, done: Bools) -> float:
    """The first of ``median_and_p85``, in half its time."""
    return _first(millis, _survival(done), 0.5) if len(millis) else math.nan


def _survival(done: Bools) -> Floats:
    survival: Floats = np.multiply.accumulate(1.0 - done / np.arange(len(done), 0.0, -1.0))
    return survival


def _first(millis: Floats, survival: Floats, level: float) -> float:
    place = int(np.count_nonzero(survival > level + TOLERANCE))
    return math.nan if place == len(millis) else float(millis[place]) / 1000
