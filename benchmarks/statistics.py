"""Reading effects and business time against the obvious way.

Run as ``python -m benchmarks.statistics``. Ratios are what counts: both sides are timed in the
same run on the same machine.
"""

import statistics as spread
import time
from datetime import UTC, date, datetime
from datetime import time as clock

import businesstimedelta
import numpy as np
import pytz  # what businesstimedelta takes for a time zone
from lifelines import KaplanMeierFitter

from measurement.statistics import business_seconds, evaluate, opening_hours

DAY = 86_400.0
GO_LIVE = datetime(2025, 3, 3, 7, tzinfo=UTC).timestamp()
CUTOFF = GO_LIVE + 112 * DAY
WORKFLOWS = 1_000
CASES = 1_000
REPEATS = 5
SAMPLE = 1_000


def made_up_workflow(seed):
    rng = np.random.default_rng(seed)
    start = GO_LIVE + DAY * rng.uniform(-364, 98, CASES)
    end = np.round(start + 5 * DAY * rng.lognormal(0, 0.9, CASES))
    return np.round(start), np.where(end <= CUTOFF, end, np.nan)


def seconds_of(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def read_all(workflows):
    for start, end in workflows:
        evaluate(start, end, go_live=GO_LIVE, cutoff=CUTOFF)


def lifelines_medians(workflows):
    """No interval, no gates: only the two Kaplan-Meier medians a dashboard would show."""
    for start, end in workflows:
        for begin, finish, until in (
            (GO_LIVE - 364 * DAY, GO_LIVE, GO_LIVE),
            (GO_LIVE + 14 * DAY, GO_LIVE + 98 * DAY, CUTOFF),
        ):
            mine = (start >= begin) & (start < finish)
            done = end[mine] <= until
            spent = np.where(done, end[mine], until) - start[mine]
            _ = KaplanMeierFitter().fit(spent, done).median_survival_time_


def python_medians(workflows):
    """Medians of the completed cases alone, row by row: biased, and the cheapest there is."""
    for start, end in workflows:
        before, after = [], []
        for began, ended in zip(start.tolist(), end.tolist(), strict=True):
            if ended == ended:
                (before if began < GO_LIVE else after).append(ended - began)
        spread.median(before), spread.median(after)


def effects():
    workflows = [made_up_workflow(seed) for seed in range(WORKFLOWS)]
    read_all(workflows[:20])
    own = [seconds_of(lambda: read_all(workflows)) for _ in range(REPEATS)]
    ours = spread.median(own) / WORKFLOWS * 1000
    fitted = seconds_of(lambda: lifelines_medians(workflows[:100])) / 100 * 1000
    plain = seconds_of(lambda: python_medians(workflows)) / WORKFLOWS * 1000
    print(f"evaluate, {WORKFLOWS:,} workflows x {CASES:,} cases, one process")
    print(f"  full reading                     {ours:8.3f} ms a workflow (median of {REPEATS})")
    print(f"  two medians by lifelines         {fitted:8.3f} ms, {fitted / ours:.1f}x (100 timed)")
    print(f"  two medians, Python row by row   {plain:8.3f} ms, {plain / ours:.1f}x")


def business_time():
    hours = {day: [("08:00", "17:00")] for day in range(5)}
    calendar = opening_hours(
        "Europe/Zurich", hours, first_day=date(2023, 1, 1), last_day=date(2026, 12, 31)
    )
    rng = np.random.default_rng(0)
    size = 1_000_000
    start = datetime(2023, 2, 1, tzinfo=UTC).timestamp() + DAY * rng.uniform(0, 1_200, size)
    end = start + 5 * DAY * np.minimum(rng.lognormal(0, 0.9, size), 10)
    ours = spread.median(
        seconds_of(lambda: business_seconds(calendar, start, end)) for _ in range(REPEATS)
    )

    zone = pytz.timezone("Europe/Zurich")
    rule = businesstimedelta.WorkDayRule(
        start_time=clock(8), end_time=clock(17), working_days=list(range(5)), tz=zone
    )
    rows = [
        (datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC))
        for a, b in zip(start[:SAMPLE].tolist(), end[:SAMPLE].tolist(), strict=True)
    ]
    sample = seconds_of(lambda: [rule.difference(a, b) for a, b in rows])
    peer = sample / SAMPLE * size
    print(f"business time of {size:,} cases")
    print(f"  measurement.statistics           {ours:8.3f} s (median of {REPEATS})")
    print(
        f"  businesstimedelta, row by row    {peer:8.1f} s, {peer / ours:.0f}x "
        f"(extrapolated from {SAMPLE:,} rows)"
    )


if __name__ == "__main__":
    effects()
    business_time()
