from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import Forbidden
from core.models import AuditEvent
from measurement.statistics import opening_hours
from people.calendars import holidays_release, opening_hours_arguments, public_holidays
from people.choices import Role
from people.models import WorkCalendar, WorkCalendarVersion
from people.operations.calendars import BadCalendar, CalendarMoved, publish_calendar
from tests.factories.people import PersonFactory, RoleGrantFactory, WorkCalendarVersionFactory

pytestmark = pytest.mark.django_db
WEEK = {str(day): [("08:00", "12:00"), ("13:00", "17:00")] for day in range(5)}


def publish(**fields):
    given = {
        "name": "Basel office hours",
        "zone": "Europe/Zurich",
        "hours": WEEK,
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 12, 31),
        "actor": None,
    }
    return publish_calendar(**(given | fields))


def test_publish_calendar_makes_a_first_version_and_audits_it():
    actor = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person

    version = publish(country="CH", subdivision="BS", actor=actor)

    assert (version.number, version.calendar.name) == (1, "Basel office hours")
    assert "2026-08-01" in version.holidays
    assert version.source == holidays_release()
    event = AuditEvent.objects.get(verb="calendar.published")
    assert event.actor == actor
    assert event.after["holidays"] == len(version.holidays) > 5


def test_publish_calendar_again_adds_a_version_and_keeps_the_old():
    first = publish()
    second = publish(hours={"0": [("09:00", "10:00")]})

    assert (second.number, second.calendar) == (2, first.calendar)
    first.refresh_from_db()
    assert len(first.hours) == 5


def test_calendar_without_a_country_has_no_holidays():
    version = publish()

    assert (version.holidays, version.source) == ([], "")


def test_closed_periods_are_kept_as_days():
    version = publish(closed_periods=[(date(2026, 12, 24), date(2026, 12, 31))])

    assert version.closed_periods == [["2026-12-24", "2026-12-31"]]


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"zone": "Europe/Basel"}, "no time zone called Europe/Basel"),
        ({"last_day": date(2025, 12, 31)}, "The last day is before the first"),
        ({"hours": {}}, "opening hours on at least one day"),
        ({"hours": {"0": []}}, "opening hours on at least one day"),
        ({"hours": {"7": [("08:00", "17:00")]}}, "Weekdays run from 0"),
        ({"hours": {"Mon": [("08:00", "17:00")]}}, "Weekdays run from 0"),
        ({"hours": {"0": [("8 o'clock", "17:00")]}}, "not 8 o'clock-17:00"),
        ({"hours": {"0": [("08:00", "25:00")]}}, "not 08:00-25:00"),
        ({"hours": {"0": [("08:00", "12:00"), ("11:59", "17:00")]}}, "Two shifts overlap"),
        ({"hours": {"6": [("22:00", "06:00")], "0": [("05:00", "09:00")]}}, "Two shifts overlap"),
        ({"last_day": date(2057, 1, 1)}, "thirty years at most"),
        ({"closed_periods": [(date(2026, 5, 2), date(2026, 5, 1))]}, "ends before it begins"),
        ({"closed_periods": [(date(2026, 12, 24), date(2027, 1, 2))]}, "lies outside the days"),
        ({"country": "XX"}, "XX"),
        ({"country": "CH", "subdivision": "QQ"}, "QQ"),
    ],
)
def test_calendar_that_makes_no_sense_is_refused_whole(wrong, words):
    with pytest.raises(BadCalendar, match=words):
        publish(**wrong)

    assert not WorkCalendarVersion.objects.exists()
    assert not AuditEvent.objects.filter(verb="calendar.published").exists()


def test_midnight_may_be_written_as_the_end_of_the_day():
    version = publish(hours={"0": [("00:00", "24:00")]})

    opened = opening_hours(
        **opening_hours_arguments(WorkCalendarVersion.objects.get(pk=version.pk))
    )
    assert opened.ends[0] - opened.starts[0] == 86_400


def test_holidays_of_a_span_lie_in_it():
    days = public_holidays("CH", "BS", date(2025, 12, 25), date(2026, 1, 1))

    assert days == [date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1)]


def test_stored_version_opens_the_doors_it_says():
    version = WorkCalendarVersionFactory(
        hours={str(day): [["08:00", "12:00"]] for day in range(5)},
        holidays=["2026-03-02"],
        closed_periods=[["2026-03-04", "2026-03-05"]],
        first_day=date(2026, 3, 2),
        last_day=date(2026, 3, 8),
    )

    opened = opening_hours(**opening_hours_arguments(version))

    # Of the week only Tuesday and Friday are left.
    zone = ZoneInfo("Europe/Zurich")
    assert list(opened.starts) == [
        datetime(2026, 3, day, 8, tzinfo=zone).timestamp() for day in (3, 6)
    ]
    assert list(opened.ends) == [
        datetime(2026, 3, day, 12, tzinfo=zone).timestamp() for day in (3, 6)
    ]


def test_who_may_not_publish_is_refused():
    with pytest.raises(Forbidden):
        publish(actor=PersonFactory())

    assert not WorkCalendar.objects.exists()


@pytest.mark.parametrize("seen", [0, 2])
def test_a_version_nobody_looked_at_is_not_published_over(seen):
    publish()

    with pytest.raises(CalendarMoved, match="version 1 in the meantime"):
        publish(after=seen)

    assert WorkCalendarVersion.objects.count() == 1
    assert publish(after=1).number == 2


def test_two_who_publish_at_once_get_two_numbers(run_together):
    first, second = run_together(publish, publish)

    assert {first.number, second.number} == {1, 2}
    assert first.calendar_id == second.calendar_id
