"""Functions that combine or redraw readings: last year, later dates, quantiles, planning."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from measurement.statistics import (
    Comparison,
    Design,
    Gate,
    OpeningHours,
    evaluate,
    follow_up_days,
    plan,
    quantile_plot,
    same_weeks_last_year,
)
from measurement.statistics import lasting as said

DAY = 86_400.0


def test_same_weeks_last_year_is_the_difference_of_two_readings(made_up, moments):
    start, end = made_up(ratio=0.6, a_day=3, first_day=-800)
    kind = np.arange(len(start)) % 2
    plain = Design(placebo=False, drift_key=False)

    result = same_weeks_last_year(start, end, kind=kind, **moments)

    back = {name: at - 364 * DAY for name, at in moments.items()}
    now, then = (evaluate(start, end, kind=kind, **at, design=plain) for at in (moments, back))
    assert repr(result.this_year) == repr(now)
    assert repr(result.last_year) == repr(then)
    assert result.ratio == pytest.approx(now.ratio / then.ratio)
    assert result.se == pytest.approx(math.hypot(now.se, then.se))
    assert result.df == pytest.approx(result.se**4 / (now.se**4 / now.df + then.se**4 / then.df))
    half = stats.t.ppf(0.975, result.df) * result.se
    assert math.log(result.high / result.ratio) == pytest.approx(half)
    assert math.log(result.ratio / result.low) == pytest.approx(half)


def test_same_weeks_last_year_needs_two_years(made_up, moments):
    result = same_weeks_last_year(*made_up(first_day=-300), **moments)

    assert math.isnan(result.ratio)
    assert result.this_year.ratio > 0


@pytest.fixture
def reading(made_up, moments):
    return evaluate(*made_up(ratio=0.6, a_day=4), **moments)


def test_lasting_is_sustained_relapse_or_neither(reading):
    weak = replace(reading, verdict="insufficient_evidence", low=0.5, high=1.1)
    gone = replace(reading, verdict="no_measurable_change", low=0.9, high=1.1)
    gate = replace(reading.gates["G4"], passed=False)
    unknown = replace(gone, verdict="insufficient_evidence", gates={**reading.gates, "G4": gate})

    assert said(reading, reading) == "sustained"
    assert said(reading, weak) == "not_shown"
    assert said(reading, gone) == "relapse"
    assert said(reading, replace(gone, low=reading.ratio)) == "not_shown"
    assert said(reading, unknown) == "not_known"
    assert said(gone, gone) == "not_shown"
    assert isinstance(gate, Gate)


def test_quantile_plot_shows_what_the_effect_is_made_of(made_up, moments):
    start, end = made_up(ratio=0.6, a_day=3)
    kind = np.arange(len(start)) % 2

    data_from = moments["go_live"] - 300 * DAY

    drawn = quantile_plot(start, end, kind=kind, **moments, data_from=data_from)

    reading = evaluate(start, end, kind=kind, **moments, data_from=data_from)
    assert drawn.probabilities == reading.grid
    shift = np.log(drawn.after) - np.log(drawn.before)
    assert math.exp(shift.mean()) == pytest.approx(reading.unguarded_ratio)
    assert drawn.before[8] == pytest.approx(reading.median_before, rel=0.05)


def test_quantile_plot_is_empty_without_an_after(made_up, moments):
    drawn = quantile_plot(*made_up(), go_live=moments["go_live"], cutoff=moments["go_live"])

    assert (drawn.probabilities, drawn.before, drawn.after) == ((), (), ())


def test_plan_equals_the_reading_s_planning_figures(made_up, moments):
    start, end = made_up(a_day=3)
    other = Comparison(*made_up(seed=9))
    days = np.arange(moments["go_live"] - 420 * DAY, moments["cutoff"] + DAY, DAY)
    calendar = OpeningHours(days, days + DAY / 2, days[0], days[-1] + DAY)

    for changes in ({}, {"comparison": other}, {"calendar": calendar}):
        planned = plan(start, end, **moments, **changes, data_from=moments["go_live"] - 300 * DAY)
        reading = evaluate(
            start, end, **moments, **changes, data_from=moments["go_live"] - 300 * DAY
        )
        assert planned.information == reading.planned_information
        assert planned.detectable_ratio == reading.detectable_ratio
        assert (planned.median, planned.p85) == (reading.median_before, reading.p85_before)
        assert planned.cases_a_week == pytest.approx(reading.n_before / (300 / 7))


def test_plan_without_a_window_has_no_figures(moments):
    planned = plan([], [], **moments, data_from=moments["go_live"] + DAY)

    assert (planned.cases, math.isnan(planned.cases_a_week)) == (0, True)
    assert math.isnan(planned.information)


@pytest.mark.parametrize(
    "median_days, days",
    [(1, 0), (21, 0), (21.01, 1), (30, 9), (49, 28), (60, 28)],
)
def test_follow_up_covers_the_late_starters(moments, median_days, days):
    start = moments["go_live"] - (70 + np.arange(100)) * DAY

    assert follow_up_days(start, start + median_days * DAY, go_live=moments["go_live"]) == days


def test_follow_up_is_longest_where_the_median_is_not_reached(moments):
    start = moments["go_live"] - np.arange(1, 101) * DAY
    ends = np.full(100, np.nan)

    for data_from in (None, moments["go_live"] - 50 * DAY):
        assert follow_up_days(start, ends, go_live=moments["go_live"], data_from=data_from) == 28
