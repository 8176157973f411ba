"""Waiting times against lifelines, cohorts and workflows by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.indicators import (
    Count,
    Transitions,
    ageing,
    breadth,
    data_readiness,
    depth,
    eligible_share,
    expected_by_chance,
    manager_enablement,
    measured_change,
    retention,
    sign_off_latency,
    sustained,
    team_readiness,
    time_to_first_use,
    transitions,
)

WAITS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60)


@settings(deadline=None)  # lifelines is slow to be loaded
@given(WAITS)
def test_time_to_first_use_is_lifelines_curve(waits):
    lifelines = pytest.importorskip("lifelines")
    days, used = (np.array(column) for column in zip(*waits, strict=True))
    # lifelines lets nobody be done at time 0: a day more for all
    fitter = lifelines.KaplanMeierFitter().fit(days + 1, used)
    curve = time_to_first_use(days, used)
    theirs = fitter.survival_function_at_times(curve.times + 1).to_numpy()
    assert curve.survival == pytest.approx(theirs)


def test_median_by_hand():
    # five people: 2, 3, 3+, 8, 9+ -> 0.8, 0.6, (3 at risk was 4: 0.6), 0.3
    curve = time_to_first_use([2, 3, 3, 8, 9], [True, True, False, True, False])
    assert curve.survival.tolist() == pytest.approx([0.8, 0.6, 0.3])
    assert curve.quantile(0.5) == 8


def test_sign_off_latency_censors_what_is_open():
    assert math.isnan(sign_off_latency([1, 5, 9], [True, False, False]).quantile(0.5))
    assert sign_off_latency([1, 2, 9], [True, True, False]).quantile(0.5) == 2


def test_ageing_counts_full_days():
    assert ageing([0, 3.9, 4, 7, 8, 14.5, 15, 400]) == (2, 2, 2, 2)
    assert ageing([]) == (0, 0, 0, 0)


def test_retention_leaves_weeks_that_have_not_come_out():
    used = np.array([[True, True, False], [True, False, False]])
    seen = np.array([[True, True, True], [True, True, False]])
    assert retention(used, seen) == (Count(2, 2), Count(1, 2), Count(0, 1))


def test_every_person_makes_one_transition():
    had = np.array([1, 1, 1, 1, 0, 1], bool)
    has = np.array([1, 1, 1, 1, 1, 0], bool)
    before = np.array([1, 0, 1, 0, 0, 1], bool)
    now = np.array([1, 1, 0, 0, 1, 0], bool)
    found = transitions(had, has, before, now)
    assert found == Transitions(1, 1, 1, 1, 1, 1)


def test_enablement_needs_training_and_talk():
    assert manager_enablement([True, True, False], [True, False, True]) == Count(1, 3)
    assert team_readiness([True, False]) == Count(1, 2)


def test_breadth_and_depth():
    assert breadth([0, 2, 1]) == Count(2, 3)
    assert depth(30, 120) == Count(30, 120)
    assert depth(130, 120) == Count(120, 120)


def test_shares_of_workflows():
    yes, no = True, False
    assert eligible_share([yes, yes, no], [yes, no, yes]) == Count(1, 2)
    assert measured_change([yes, no, no], [yes, yes, no]) == Count(1, 2)
    assert sustained([yes, no, no], [yes, yes, no]) == Count(1, 2)
    assert data_readiness([yes, yes, no], [yes, no, yes]) == Count(1, 3)


@pytest.mark.parametrize("changed, about", [(0, 0), (1, 1), (20, 1), (30, 2), (100, 5)])
def test_how_many_may_be_chance(changed, about):
    assert expected_by_chance(changed) == about


def test_cohorts_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="weeks"):
        retention([True], [True])
