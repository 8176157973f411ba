"""Business seconds against a minute-by-minute count that knows nothing of intervals."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from measurement.statistics import OpeningHours, business_seconds, opening_hours

WEEKDAYS = range(5)
SITES = {
    # zone, hours, first day (a change of clocks lies in the five weeks after), holidays
    "Zurich in spring": (
        "Europe/Zurich",
        {d: [("08:00", "12:00"), ("13:15", "17:00")] for d in WEEKDAYS},
        date(2025, 3, 10),
        {date(2025, 3, 19)},
    ),
    "Zurich in autumn, nights": (
        "Europe/Zurich",
        {d: [("22:00", "06:00")] for d in range(7)},
        date(2025, 10, 13),
        {date(2025, 10, 26), date(2025, 11, 1)},
    ),
    "New York, nights and a long day": (
        "America/New_York",
        {4: [("20:30", "07:15")], 5: [("09:00", "24:00")], 6: [("00:00", "00:00")]},
        date(2025, 10, 20),
        {date(2025, 10, 25)},
    ),
    "Lord Howe, half an hour of summer time": (
        "Australia/Lord_Howe",
        {d: [("21:45", "05:10")] for d in range(7)},
        date(2025, 3, 20),
        {date(2025, 4, 5)},
    ),
    "Tokyo": (
        "Asia/Tokyo",
        {d: [("09:00", "17:45"), ("17:00", "21:00")] for d in WEEKDAYS},
        date(2025, 4, 21),
        {date(2025, 4, 29), date(2025, 5, 5)},
    ),
}


def is_open(moment, zone, hours, holidays):
    local = moment.astimezone(zone)
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if day in holidays:
            continue
        minute = local.hour * 60 + local.minute + back * 1440
        for opens, closes in hours.get(day.weekday(), ()):
            first, last = (int(t[:2]) * 60 + int(t[3:]) for t in (opens, closes))
            if first <= minute < (last if last > first else last + 1440):
                return True
    return False


@pytest.mark.parametrize("site", SITES)
def test_business_time_equals_a_minute_by_minute_count(site):
    name, hours, first_day, holidays = SITES[site]
    zone, last_day = ZoneInfo(name), first_day + timedelta(days=34)
    calendar = opening_hours(name, hours, first_day=first_day, last_day=last_day, holidays=holidays)
    begin = int(datetime.combine(first_day, time(0), zone).timestamp())
    minutes = (int(calendar.covered_to) - begin) // 60
    open_minutes = [
        is_open(datetime.fromtimestamp(begin + 60 * m, UTC), zone, hours, holidays)
        for m in range(minutes)
    ]
    until = np.concatenate(([0], np.cumsum(open_minutes))) * 60.0
    rng = np.random.default_rng(3)
    pairs = np.sort(rng.integers(0, minutes + 1, (400, 2)), axis=1)

    spent = business_seconds(calendar, begin + 60.0 * pairs[:, 0], begin + 60.0 * pairs[:, 1])

    assert spent.tolist() == (until[pairs[:, 1]] - until[pairs[:, 0]]).tolist()
    assert calendar.open_seconds(np.array([calendar.covered_to]))[0] == until[-1]


def test_seconds_inside_an_interval_count_to_the_millisecond():
    calendar = OpeningHours(np.array([100.0, 300.0]), np.array([200.0, 400.0]), 0.0, 500.0)

    spent = business_seconds(calendar, np.array([50.0, 150.25]), np.array([350.5, 150.2504]))

    assert spent.tolist() == [150.5, 0.0]


def test_moment_of_is_the_inverse():
    calendar = OpeningHours(np.array([100.0, 300.0]), np.array([200.0, 400.0]), 0.0, 500.0)

    assert [calendar.moment_of(x) for x in (0, 1, 100, 101, 200, 201)] == [
        0.0,
        101.0,
        200.0,
        301.0,
        400.0,
        None,
    ]


def test_a_site_that_never_opens_has_no_business_time():
    calendar = opening_hours(
        "Asia/Tokyo", {}, first_day=date(2025, 1, 1), last_day=date(2025, 1, 2)
    )

    assert calendar.open_seconds(np.array([calendar.covered_to])).tolist() == [0.0]
    assert calendar.moment_of(1.0) is None


@pytest.mark.parametrize("outside", [-0.001, 500.001, np.nan])
def test_a_time_outside_the_coverage_is_an_error(outside):
    calendar = OpeningHours(np.array([100.0]), np.array([200.0]), 0.0, 500.0)

    with pytest.raises(ValueError, match="coverage"):
        calendar.open_seconds(np.array([150.0, outside]))


@pytest.mark.parametrize(
    "starts, ends, coverage, message",
    [
        ([1.0], [1.0], (0, 9), "not empty"),
        ([1.0, 2.0], [3.0, 4.0], (0, 9), "disjoint"),
        ([1.0], [10.0], (0, 9), "inside"),
        ([1.0], [2.0, 3.0], (0, 9), "2 values"),
        ([], [], (9, 0), "before it begins"),
        ([], [], (0, np.inf), "covered_to"),
    ],
)
def test_malformed_intervals_are_refused(starts, ends, coverage, message):
    with pytest.raises(ValueError, match=message):
        OpeningHours(np.array(starts), np.array(ends), *coverage)


def test_intervals_cannot_be_changed_afterwards():
    starts = np.array([1.0])
    calendar = OpeningHours(starts, np.array([2.0]), 0.0, 9.0)

    starts[0] = 0.0

    assert calendar.starts.tolist() == [1.0]
    with pytest.raises(ValueError, match="read-only"):
        calendar.starts[0] = 0.0
