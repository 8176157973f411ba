"""What a dashboard would say of the same cases: two usual ways, both on completed cases alone."""

import math

import numpy as np
from scipy.special import stdtrit
from scipy.stats import mannwhitneyu

from benchmarks.method.worlds import DAY, GO_LIVE


def spent_before_and_after(log, cutoff, *, baseline_days, washout_days=14):
    """Times of the cases known as completed: before go-live, and from the washout on."""
    go_live, spent = GO_LIVE, log.end - log.start
    before = (log.start >= go_live - baseline_days * DAY) & (log.end < go_live)
    after = (log.start >= go_live + washout_days * DAY) & (log.end <= cutoff)
    return spent[before], spent[after]


def mean_says_improved(log, cutoff, baseline_days=364):
    """D: means of the completed cases with Welch's 95 % interval below nothing."""
    before, after = spent_before_and_after(log, cutoff, baseline_days=baseline_days)
    if min(len(before), len(after)) < 2:
        return False
    parts = [np.var(side, ddof=1) / len(side) for side in (before, after)]
    df = sum(parts) ** 2 / (parts[0] ** 2 / (len(before) - 1) + parts[1] ** 2 / (len(after) - 1))
    half = stdtrit(df, 0.975) * math.sqrt(sum(parts))
    return bool(after.mean() - before.mean() + half < 0)


def ranks_say_improved(log, cutoff, baseline_days=364):
    """MW: Mann-Whitney two-sided at 5 %, and the after ranks lower."""
    before, after = spent_before_and_after(log, cutoff, baseline_days=baseline_days)
    if min(len(before), len(after)) < 2:
        return False
    test = mannwhitneyu(after, before, method="asymptotic")
    return bool(test.pvalue < 0.05 and 2 * test.statistic < len(before) * len(after))
