from datetime import UTC, date, datetime, time

import pytest

from measurement.statistics import opening_hours

DAYS = {"first_day": date(2025, 3, 30), "last_day": date(2025, 3, 30)}


def utc(calendar):
    return [
        tuple(f"{datetime.fromtimestamp(t, UTC):%d %H:%M}" for t in pair)
        for pair in zip(calendar.starts, calendar.ends, strict=True)
    ]


def test_a_missing_local_time_takes_the_offset_before_the_change():
    # 02:30 does not exist on 30 March 2025 in Zurich: it is read as 01:30 UTC.
    calendar = opening_hours("Europe/Zurich", {6: [("02:30", "04:00")]}, **DAYS)

    assert utc(calendar) == [("30 01:30", "30 02:00")]


def test_a_shift_the_change_turns_inside_out_is_dropped():
    calendar = opening_hours("Europe/Zurich", {6: [("02:30", "03:10")]}, **DAYS)

    assert utc(calendar) == []


def test_a_repeated_local_time_means_the_first():
    day = date(2025, 10, 26)

    calendar = opening_hours(
        "Europe/Zurich", {6: [("02:30", "04:00")]}, first_day=day, last_day=day
    )

    assert utc(calendar) == [("26 00:30", "26 03:00")]


def test_shifts_are_cut_at_the_coverage_and_the_evening_before_counts():
    nights = {d: [(time(22), time(6))] for d in range(7)}

    calendar = opening_hours("Asia/Tokyo", nights, **DAYS)

    assert utc(calendar) == [("29 15:00", "29 21:00"), ("30 13:00", "30 15:00")]


def test_holidays_and_closed_periods_remove_the_shifts_that_begin_on_them():
    calendar = opening_hours(
        "Asia/Tokyo",
        {d: [("22:00", "06:00")] for d in range(7)},
        first_day=date(2025, 6, 1),
        last_day=date(2025, 6, 8),
        holidays=[date(2025, 6, 2), date(2025, 5, 31)],
        closed=[(date(2025, 6, 4), date(2025, 6, 6))],
    )

    assert [start for start, _ in utc(calendar)] == ["01 13:00", "03 13:00", "07 13:00", "08 13:00"]


def test_shifts_that_touch_or_overlap_become_one():
    hours = {6: [("08:00", "12:00"), ("12:00", "15:00"), ("14:00", "14:30"), ("16:00", "17:00")]}

    calendar = opening_hours("Asia/Tokyo", hours, **DAYS)

    assert utc(calendar) == [("29 23:00", "30 06:00"), ("30 07:00", "30 08:00")]


@pytest.mark.parametrize(
    "zone, hours, changes, message",
    [
        ("Europe/Nowhere", {}, {}, "unknown time zone"),
        ("../etc/passwd", {}, {}, "unknown time zone"),
        ("Asia/Tokyo", {7: []}, {}, "weekdays"),
        ("Asia/Tokyo", {0: [("25:00", "26:00")]}, {}, "hour must be"),
        ("Asia/Tokyo", {}, {"last_day": date(2025, 3, 29)}, "last day"),
        ("Asia/Tokyo", {}, {"closed": [(date(2025, 3, 2), date(2025, 3, 1))]}, "closed period"),
    ],
)
def test_malformed_hours_are_refused(zone, hours, changes, message):
    with pytest.raises(ValueError, match=message):
        opening_hours(zone, hours, **(DAYS | changes))
