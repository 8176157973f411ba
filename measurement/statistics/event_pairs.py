"""When each finished activity of a case began: starts and completions put together."""

import numpy as np

from measurement.statistics.arrays import Bools, Floats, Ints


def begins_of(
    case: Ints, activity: Ints, at: Floats, began: Floats, starts: Bools
) -> tuple[Ints, Floats]:
    """Places of the events that finish an activity, and when each of these began; NaN: unknown.

    All (m,): numbers of case and activity, epoch seconds, ``began`` NaN where the event does not
    say it itself, ``starts`` true for events that only begin their activity. Of one case and
    activity the k-th completion belongs to the k-th start; one before which no start is left open
    stands alone. At the same moment a start comes first. O(m log m).

    Source: XES 1.0 lifecycle extension, "start" and "complete".
    """
    waits = ~starts & np.isnan(began)
    marks = np.flatnonzero(starts | waits)
    order = marks[np.lexsort((marks, ~starts[marks], at[marks], activity[marks], case[marks]))]
    begin = starts[order]
    group = _groups(case[order], activity[order])
    matched = ~begin & ~_without_start(begin, group)
    filled = began.copy()
    opened, closed = order[begin], order[matched]
    opened_key = _numbered(group[begin], len(order))
    closed_key = _numbered(group[matched], len(order))
    filled[closed] = at[opened[np.searchsorted(opened_key, closed_key)]]
    finished = np.flatnonzero(~starts)
    return finished, filled[finished]


def _groups(case: Ints, activity: Ints) -> Ints:
    """0, 1, 2, ... for each run of equal case and activity."""
    new = np.ones(len(case), dtype=np.bool_)
    new[1:] = (case[1:] != case[:-1]) | (activity[1:] != activity[:-1])
    return np.cumsum(new) - 1


def _without_start(begin: Bools, group: Ints) -> Bools:
    """Where the count of open starts would fall below what it ever was in its group."""
    step = np.where(begin, 1, -1)
    count = np.cumsum(step)
    first = np.searchsorted(group, group, side="left")
    count -= count[first] - step[first]
    # Lower for each later group, so that one running minimum serves them all.
    drop = group * (2 * len(group) + 2)
    before = np.minimum.accumulate(np.minimum(count, 0) - drop)
    before = np.concatenate(([0], before[:-1])) + drop
    lowest: Ints = np.minimum(before, 0)
    at_first = np.arange(len(group)) == first
    lowest[at_first] = 0
    return count < lowest


def _numbered(group: Ints, most: int) -> Ints:
    """A key that grows: the group, and which of it in turn."""
    turn = np.arange(len(group)) - np.searchsorted(group, group, side="left")
    return group * (most + 1) + turn
