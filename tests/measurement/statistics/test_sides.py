"""From how few cases and weeks an effect is computed, and over which probabilities."""

import math

import numpy as np
import pytest

from measurement.statistics import Design, evaluate
from measurement.statistics.bins import bins_of
from measurement.statistics.curves import GRID, WeeklyCurves, grid_of, log_quantiles

DAY = 86_400.0
WEEK = 7 * DAY
GO_LIVE = 1_740_985_200.0
AFTER = GO_LIVE + 14 * DAY
CUTOFF = GO_LIVE + 112 * DAY


def reading(before, after, *, days=(1, 2, 3, 4, 5, 6)):
    """``before`` and ``after``: how many cases start in each week; their times go round ``days``."""
    starts = [
        begin + WEEK * week + 3600 * (number + 1)
        for begin, counts in ((GO_LIVE - WEEK * len(before), before), (AFTER, after))
        for week, size in enumerate(counts)
        for number in range(size)
    ]
    spent = DAY * np.array([days[n % len(days)] for n in range(len(starts))], float)
    spent *= np.where(np.array(starts) < GO_LIVE, 1.0, 0.5)
    begin = GO_LIVE - WEEK * len(before)
    return evaluate(
        starts,
        np.array(starts) + spent,
        go_live=GO_LIVE,
        cutoff=CUTOFF,
        data_from=begin,
        design=Design(placebo=False, drift_key=False),
    )


@pytest.mark.parametrize(
    "before, after, computed",
    [
        ([5, 5, 5, 6], [4, 4, 4], True),
        ([8, 0, 6, 7], [4, 4, 4], False),  # three weeks before
        ([5, 5, 5, 6], [6, 0, 6], False),  # two after
        ([5, 5, 5, 6], [2, 2, 1], True),
        ([5, 5, 5, 6], [2, 1, 1], False),  # four cases after
    ],
)
def test_an_effect_needs_weeks_and_completed_cases(before, after, computed):
    assert (not math.isnan(reading(before, after).ratio)) is computed


def test_four_completed_before_are_too_few():
    told = reading([2, 1, 1, 1], [6, 6, 6], days=(1, 2, 0.5, 4, 5))
    one_less = reading([2, 1, 1, 0], [6, 6, 6], days=(1, 2, 0.5, 4, 5))

    assert (told.done_before, math.isnan(told.raw_ratio)) == (5, False)
    assert (one_less.done_before, math.isnan(one_less.raw_ratio)) == (4, True)


def test_one_duration_is_one_bin_and_no_effect():
    told = reading([9, 9, 9, 9], [9, 9, 9], days=(0.0001,))  # floored at a minute, before and after

    assert math.isnan(told.ratio)


def curves(*last):
    """Curves over one edge that end at the given heights, the whole first."""
    survival = np.array([[1.0, height] for height in last])
    return WeeklyCurves(survival, np.arange(len(last) - 1), np.ones(len(last) - 1))


def test_the_grid_runs_from_ten_to_eighty_percent():
    assert GRID.tolist() == pytest.approx([0.05 * n for n in range(2, 17)])


@pytest.mark.parametrize(
    "last, highest",
    [
        ((0.0, 0.0), 0.80),
        ((0.15, 0.0), 0.80),
        ((0.151, 0.0), 0.75),
        ((0.35, 0.0), 0.60),
        ((0.0, 0.20), 0.80),
        ((0.0, 0.21), 0.75),
        ((0.0, 0.50), 0.50),
    ],
)
def test_the_grid_ends_where_a_curve_does(last, highest):
    grid = grid_of((curves(0.0, 0.0), curves(*last)))

    assert grid[-1] == pytest.approx(highest)
    assert grid[0] == 0.10


def test_the_grid_of_a_curve_that_hardly_falls_is_empty():
    assert len(grid_of((curves(0.86, 0.86),))) == 0
    assert grid_of((curves(0.85, 0.85),)).tolist() == [0.10]


def test_quantiles_lie_between_the_edges_on_log_time():
    bins = bins_of(np.array([100.0, 1000.0, 10_000.0]))
    survival = np.array([[1.0, 0.8, 0.4, 0.0], [1.0, 0.5, 0.5, 0.0]])

    logs = log_quantiles(survival, bins, np.array([0.1, 0.5, 0.6]))

    anchor, first, second, third = np.log([10.0, 100.0, 1000.0, 10_000.0])
    assert logs[0] == pytest.approx([(anchor + first) / 2, first + 0.75 * (second - first), second])
    # Flat at one half: the first edge there, and beyond it the way from the last edge still flat.
    assert logs[1] == pytest.approx(
        [anchor + 0.2 * (first - anchor), first, second + 0.2 * (third - second)]
    )


def test_up_to_128_durations_are_bins_as_they_are():
    bins = bins_of(np.arange(1.0, 65.0), np.arange(60.0, 129.0))

    assert bins.edges.tolist() == list(range(1, 129))
    assert bins.log_times[:2] == pytest.approx([-math.log(2), 0.0])


def test_more_durations_become_128_quantiles():
    values = np.arange(1.0, 202.0) ** 2

    bins = bins_of(values[::2], values[1::2])

    expected = np.quantile(values, np.arange(1, 129) / 128)
    assert bins.edges == pytest.approx(expected)
    assert bins.edges[-1] == values[-1]


def test_quantiles_that_fall_together_are_one_bin():
    values = np.concatenate((np.full(500, 7.0), np.arange(100.0, 300.0)))

    edges = bins_of(values).edges

    assert edges[0] == 7.0
    assert (np.diff(edges) > 0).all()
    assert len(edges) < 128


@pytest.mark.parametrize("values", [[], [5.0], [5.0, 5.0]])
def test_fewer_than_two_durations_have_no_log_times(values):
    assert len(bins_of(np.array(values)).log_times) == 0
