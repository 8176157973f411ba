"""Who stays: cohorts by week of entitlement, and what became of people from quarter to quarter."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.indicators.arrays import flags
from measurement.indicators.counts import Count


def retention(used: npt.ArrayLike, seen: npt.ArrayLike) -> tuple[Count, ...]:
    """Of a cohort, week by week since its entitlement: how many used it that week.

    ``used`` and ``seen`` (n, weeks) bool; ``seen`` is false for weeks that have not come, or that
    the person no longer had access: they are in no denominator of that week.
    """
    was_used = flags("used", used)
    if was_used.ndim != 2:  # noqa: PLR2004 - people x weeks
        raise ValueError("used must be people x weeks")
    was_seen = flags("seen", seen, was_used.shape)
    both = (was_used & was_seen).sum(axis=0)
    return tuple(
        Count(int(count), int(of)) for count, of in zip(both, was_seen.sum(axis=0), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Transitions:
    """From one quarter to the next; each person of either quarter's A is in one of them.

    ``retained`` used in both, ``reactivated`` in this one only, ``lapsed`` in the last one only,
    ``still_idle`` in neither; ``new`` has access since, ``reclaimed`` no longer has it.
    """

    retained: int
    reactivated: int
    lapsed: int
    still_idle: int
    new: int
    reclaimed: int


def transitions(
    had: npt.ArrayLike, has: npt.ArrayLike, used_before: npt.ArrayLike, uses: npt.ArrayLike
) -> Transitions:
    """(n,) bool each: access in the last quarter and in this one, use in the last and in this."""
    had_access = flags("had", had)
    shape = had_access.shape
    has_access = flags("has", has, shape)
    used = flags("used_before", used_before, shape)
    uses_now = flags("uses", uses, shape)
    both = had_access & has_access
    count = np.count_nonzero
    return Transitions(
        retained=int(count(both & used & uses_now)),
        reactivated=int(count(both & ~used & uses_now)),
        lapsed=int(count(both & used & ~uses_now)),
        still_idle=int(count(both & ~used & ~uses_now)),
        new=int(count(~had_access & has_access)),
        reclaimed=int(count(had_access & ~has_access)),
    )
