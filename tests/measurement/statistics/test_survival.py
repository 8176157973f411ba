import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from measurement.statistics import SurvivalCurve, kaplan_meier
from measurement.statistics.survival import median_and_p85, median_of

CENSORED = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=80)


@given(CENSORED)
def test_curve_equals_lifelines_with_ties(cases):
    duration, done = np.array([c[0] for c in cases], float), np.array([c[1] for c in cases])

    curve = kaplan_meier(duration, done)

    fitted = KaplanMeierFitter().fit(duration, done)
    expected = fitted.survival_function_at_times(curve.times).to_numpy()
    assert np.abs(curve.survival - expected).max(initial=0) < 1e-9
    assert curve.completed.tolist() == [int(((duration == t) & done).sum()) for t in curve.times]
    assert curve.at_risk.tolist() == [int((duration >= t).sum()) for t in curve.times]


@given(CENSORED)
def test_printed_figures_are_the_curve_s_quantiles(cases):
    cases = sorted(cases, key=lambda case: (case[0], not case[1]))
    duration, done = np.array([c[0] for c in cases], float), np.array([c[1] for c in cases])
    curve = kaplan_meier(duration, done)

    figures = median_and_p85(duration * 1000, done)

    assert figures == pytest.approx((curve.quantile(0.5), curve.quantile(0.85)), nan_ok=True)


def test_median_is_the_first_time_the_curve_touches_one_half():
    curve = kaplan_meier([1.0, 2.0, 3.0, 4.0], [True] * 4)

    assert curve.quantile(0.5) == 2.0


def test_no_cases_give_no_figures():
    assert all(math.isnan(x) for x in median_and_p85(np.empty(0), np.empty(0, bool)))
    assert math.isnan(kaplan_meier([], []).quantile(0.5))


@pytest.mark.parametrize(
    "duration, completed, message",
    [
        ([1.0, math.nan], [True, True], "finite"),
        ([1.0], [True, False], "2 values for 1 cases"),
        ([[1.0]], [[True]], "one-dimensional"),
        ([1.0], [2], "true or false"),
        (["x"], [True], "must be numbers"),
    ],
)
def test_malformed_arguments_are_refused(duration, completed, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(duration, completed)


def test_a_curve_within_rounding_of_one_half_has_reached_it():
    just, above = (
        SurvivalCurve(np.array([5.0, 9.0]), np.array([0.5 + off, 0.0]), np.empty(0), np.empty(0))
        for off in (9e-10, 2e-9)
    )

    assert (just.quantile(0.5), above.quantile(0.5)) == (5.0, 9.0)


def test_median_alone_is_the_first_of_both():
    rng = np.random.default_rng(2)
    for size in (0, 1, 5, 60):
        millis, done = np.sort(rng.integers(1, 90, size)) * 1000.0, rng.random(size) < 0.6

        assert repr(median_of(millis, done)) == repr(median_and_p85(millis, done)[0])
