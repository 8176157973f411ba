"""The ladder of people: who has access, is active, is a habitual user, works in changed work.

Source: console-and-indicators.md section 1, "People ladder"; the habit rule follows Viva Insights'
usage segments (9 of 12 weeks), taken of the weeks that were worked so that leave does not punish.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.indicators.arrays import Bools, amounts, flags
from measurement.indicators.counts import Count

FULL_WEEKS = 12  # complete ISO weeks a habit is read from
RECENT_WEEKS = 4  # 28 days, in complete weeks
HABIT_SHARE = (3, 4)  # 75 % of the worked weeks, as whole numbers
FEWEST_WORKED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """(n,) bool each, and no two true together but ``habitual`` within ``judged``.

    ``new`` has had access for under 12 weeks, ``away`` worked fewer than 6 of them: neither is in
    the denominator, both are shown beside it.
    """

    habitual: Bools
    judged: Bools
    new: Bools
    away: Bools

    @property
    def count(self) -> Count:
        return Count(int(self.habitual.sum()), int(self.judged.sum()))


def access(entitled: npt.ArrayLike) -> Count:
    """|A| / |P|. ``entitled`` (n,): one entry for each active employee who is not on long leave."""
    has = flags("entitled", entitled)
    return Count(int(has.sum()), len(has))


def active(days: npt.ArrayLike) -> Count:
    """Of A, those with at least one active day in the last 28. ``days`` (n,): their active days."""
    found = amounts("days", days)
    return Count(int((found > 0).sum()), len(found))


def habitual(used: npt.ArrayLike, worked: npt.ArrayLike, entitled_before: npt.ArrayLike) -> Habit:
    """Who used AI in at least 75 % of the worked weeks, with at least 6 of 12 worked.

    ``used`` and ``worked`` (n, 12): the last 12 complete weeks of each of A; a week of use was
    worked, whatever ``worked`` says. ``entitled_before`` (n,): had access when they began.
    """
    was_used = flags("used", used)
    if was_used.ndim != 2 or was_used.shape[1] != FULL_WEEKS:  # noqa: PLR2004 - people x weeks
        raise ValueError(f"used must be people x {FULL_WEEKS} weeks")
    was_worked = flags("worked", worked, was_used.shape) | was_used
    new = ~flags("entitled_before", entitled_before, (len(was_used),))
    weeks = was_worked.sum(axis=1)
    away = ~new & (weeks < FEWEST_WORKED)
    judged = ~new & ~away
    part, whole = HABIT_SHARE
    often = was_used.sum(axis=1) * whole >= weeks * part
    return Habit(judged & often, judged, new, away)


def in_changed_work(assigned_to_changed: npt.ArrayLike) -> Count:
    """Of A, those assigned to at least one workflow that is Changed and has not relapsed."""
    found = flags("assigned_to_changed", assigned_to_changed)
    return Count(int(found.sum()), len(found))


def translation_gap(habit: Count, changed: Count) -> float:
    """Share of habitual users minus share in changed work; NaN where one has nobody."""
    return float(np.subtract(habit.share, changed.share))
