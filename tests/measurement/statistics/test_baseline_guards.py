import math

import numpy as np
import pytest

from measurement.statistics.baseline_guards import guard, placebo_in_time
from measurement.statistics.levels import PseudoValues

WEEKS = np.arange(52)


def guards(values, *, theta=-0.3, se=0.1, lever=30.0, placebo=True, drift_key=True, weeks=WEEKS):
    return guard(
        theta,
        se,
        baseline=PseudoValues(values, weeks),
        weights=np.full(len(weeks), 10.0),
        after_weeks=12,
        lever_weeks=lever,
        placebo=placebo,
        drift_key=drift_key,
    )


def quiet():
    return np.random.default_rng(4).normal(0, 0.3, 52)


def test_a_quiet_baseline_changes_nothing():
    guarded = guards(quiet())

    assert (guarded.theta, guarded.se, guarded.drift_used) == (-0.3, 0.1, False)
    assert guarded.placebo.kappa < 1.5
    assert guarded.placebo.windows == 52 - 12 - 17 + 1


def test_a_baseline_that_moved_widens_the_error():
    step = np.where(WEEKS < 26, -0.4, 0.4)
    moving = quiet() + step - step.mean()

    guarded = guards(moving, drift_key=False)

    assert guarded.placebo.kappa > 1.5
    assert guarded.se == pytest.approx(0.1 * guarded.placebo.kappa)
    assert guarded.theta == -0.3
    assert guarded.drift is None


def test_a_trend_in_the_direction_of_the_effect_is_taken_out():
    guarded = guards(-0.03 * WEEKS + quiet(), placebo=False)

    slope, error, lever = guarded.drift
    trust = 1e-4 / (1e-4 + error**2)
    assert guarded.drift_used
    assert guarded.theta == pytest.approx(-0.3 - trust * slope * lever)
    assert guarded.se == pytest.approx(math.sqrt(0.01 + lever**2 * trust * error**2))
    assert guarded.placebo is None


def test_a_trend_against_the_effect_is_reported_and_left():
    guarded = guards(0.03 * WEEKS + quiet())

    assert guarded.drift.slope_per_week > 0
    assert (guarded.theta, guarded.drift_used) == (-0.3, False)


def test_missing_weeks_keep_their_numbers():
    kept = np.concatenate((np.arange(20), np.arange(26, 52)))

    guarded = guards(-0.03 * kept.astype(float) + quiet()[:46], weeks=kept)

    assert guarded.drift.slope_per_week == pytest.approx(-0.03, abs=0.005)


@pytest.mark.parametrize("weeks, windows", [(23, 4), (22, 3), (12, 0)])
def test_kappa_needs_four_fake_go_lives(weeks, windows):
    placebo = placebo_in_time(
        PseudoValues(quiet()[:weeks], np.arange(weeks)), np.ones(weeks), after_weeks=12
    )

    assert placebo.windows == windows
    assert math.isnan(placebo.kappa) == (windows < 4)


def test_a_baseline_that_does_not_vary_has_no_kappa():
    placebo = placebo_in_time(PseudoValues(np.zeros(52), WEEKS), np.ones(52), after_weeks=12)

    assert math.isnan(placebo.kappa)
