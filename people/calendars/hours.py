"""Shifts of a week, as local times of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time as clock

Shift = tuple[str, str]
Hours = Mapping[str, Sequence[Shift]]

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two shifts of a week that share a minute; weekdays from 0 (Monday), shifts from 0."""

    day: int
    shift: int
    other_day: int
    other_shift: int


def minute_of(time: str) -> int:
    """Of the day; "24:00" is the midnight after. Raises ValueError for anything else."""
    if time == "24:00":
        return DAY_MINUTES
    at = clock.fromisoformat(time)
    return at.hour * 60 + at.minute


def shift_minutes(shift: Shift) -> int:
    """An end not later than the start is on the next day, so "08:00" to "08:00" is a whole day."""
    opens, closes = map(minute_of, shift)
    return closes - opens if closes > opens else closes + DAY_MINUTES - opens


def week_minutes(hours: Hours) -> int:
    """Open minutes of a week without a holiday, by the clock on the wall."""
    return sum(shift_minutes(shift) for shifts in hours.values() for shift in shifts)


def overlap_in(hours: Hours) -> Overlap | None:
    """The first two shifts that share a minute, also over midnight and from Sunday to Monday."""
    spans = sorted(
        (int(day) * DAY_MINUTES + minute_of(shift[0]), shift_minutes(shift), int(day), index)
        for day, shifts in hours.items()
        for index, shift in enumerate(shifts)
    )
    following = [*spans[1:], *((s[0] + WEEK_MINUTES, *s[1:]) for s in spans[:1])]
    for (start, length, day, shift), (then, _length, other_day, other) in zip(
        spans, following, strict=True
    ):
        if start + length > then:
            return Overlap(other_day, other, day, shift)
    return None
