"""1,000 workflows of 1,000 cases read in memory, against what a dashboard would compute."""

import statistics
from datetime import UTC, datetime

import numpy as np
from lifelines import KaplanMeierFitter

from benchmarks.timing import compare, in_turn
from measurement.statistics import evaluate

DAY = 86_400.0
GO_LIVE = datetime(2025, 3, 3, 7, tzinfo=UTC).timestamp()
CUTOFF = GO_LIVE + 112 * DAY
WORKFLOWS = 1_000
CASES = 1_000
FITTED = 100
REPEATS = 5


def made_up_workflow(seed):
    rng = np.random.default_rng(seed)
    start = GO_LIVE + DAY * rng.uniform(-364, 98, CASES)
    end = np.round(start + 5 * DAY * rng.lognormal(0, 0.9, CASES))
    return np.round(start), np.where(end <= CUTOFF, end, np.nan)


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
        statistics.median(before), statistics.median(after)


def main():
    workflows = [made_up_workflow(seed) for seed in range(WORKFLOWS)]
    read_all(workflows[:20])
    ours, plain = in_turn(
        lambda: read_all(workflows), lambda: python_medians(workflows), repeats=REPEATS
    )
    (fitted,) = in_turn(lambda: lifelines_medians(workflows[:FITTED]), repeats=1)
    subject = f"full reading, {WORKFLOWS:,} workflows x {CASES:,} cases, each"
    ours = ours.each(WORKFLOWS)
    compare(
        subject,
        ours,
        "two medians by lifelines",
        fitted.each(FITTED),
        note=f", {FITTED} workflows",
    )
    compare(subject, ours, "two medians row by row", plain.each(WORKFLOWS))


if __name__ == "__main__":
    main()
