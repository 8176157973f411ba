"""The days of a calendar one by one, for the picture of coming weeks."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from people.calendars.facts import CalendarFacts
from people.calendars.hours import DAY_MINUTES, Shift, minute_of, shift_minutes


class Why(StrEnum):
    """Why nothing begins on a day; empty where something does."""

    OPEN = ""
    NO_SHIFT = "no_shift"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Day:
    """``shifts`` begin on it; ``spans`` are its open minutes, those of last night's shift too."""

    day: date
    shifts: tuple[Shift, ...]
    spans: tuple[tuple[int, int], ...]
    why: Why

    @property
    def minutes(self) -> int:
        return sum(map(shift_minutes, self.shifts))


def days_from(facts: CalendarFacts, first: date, count: int) -> list[Day]:
    """``count`` days by the clock on the wall; shifts belong to the day they begin on."""
    closed, carried = facts.closed_days, _carried(facts, first - timedelta(days=1))
    days = []
    for offset in range(count):
        day = first + timedelta(days=offset)
        why = _why(facts, day, closed)
        shifts = () if why else tuple(facts.hours[str(day.weekday())])
        spans = [
            (minute_of(opens), minute_of(opens) + shift_minutes((opens, closes)))
            for opens, closes in shifts
        ]
        shown = [(begin, min(end, DAY_MINUTES)) for begin, end in (*carried, *spans)]
        days.append(Day(day, shifts, tuple(sorted(shown)), why))
        carried = [(0, end - DAY_MINUTES) for _begin, end in spans if end > DAY_MINUTES]
    return days


def _carried(facts: CalendarFacts, day: date) -> list[tuple[int, int]]:
    """What a shift of the evening before leaves for the first day."""
    if _why(facts, day, facts.closed_days):
        return []
    ends = [
        minute_of(opens) + shift_minutes((opens, closes))
        for opens, closes in facts.hours[str(day.weekday())]
    ]
    return [(0, end - DAY_MINUTES) for end in ends if end > DAY_MINUTES]


def _why(facts: CalendarFacts, day: date, closed: frozenset[date]) -> Why:
    if not facts.first_day <= day <= facts.last_day:
        return Why.UNKNOWN
    if day in facts.holidays:
        return Why.HOLIDAY
    if day in closed:
        return Why.CLOSED
    return Why.OPEN if facts.hours.get(str(day.weekday())) else Why.NO_SHIFT
