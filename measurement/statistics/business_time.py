"""Business time: seconds during which the site was open."""

from dataclasses import dataclass, field

import numpy as np

from measurement.statistics.arrays import Floats, moment, times


@dataclass(frozen=True, slots=True, eq=False)
class OpeningHours:
    """When a site was open, and for which stretch of time that is known.

    ``starts`` and ``ends``: (k,) float64 UTC epoch seconds of the half-open
    intervals, sorted and disjoint (touching is fine). ``covered_from`` and
    ``covered_to`` bound what is known: outside them "closed" cannot be told
    from "unknown", so a time out there raises ValueError.

    The arrays are copied and made read-only. Raises ValueError for intervals
    that are empty, overlap, are out of order or reach out of the coverage.

    Source: measurement method, section 2.1.
    """

    starts: Floats
    ends: Floats
    covered_from: float
    covered_to: float
    _open_before: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = times("starts", self.starts).copy()
        ends = times("ends", self.ends, len(starts)).copy()
        covered_from = moment("covered_from", self.covered_from)
        covered_to = moment("covered_to", self.covered_to)
        if covered_from > covered_to:
            raise ValueError("the coverage ends before it begins")
        if not (ends > starts).all() or not (starts[1:] >= ends[:-1]).all():
            raise ValueError("opening intervals must be sorted, disjoint and not empty")
        if len(starts) and not (covered_from <= starts[0] and ends[-1] <= covered_to):
            raise ValueError("opening intervals must lie inside the coverage")
        open_before = np.concatenate(([0.0], np.cumsum(ends - starts)))
        for name, value in (("starts", starts), ("ends", ends), ("_open_before", open_before)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "covered_from", covered_from)
        object.__setattr__(self, "covered_to", covered_to)

    def open_seconds(self, at: Floats) -> Floats:
        """Open seconds from the start of the coverage until each moment of ``at``, (n,) to (n,).

        Raises ValueError when a moment is NaN or outside the coverage.
        """
        at = np.asarray(at, dtype=np.float64)
        if at.size and not (at.min() >= self.covered_from and at.max() <= self.covered_to):
            raise ValueError(
                "a time used by the reading lies outside the work calendar's coverage: "
                "extend the calendar"
            )
        if not len(self.starts):
            return np.zeros(at.shape)
        # Index 0 = before the first interval; its ``min(t, e) - s`` is clipped to nothing.
        interval = np.searchsorted(self.starts, at, side="right") - 1
        np.maximum(interval, 0, out=interval)
        open_now = np.minimum(at, self.ends[interval])
        open_now -= self.starts[interval]
        np.maximum(open_now, 0.0, out=open_now)
        open_now += self._open_before[interval]
        return open_now

    def moment_of(self, open_seconds: float) -> float | None:
        """First moment at which so many seconds have been open; None when never in the coverage."""
        if open_seconds <= 0:
            return self.covered_from
        interval = int(np.searchsorted(self._open_before, open_seconds, side="left")) - 1
        if interval >= len(self.starts):
            return None
        return float(self.starts[interval] + open_seconds - self._open_before[interval])


def business_seconds(calendar: OpeningHours, start: Floats, end: Floats) -> Floats:
    """Open seconds from ``start`` to ``end``, (n,) each, rounded to the millisecond.

    Raises ValueError when a moment is NaN or outside the calendar's coverage.
    """
    spent = calendar.open_seconds(end)
    spent -= calendar.open_seconds(start)
    spent *= 1000.0
    np.rint(spent, out=spent)
    spent /= 1000.0
    return spent
