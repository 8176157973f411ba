"""What a newer version of a calendar says otherwise than an older one."""

from dataclasses import dataclass
from datetime import date

from people.calendars.facts import CalendarFacts, Period, periods_of
from people.calendars.hours import Shift, week_minutes


@dataclass(frozen=True, slots=True)
class WeekdayChange:
    weekday: int
    before: tuple[Shift, ...]
    after: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """Pairs are (before, after). Holidays and closed days are compared where both know the day.

    ``new_days`` is how many days the newer one knows beyond the older, ``lost_days`` the reverse.
    """

    minutes: tuple[int, int]
    weekdays: tuple[WeekdayChange, ...]
    zone: tuple[str, str]
    region: tuple[str, str]
    holidays_added: tuple[date, ...]
    holidays_removed: tuple[date, ...]
    closed_added: tuple[Period, ...]
    closed_removed: tuple[Period, ...]
    span: tuple[Period, Period]
    new_days: int
    lost_days: int

    @property
    def is_empty(self) -> bool:
        return not (
            self.weekdays
            or self.holidays_added
            or self.holidays_removed
            or self.closed_added
            or self.closed_removed
            or any(before != after for before, after in (self.zone, self.region, self.span))
        )


def change_of(before: CalendarFacts, after: CalendarFacts) -> CalendarChange:
    first = max(before.first_day, after.first_day)
    last = min(before.last_day, after.last_day)

    def common(days: frozenset[date]) -> set[date]:
        return {day for day in days if first <= day <= last}

    old_days, new_days = common(before.holidays), common(after.holidays)
    old_closed, new_closed = common(before.closed_days), common(after.closed_days)
    shared = max(0, (last - first).days + 1)
    return CalendarChange(
        minutes=(week_minutes(before.hours), week_minutes(after.hours)),
        weekdays=tuple(
            WeekdayChange(day, old, new)
            for day in range(7)
            if (old := _shifts(before, day)) != (new := _shifts(after, day))
        ),
        zone=(before.zone, after.zone),
        region=(_region(before), _region(after)),
        holidays_added=tuple(sorted(new_days - old_days)),
        holidays_removed=tuple(sorted(old_days - new_days)),
        closed_added=tuple(periods_of(new_closed - old_closed)),
        closed_removed=tuple(periods_of(old_closed - new_closed)),
        span=((before.first_day, before.last_day), (after.first_day, after.last_day)),
        new_days=(after.last_day - after.first_day).days + 1 - shared,
        lost_days=(before.last_day - before.first_day).days + 1 - shared,
    )


def _shifts(facts: CalendarFacts, weekday: int) -> tuple[Shift, ...]:
    return tuple(sorted(facts.hours.get(str(weekday), ())))


def _region(facts: CalendarFacts) -> str:
    return f"{facts.country} {facts.subdivision}".strip()
