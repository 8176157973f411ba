from datetime import date, time
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from people.calendars import holidays_release, public_holidays
from people.models import Person, WorkCalendar, WorkCalendarVersion

Hours = dict[str, list[tuple[str, str]]]


class BadCalendar(DomainError):
    code = "bad_calendar"


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
) -> WorkCalendarVersion:
    """A new version of the calendar called ``name``, which is made when there is none.

    Holidays are resolved now and stored, so that a later release of the library cannot change what
    a reading saw. Raises BadCalendar for a zone, country, weekday or time that does not exist.
    """
    _check(zone=zone, hours=hours, first_day=first_day, last_day=last_day)
    try:
        days = public_holidays(country, subdivision, first_day, last_day) if country else []
    except ValueError as unknown:
        raise BadCalendar(str(unknown)) from unknown
    calendar, _made = WorkCalendar.objects.select_for_update().get_or_create(name=name)
    number = calendar.versions.count() + 1
    version = WorkCalendarVersion.objects.create(
        calendar=calendar,
        number=number,
        zone=zone,
        hours=hours,
        country=country,
        subdivision=subdivision,
        holidays=[day.isoformat() for day in days],
        closed_periods=[
            [first.isoformat(), last.isoformat()] for first, last in closed_periods or []
        ],
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


def _check(*, zone: str, hours: Hours, first_day: date, last_day: date) -> None:
    if zone not in available_timezones():
        raise BadCalendar(_("There is no time zone called %(zone)s.") % {"zone": zone})
    if last_day < first_day:
        raise BadCalendar(_("The last day is before the first."))
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
