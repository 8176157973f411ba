"""Figures that others published, and two textbook methods where they must agree with ours."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from lifelines import KaplanMeierFitter
from statsmodels.tsa.arima_process import arma_acovf

from measurement.statistics import Design, evaluate, kaplan_meier
from measurement.statistics.baseline_guards import drift_of
from measurement.statistics.jackknife import inflation
from measurement.statistics.levels import PseudoValues
from measurement.statistics.survival import median_and_p85

DAY = 86_400.0
# Freireich et al. 1963, Blood 21: weeks in remission under 6-mercaptopurine (True = relapsed) and
# under placebo; the survival column as every textbook prints it, and R's survfit.
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [n in (0, 1, 2, 4, 6, 9, 10, 14, 15) for n in range(21)]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_remission_under_6_mp_is_the_published_table():
    curve = kaplan_meier(TREATED, RELAPSED)

    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.completed.tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert curve.survival.round(3).tolist() == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    assert curve.quantile(0.5) == 23
    assert math.isnan(curve.quantile(0.85))


def test_remission_under_placebo_is_the_published_table():
    curve = kaplan_meier(PLACEBO, [True] * 21)

    assert curve.times.tolist() == [1, 2, 3, 4, 5, 8, 11, 12, 15, 17, 22, 23]
    assert curve.survival.round(3).tolist() == [
        *(0.905, 0.810, 0.762, 0.667, 0.571, 0.381),
        *(0.286, 0.190, 0.143, 0.095, 0.048, 0.0),
    ]
    assert (curve.quantile(0.5), curve.quantile(0.85)) == (8, 15)


def test_printed_medians_are_those_of_the_published_table():
    order = np.lexsort((~np.array(RELAPSED), TREATED))

    treated = median_and_p85(1000.0 * np.array(TREATED)[order], np.array(RELAPSED)[order])

    assert treated[0] == 23
    assert math.isnan(treated[1])
    assert median_and_p85(1000.0 * np.array(PLACEBO), np.ones(21, bool)) == (8, 15)


def test_a_curve_of_thousands_of_times_equals_lifelines():
    rng = np.random.default_rng(11)
    spent, followed = rng.lognormal(12, 0.9, 5_000), rng.uniform(0, 4e5, 5_000)
    done, duration = spent <= followed, np.minimum(spent, followed)

    curve = kaplan_meier(duration, done)

    fitted = KaplanMeierFitter().fit(duration, done)
    expected = fitted.survival_function_at_times(curve.times).to_numpy()
    assert len(curve.times) == done.sum()
    assert np.abs(curve.survival - expected).max() < 1e-9
    assert curve.quantile(0.5) == fitted.median_survival_time_


def test_the_drift_of_a_baseline_is_weighted_regression_with_a_robust_error():
    rng = np.random.default_rng(3)
    weeks = np.delete(np.arange(52), [7, 8, 30])
    values = 0.01 * weeks + rng.normal(0, 0.2, len(weeks)) * (1 + weeks / 40)
    weights = rng.integers(1, 30, len(weeks)).astype(float)

    drift = drift_of(PseudoValues(values, weeks), weights, lever_weeks=30.0)

    fitted = sm.WLS(values, sm.add_constant(weeks), weights=weights).fit(cov_type="HC1")
    assert drift.slope_per_week == pytest.approx(fitted.params[1], rel=1e-9)
    assert drift.se == pytest.approx(fitted.bse[1], rel=1e-9)


@pytest.mark.parametrize("r", [0.1, 0.4, 0.75])
@pytest.mark.parametrize("weeks", [2, 12, 52])
def test_inflation_is_the_variance_of_a_mean_of_an_autoregression(r, weeks):
    lags = arma_acovf([1, -r], [1], nobs=weeks)
    covariance = lags[np.abs(np.subtract.outer(range(weeks), range(weeks)))]

    assert inflation(weeks, r) == pytest.approx(covariance.sum() / weeks / lags[0], rel=1e-9)


@pytest.mark.parametrize("autocorrelation", [0.0, 0.35])
def test_without_open_cases_a_regression_with_hac_errors_says_about_the_same(autocorrelation):
    # Level shift of log times, errors as Newey & West. All is done within hours: nothing is censored.
    rng = np.random.default_rng(5)
    go_live = 1_740_985_200.0
    day = np.sort(rng.uniform(-364, 98, 2_800))
    shock = np.zeros(67)
    for week in range(1, 67):
        shock[week] = autocorrelation * shock[week - 1] + 0.1 * rng.standard_normal()
    level = np.log(7_200) + shock[((day + 364) // 7).astype(int)] + np.where(day >= 0, -0.25, 0.0)
    spent = np.exp(level + 0.6 * rng.standard_normal(len(day)))
    used = (day < 0) | (day >= 14)
    start = go_live + day[used] * DAY

    reading = evaluate(
        start,
        start + spent[used],
        go_live=go_live,
        cutoff=go_live + 100 * DAY,
        design=Design(placebo=False, drift_key=False),
    )

    after = sm.add_constant((day[used] >= 0).astype(float))
    lags = int(6 * 2_800 / 66)  # six weeks of cases
    fitted = sm.OLS(np.log(spent[used]), after).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    assert math.log(reading.ratio) == pytest.approx(fitted.params[1], abs=0.5 * fitted.bse[1])
    assert 0.6 < reading.se / fitted.bse[1] < 1.7
