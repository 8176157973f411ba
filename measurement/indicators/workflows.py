"""Indicators of workflows: how much of the work is done with AI, and how often that changed it.

Source: console-and-indicators.md section 1, "Workflows".
"""

import numpy.typing as npt

from measurement.indicators.arrays import amounts, flags
from measurement.indicators.counts import Count

FALSE_DISCOVERY = 0.05


def breadth(days: npt.ArrayLike) -> Count:
    """Of all assigned to a workflow, those active on its tool in 28 days. ``days`` (n,): theirs."""
    found = amounts("days", days)
    return Count(int((found > 0).sum()), len(found))


def depth(assisted: int, closed: int) -> Count:
    """AI-assisted cases of the cases closed in the same weeks.

    A case may be counted by two people who both used AI on it: more than all of them are all.
    """
    return Count(min(assisted, closed), closed)


def eligible_share(live: npt.ArrayLike, eligible: npt.ArrayLike) -> Count:
    """Workflows Live or beyond, of those marked eligible; (n,) bool each."""
    is_live = flags("live", live)
    marked = flags("eligible", eligible, is_live.shape)
    return Count(int((is_live & marked).sum()), int(marked.sum()))


def measured_change(changed: npt.ArrayLike, measured: npt.ArrayLike) -> Count:
    """Changed of Measured (or of Live, given those); the interval is ``counts.wilson``."""
    has_changed = flags("changed", changed)
    were = flags("measured", measured, has_changed.shape)
    return Count(int((has_changed & were).sum()), int(were.sum()))


def expected_by_chance(changed: int, *, rate: float = FALSE_DISCOVERY) -> int:
    """How many of these may be chance, at 5 % false discovery: rounded, and 1 at least if any."""
    return max(1, round(changed * rate)) if changed else 0


def sustained(held: npt.ArrayLike, reached: npt.ArrayLike) -> Count:
    """Still improved of all that reached the day; what was stopped stays in the denominator."""
    got_there = flags("reached", reached)
    holds = flags("held", held, got_there.shape)
    return Count(int((holds & got_there).sum()), int(got_there.sum()))


def data_readiness(enough_before: npt.ArrayLike, enough_after: npt.ArrayLike) -> Count:
    """Live workflows with enough cases in both windows, of all live ones."""
    before = flags("enough_before", enough_before)
    both = before & flags("enough_after", enough_after, before.shape)
    return Count(int(both.sum()), len(both))
