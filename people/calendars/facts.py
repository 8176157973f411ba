"""What one version of a calendar says: stored, or typed and not published yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from people.calendars.hours import Hours

if TYPE_CHECKING:
    from people.models import WorkCalendarVersion

Period = tuple[date, date]


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """``holidays`` and ``closed`` hold days whether or not the calendar knows them."""

    zone: str
    hours: Hours
    country: str
    subdivision: str
    holidays: frozenset[date]
    closed: tuple[Period, ...]
    first_day: date
    last_day: date

    @property
    def closed_days(self) -> frozenset[date]:
        return frozenset(days_of(self.closed))


def days_of(periods: Iterable[Period]) -> Iterable[date]:
    for first, last in periods:
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def periods_of(days: Iterable[date]) -> list[Period]:
    """Days as the fewest periods."""
    periods: list[Period] = []
    for day in sorted(days):
        if periods and day - periods[-1][1] == timedelta(days=1):
            periods[-1] = (periods[-1][0], day)
        else:
            periods.append((day, day))
    return periods


def facts_of(version: "WorkCalendarVersion") -> CalendarFacts:
    return CalendarFacts(
        zone=version.zone,
        hours={
            day: [(opens, closes) for opens, closes in pairs]
            for day, pairs in version.hours.items()
        },
        country=version.country,
        subdivision=version.subdivision,
        holidays=frozenset(map(date.fromisoformat, version.holidays)),
        closed=tuple(
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in version.closed_periods
        ),
        first_day=version.first_day,
        last_day=version.last_day,
    )


def opening_hours_arguments(version: "WorkCalendarVersion") -> dict[str, Any]:
    """Arguments of ``measurement.statistics.opening_hours`` for this version."""
    facts = facts_of(version)
    return {
        "zone": facts.zone,
        "hours": {int(day): list(shifts) for day, shifts in facts.hours.items()},
        "first_day": facts.first_day,
        "last_day": facts.last_day,
        "holidays": sorted(facts.holidays),
        "closed": list(facts.closed),
    }
