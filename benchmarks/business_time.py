"""Business time of 1,000,000 cases against a library that takes them row by row."""

from datetime import UTC, date, datetime
from datetime import time as clock

import businesstimedelta
import numpy as np
import pytz  # what businesstimedelta takes for a time zone

from benchmarks.timing import compare, in_turn
from measurement.statistics import business_seconds, opening_hours

DAY = 86_400.0
CASES = 1_000_000
SAMPLE = 1_000
ZONE = "Europe/Zurich"


def made_up_cases():
    rng = np.random.default_rng(0)
    start = datetime(2023, 2, 1, tzinfo=UTC).timestamp() + DAY * rng.uniform(0, 1_200, CASES)
    return start, start + 5 * DAY * np.minimum(rng.lognormal(0, 0.9, CASES), 10)


def row_by_row(start, end):
    rule = businesstimedelta.WorkDayRule(
        start_time=clock(8),
        end_time=clock(17),
        working_days=list(range(5)),
        tz=pytz.timezone(ZONE),
    )
    rows = [
        (datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC))
        for a, b in zip(start.tolist(), end.tolist(), strict=True)
    ]
    return lambda: [rule.difference(a, b) for a, b in rows]


def main():
    hours = {day: [("08:00", "17:00")] for day in range(5)}
    calendar = opening_hours(ZONE, hours, first_day=date(2023, 1, 1), last_day=date(2026, 12, 31))
    start, end = made_up_cases()
    (ours,) = in_turn(lambda: business_seconds(calendar, start, end), repeats=5)
    (peer,) = in_turn(row_by_row(start[:SAMPLE], end[:SAMPLE]), repeats=1)
    compare(
        f"business time, {CASES:,} cases",
        ours,
        "businesstimedelta row by row",
        peer.each(SAMPLE / CASES),
        note=f", scaled from {SAMPLE:,} cases",
    )


if __name__ == "__main__":
    main()
