"""Calendars free of the database: overlaps, days one by one, what a change does."""

from datetime import date

import pytest

from people.calendars import (
    CalendarFacts,
    change_of,
    countries,
    days_from,
    holiday_names,
    overlap_in,
    shift_minutes,
    week_minutes,
)
from people.calendars.preview import Why

OFFICE = {str(day): [("08:00", "12:00"), ("13:00", "17:00")] for day in range(5)}
MONDAY = date(2026, 11, 30)


def facts(**fields):
    given = {
        "zone": "Europe/Zurich",
        "hours": OFFICE,
        "country": "CH",
        "subdivision": "BS",
        "holidays": frozenset(),
        "closed": (),
        "first_day": date(2026, 1, 1),
        "last_day": date(2027, 12, 31),
    }
    return CalendarFacts(**(given | fields))


@pytest.mark.parametrize(
    "shift, minutes",
    [
        (("08:00", "12:00"), 240),
        (("22:00", "06:00"), 480),
        (("00:00", "24:00"), 1440),
        (("08:00", "08:00"), 1440),
        (("23:59", "00:00"), 1),
        (("08:00:00", "12:00"), 240),
    ],
)
def test_a_shift_is_as_long_as_it_says(shift, minutes):
    assert shift_minutes(shift) == minutes


def test_a_week_of_shifts_adds_up():
    assert week_minutes(OFFICE | {"6": [("22:00", "06:00")]}) == 48 * 60


@pytest.mark.parametrize(
    "hours, found",
    [
        (OFFICE, None),
        ({}, None),
        ({"0": [("08:00", "12:00"), ("12:00", "17:00")]}, None),
        ({"0": [("08:00", "12:00"), ("11:59", "17:00")]}, (0, 1, 0, 0)),
        ({"0": [("13:00", "17:00"), ("08:00", "13:01")]}, (0, 0, 0, 1)),
        ({"0": [("22:00", "06:00")], "1": [("05:00", "09:00")]}, (1, 0, 0, 0)),
        ({"0": [("22:00", "06:00")], "1": [("06:00", "09:00")]}, None),
        ({"6": [("22:00", "06:00")], "0": [("05:00", "09:00")]}, (0, 0, 6, 0)),
        ({str(day): [("08:00", "08:00")] for day in range(7)}, None),
        ({"2": [("08:00", "08:00")]}, None),
    ],
)
def test_shifts_that_share_a_minute_are_found(hours, found):
    overlap = overlap_in(hours)

    told = overlap and (overlap.day, overlap.shift, overlap.other_day, overlap.other_shift)
    assert told == found


def test_a_shift_past_midnight_opens_the_next_morning():
    nights = facts(hours={"6": [("22:00", "06:00")], "0": [("08:00", "09:00")]})

    sunday, monday, tuesday = days_from(nights, date(2026, 11, 29), 3)

    assert (sunday.spans, sunday.minutes) == (((1320, 1440),), 480)
    assert (monday.spans, monday.minutes) == (((0, 360), (480, 540)), 60)
    assert (tuesday.spans, tuesday.why) == ((), Why.NO_SHIFT)
    # The week's first day knows the night before it, too.
    assert days_from(nights, MONDAY, 1)[0].spans == monday.spans


def test_a_holiday_stops_what_begins_on_it_and_not_the_night_before():
    nights = facts(
        hours={str(day): [("22:00", "06:00")] for day in range(7)}, holidays=frozenset({MONDAY})
    )

    monday, tuesday = days_from(nights, MONDAY, 2)

    assert (monday.spans, monday.why) == (((0, 360),), Why.HOLIDAY)
    assert tuesday.spans == ((1320, 1440),)


def test_closed_and_unknown_days_say_why():
    shut = facts(closed=((date(2026, 12, 30), date(2026, 12, 31)),), last_day=date(2026, 12, 31))

    told = [day.why for day in days_from(shut, date(2026, 12, 29), 4)]

    assert told == [Why.OPEN, Why.CLOSED, Why.CLOSED, Why.UNKNOWN]


def test_a_change_names_what_differs_where_both_know_the_day():
    before = facts(
        holidays=frozenset({date(2026, 8, 1), date(2026, 12, 25)}),
        closed=((date(2026, 12, 28), date(2026, 12, 31)),),
    )
    after = facts(
        zone="Europe/Paris",
        hours=OFFICE | {"4": [("08:00", "12:00")]},
        country="FR",
        subdivision="",
        holidays=frozenset({date(2026, 7, 14), date(2026, 12, 25), date(2028, 7, 14)}),
        closed=((date(2026, 12, 30), date(2027, 1, 2)),),
        first_day=date(2026, 6, 1),
        last_day=date(2028, 12, 31),
    )

    change = change_of(before, after)

    assert change.minutes == (40 * 60, 36 * 60)
    assert [(day.weekday, day.after) for day in change.weekdays] == [(4, (("08:00", "12:00"),))]
    assert change.zone == ("Europe/Zurich", "Europe/Paris")
    assert change.region == ("CH BS", "FR")
    assert change.holidays_added == (date(2026, 7, 14),)  # 2028 is beyond what the older knows
    assert change.holidays_removed == (date(2026, 8, 1),)
    assert change.closed_added == ((date(2027, 1, 1), date(2027, 1, 2)),)
    assert change.closed_removed == ((date(2026, 12, 28), date(2026, 12, 29)),)
    assert (change.new_days, change.lost_days) == (366, 151)
    assert not change.is_empty


def test_the_same_in_another_order_is_no_change():
    turned = {day: list(reversed(shifts)) for day, shifts in reversed(OFFICE.items())}
    split = ((date(2026, 12, 24), date(2026, 12, 26)), (date(2026, 12, 27), date(2026, 12, 31)))
    whole = ((date(2026, 12, 24), date(2026, 12, 31)),)

    assert change_of(facts(closed=whole), facts(hours=turned, closed=split)).is_empty


def test_versions_that_share_no_day_are_compared_by_their_hours_alone():
    later = facts(first_day=date(2030, 1, 1), last_day=date(2030, 12, 31))

    change = change_of(facts(holidays=frozenset({date(2026, 8, 1)})), later)

    assert (change.holidays_removed, change.new_days, change.lost_days) == ((), 365, 730)


@pytest.mark.parametrize(
    "language, name",
    [("fr", "Fête nationale"), ("de", "Nationalfeiertag"), ("xx", "Nationalfeiertag")],
)
def test_holidays_have_names_where_the_library_speaks_the_language(language, name):
    day = date(2026, 8, 1)

    assert holiday_names("CH", "BS", [day, date(2026, 8, 3)], language=language) == {day: name}


@pytest.mark.parametrize("country, region", [("", ""), ("XX", ""), ("CH", "QQ")])
def test_days_of_a_place_the_library_forgot_have_no_names_or_the_country_s(country, region):
    names = holiday_names(country, region, [date(2026, 8, 1)], language="en")

    assert set(names.values()) <= {"National Day", "Swiss National Day"}


def test_countries_are_known_by_two_letters_with_their_regions():
    known = countries()

    assert "BS" in known["CH"]
    assert {len(code) for code in known} == {2}
