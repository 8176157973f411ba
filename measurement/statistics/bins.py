"""The time bins of the effect: part of its definition, not a display choice."""

from dataclasses import dataclass

import numpy as np

from measurement.statistics.arrays import Bools, Floats

MOST_BINS = 128


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """``edges`` (K,) upper edges in milliseconds, ascending; K may be 0.

    ``log_times`` (K+1,): ln of the edges in milliseconds after one anchor,
    ``2 ln x_1 - ln x_2``, at which the curve is still 1 (empty when K < 2).
    """

    edges: Floats
    log_times: Floats


def bins_of(*completed_millis: Floats) -> Bins:
    """Bins from the durations of all completed cases of the given periods together.

    Each argument is (n,) milliseconds. At most 128 distinct durations
    are taken as they are; otherwise the distinct values among the linearly
    interpolated quantiles i/128, position (n-1) i/128 counted from 0.

    Source: measurement method, section 3.
    """
    pooled = np.sort(np.concatenate(completed_millis))
    edges = pooled[_is_new(pooled)]
    if len(edges) > MOST_BINS:
        position = np.arange(1, MOST_BINS + 1) * ((len(pooled) - 1) / MOST_BINS)
        below = position.astype(np.int64)
        above = np.minimum(below + 1, len(pooled) - 1)
        low = pooled[below]
        edges = low + (pooled[above] - low) * (position - below)
        edges = edges[_is_new(edges)]
    if len(edges) < 2:
        return Bins(edges, np.empty(0))
    log_times = np.empty(len(edges) + 1)
    np.log(edges, out=log_times[1:])
    log_times[0] = 2 * log_times[1] - log_times[2]
    return Bins(edges, log_times)


def _is_new(ascending: Floats) -> Bools:
    new = np.empty(len(ascending), dtype=np.bool_)
    new[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return new
