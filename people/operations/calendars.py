from collections.abc import Iterable
from datetime import date, time
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.audit import record
from core.errors import DomainError, Forbidden, Stale
from people.calendars import Hours, holidays_release, overlap_in, public_holidays
from people.models import Person, WorkCalendar, WorkCalendarVersion
from people.rules import may_publish_calendars

LONGEST_DAYS = 30 * 366
MOST_PERIODS = 120


class BadCalendar(DomainError):
    code = "bad_calendar"


class CalendarMoved(Stale):
    message = gettext_lazy(
        "Somebody published version %(number)s in the meantime. Look at what would change now."
    )


@transaction.atomic
def publish_calendar(
    *,
    name: str,
    zone: str,
    hours: Hours,
    first_day: date,
    last_day: date,
    country: str = "",
    subdivision: str = "",
    closed_periods: list[tuple[date, date]] | None = None,
    actor: Person | None,
    reason: str = "",
    after: int | None = None,
) -> WorkCalendarVersion:
    """A new version of the calendar called ``name``, which is made when there is none.

    Holidays are resolved now and stored, so that a later release of the library cannot change what
    a reading saw. No version that is there changes, nor what a redesign that is live reads by.

    ``after`` is the number of the newest version that was looked at, 0 for a new calendar: another
    one since is CalendarMoved. Raises Forbidden for an actor who may not, and BadCalendar for a
    zone, country, weekday, time or period that makes no sense, or shifts that overlap.
    """
    if actor is not None and not may_publish_calendars(actor):
        raise Forbidden
    periods = closed_periods or []
    _check(zone=zone, hours=hours, first_day=first_day, last_day=last_day, closed=periods)
    days = official_days(country, subdivision, first_day, last_day)
    calendar, _made = WorkCalendar.objects.select_for_update().get_or_create(name=name)
    number = calendar.versions.count() + 1
    if after is not None and number != after + 1:
        raise CalendarMoved(number=number - 1)
    version = WorkCalendarVersion.objects.create(
        calendar=calendar,
        number=number,
        zone=zone,
        hours=hours,
        country=country,
        subdivision=subdivision,
        holidays=[day.isoformat() for day in days],
        closed_periods=[[first.isoformat(), last.isoformat()] for first, last in periods],
        first_day=first_day,
        last_day=last_day,
        source=holidays_release() if country else "",
        created_by=actor,
    )
    record(
        "calendar.published",
        subject=calendar,
        actor=actor,
        after={"version": number, "zone": zone, "hours": hours, "holidays": len(days)},
        reason=reason,
    )
    return version


def official_days(country: str, subdivision: str, first: date, last: date) -> list[date]:
    """Public holidays of a span; none without a country. Raises BadCalendar for an unknown one."""
    if not country:
        return []
    try:
        return public_holidays(country, subdivision, first, last)
    except ValueError as unknown:
        raise BadCalendar(
            _("The public holidays of %(place)s are not known."),
            place=f"{country} {subdivision}".strip(),
        ) from unknown


def _check(
    *,
    zone: str,
    hours: Hours,
    first_day: date,
    last_day: date,
    closed: Iterable[tuple[date, date]],
) -> None:
    if zone not in available_timezones():
        raise BadCalendar(_("There is no time zone called %(zone)s.") % {"zone": zone})
    if last_day < first_day:
        raise BadCalendar(_("The last day is before the first."))
    if (last_day - first_day).days > LONGEST_DAYS:
        raise BadCalendar(_("A calendar knows thirty years at most."))
    for first, last in closed:
        if last < first:
            raise BadCalendar(_("A closed period ends before it begins."))
        if first < first_day or last > last_day:
            raise BadCalendar(_("A closed period lies outside the days the calendar knows."))
    _check_hours(hours)


def _check_hours(hours: Hours) -> None:
    if not any(hours.values()):
        raise BadCalendar(_("A calendar needs opening hours on at least one day."))
    for day, pairs in hours.items():
        if day not in {"0", "1", "2", "3", "4", "5", "6"}:
            raise BadCalendar(_("Weekdays run from 0 (Monday) to 6 (Sunday)."))
        for opens, closes in pairs:
            try:
                time.fromisoformat(opens)
                closes == "24:00" or time.fromisoformat(closes)
            except ValueError as wrong:
                raise BadCalendar(
                    _("Write times as 08:00, not %(time)s.") % {"time": f"{opens}-{closes}"}
                ) from wrong
    if overlap_in(hours) is not None:
        raise BadCalendar(_("Two shifts overlap."))
