"""From a site's local opening hours to UTC intervals."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from measurement.statistics.business_time import OpeningHours

LocalTime = time | str
Shift = tuple[LocalTime, LocalTime]


def opening_hours(
    zone: str,
    hours: Mapping[int, Iterable[Shift]],
    *,
    first_day: date,
    last_day: date,
    holidays: Iterable[date] = (),
    closed: Iterable[tuple[date, date]] = (),
) -> OpeningHours:
    """Build ``OpeningHours`` from what a site would write on its door.

    ``zone`` is an IANA name. ``hours`` maps a weekday (0 = Monday) to its
    shifts, local times as ``time`` or "HH:MM"; a shift whose end is not later
    than its start ends on the next day ("24:00" is that midnight), and shifts
    may overlap. ``holidays`` are local days; ``closed`` are periods of local
    days, both ends included. A shift belongs to the day it begins on, and a
    holiday removes the shifts that begin on it.

    Coverage: 00:00 local of ``first_day`` to 00:00 after ``last_day``. A shift
    that began the evening before ``first_day`` counts from the coverage on.

    Summer time: a local time that occurs twice means the first; one that does
    not exist takes the offset in force before the change.

    Raises ValueError for an unknown zone, weekday or time, or a period that
    ends before it begins.

    Source: measurement method, section 2.1.
    """
    if last_day < first_day:
        raise ValueError("the last day is before the first day")
    if any(weekday not in range(7) for weekday in hours):
        raise ValueError("weekdays run from 0 (Monday) to 6 (Sunday)")
    shifts = {
        weekday: [(_time(opens), _time(closes)) for opens, closes in day]
        for weekday, day in hours.items()
    }
    clock = _zone(zone)
    shut = set(holidays) | set(_days_of(closed))
    covered_from = _utc(first_day, time(0), clock)
    covered_to = _utc(last_day + timedelta(days=1), time(0), clock)

    intervals = []
    day = first_day - timedelta(days=1)
    while day <= last_day:
        if day not in shut:
            for opens, closes in shifts.get(day.weekday(), ()):
                closing_day = day if closes > opens else day + timedelta(days=1)
                begin = max(_utc(day, opens, clock), covered_from)
                finish = min(_utc(closing_day, closes, clock), covered_to)
                if finish > begin:
                    intervals.append((begin, finish))
        day += timedelta(days=1)
    merged = np.array(list(_merged(sorted(intervals))), dtype=np.float64).reshape(-1, 2)
    return OpeningHours(merged[:, 0], merged[:, 1], covered_from, covered_to)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}") from None


def _time(value: LocalTime) -> time:
    if isinstance(value, time):
        return value.replace(tzinfo=None, fold=0)
    return time(0) if value == "24:00" else time.fromisoformat(value)


def _days_of(periods: Iterable[tuple[date, date]]) -> Iterator[date]:
    for first, last in periods:
        if last < first:
            raise ValueError(f"the closed period from {first} ends before it begins")
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _utc(day: date, at: time, zone: ZoneInfo) -> float:
    # fold=0 is the method's rule for both the repeated and the missing hour.
    return datetime.combine(day, at, tzinfo=zone).timestamp()


def _merged(intervals: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    current: tuple[float, float] | None = None
    for begin, finish in intervals:
        if current is None:
            current = (begin, finish)
        elif begin <= current[1]:
            current = (current[0], max(current[1], finish))
        else:
            yield current
            current = (begin, finish)
    if current is not None:
        yield current
