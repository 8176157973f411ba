"""What a volume can show, worked out from the baseline's weekly values by hand."""

import math

import numpy as np
import pytest

from measurement.statistics import Design, plan
from measurement.statistics.baseline_guards import baseline_variance
from measurement.statistics.bins import bins_of
from measurement.statistics.curves import grid_of, weekly_curves
from measurement.statistics.jackknife import inflation
from measurement.statistics.levels import level_of, pseudo_values
from measurement.statistics.periods import sort_cases, windows_of
from measurement.statistics.planning import detectable_ratio, planned_information

DAY = 86_400.0
WEEK = 7 * DAY


@pytest.fixture
def baseline(made_up, moments):
    start, end = made_up(a_day=3)
    windows = windows_of(Design(), **moments, data_from=None)
    return sort_cases(start, end, None, windows, None).before


@pytest.mark.parametrize(
    "after_days, weeks", [(84, 12), (None, 12), (85, 13), (28, 4), (7, 1), (6, 1)]
)
def test_information_counts_the_after_weeks_it_expects(baseline, after_days, weeks):
    bins = bins_of(baseline.millis[baseline.done])
    curves = weekly_curves(baseline, bins)
    variance, r = baseline_variance(pseudo_values(level_of(curves, bins, grid_of((curves,)))))
    expected = variance * (inflation(52, r) / 52 + inflation(weeks, r) / weeks)

    information = planned_information(Design(after_days=after_days), baseline)

    assert information == pytest.approx(1 / expected, rel=1e-12)


def test_detectable_ratio_is_eighty_percent_power_at_five_percent():
    assert detectable_ratio(100.0) == pytest.approx(math.exp(-0.28016))
    assert detectable_ratio(400.0) == pytest.approx(math.exp(-0.14008))
    assert math.isnan(detectable_ratio(math.nan))


def planned(moments, weeks, days):
    """One case a week and a length of ``days``, going round."""
    start = moments["go_live"] - WEEK * np.arange(weeks, 0, -1) + DAY
    spent = DAY * np.array([days[n % len(days)] for n in range(weeks)])
    return plan(start, start + spent, **moments, data_from=moments["go_live"] - weeks * WEEK)


def test_planning_needs_five_completed_cases(moments):
    days = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)

    assert math.isnan(planned(moments, 4, days).information)
    assert planned(moments, 5, days).information > 0


def test_planning_needs_more_than_one_length(moments):
    assert math.isnan(planned(moments, 9, (2.0,)).information)
    assert planned(moments, 9, (2.0, 3.0)).information > 0


def test_planning_needs_four_weeks(moments):
    start = moments["go_live"] - WEEK * np.array([3, 3, 2, 2, 1, 1]) + DAY
    spent = DAY * np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0])

    three = plan(start, start + spent, **moments, data_from=moments["go_live"] - 3 * WEEK)
    four = plan(
        np.append(start, start[0] - WEEK),
        np.append(start + spent, start[0] - WEEK + DAY),
        **moments,
        data_from=moments["go_live"] - 4 * WEEK,
    )

    assert math.isnan(three.information)
    assert four.information > 0


def test_plan_tells_volume_and_times(moments):
    told = planned(moments, 10, (1.0, 2.0, 3.0, 4.0))

    assert (told.cases, told.completed, told.cases_a_week) == (10, 10, 1.0)
    assert (told.median, told.p85) == (2 * DAY, 4 * DAY)
