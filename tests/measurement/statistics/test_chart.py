import math
from itertools import pairwise

import numpy as np
import pytest

from measurement.statistics import Design, OpeningHours, control_chart, kaplan_meier

DAY = 86_400.0
WEEK = 7 * DAY


def test_weeks_run_from_the_baseline_through_the_washout_to_the_cutoff(made_up, moments):
    chart = control_chart(*made_up(a_day=4), **moments)

    periods = [week.period for week in chart.weeks]
    assert periods == ["before"] * 52 + ["washout"] * 2 + ["after"] * 14
    assert [week.begins_at for week in chart.weeks] == [
        moments["go_live"] + n * WEEK for n in range(-52, 16)
    ]
    assert chart.washout_ends_at == moments["go_live"] + 14 * DAY
    assert (chart.go_live, chart.reading_at) == (moments["go_live"], moments["cutoff"])


def test_points_are_medians_of_the_week_s_starts(made_up, moments):
    start, end = made_up(a_day=4)

    chart = control_chart(start, end, **moments)

    for week in chart.weeks:
        mine = (start >= week.begins_at) & (start < week.begins_at + WEEK)
        done = end[mine] <= moments["cutoff"]
        spent = np.where(done, end[mine], moments["cutoff"]) - start[mine]
        expected = kaplan_meier(spent, done).quantile(0.5)
        assert week.cases == mine.sum()
        assert week.median == pytest.approx(expected, nan_ok=True)
    assert chart.weeks[-1].grey
    assert not chart.weeks[-4].grey


def test_limits_are_the_natural_limits_of_the_baseline(made_up, moments):
    start, end = made_up(a_day=6, median_days=0.2)

    chart = control_chart(start, end, **moments)

    # Nearly everything is done within its week, so the baseline's points are the chart's.
    logs = np.log([week.median for week in chart.weeks[:52]])
    half = 2.66 * np.abs(np.diff(logs)).mean()
    assert chart.baseline_weeks == 52
    assert math.log(chart.centre) == pytest.approx(logs.mean(), abs=1e-3)
    assert math.log(chart.upper / chart.centre) == pytest.approx(half, abs=1e-2)
    assert math.log(chart.centre / chart.lower) == pytest.approx(half, abs=1e-2)


def test_baseline_weeks_grey_at_go_live_do_not_carry_limits(made_up, moments):
    chart = control_chart(*made_up(a_day=6, median_days=20), **moments)

    assert 45 < chart.baseline_weeks < 51


def test_fewer_than_five_cases_are_no_point(made_up, moments):
    chart = control_chart(*made_up(a_day=0.4), **moments)

    assert all(math.isnan(week.median) for week in chart.weeks if week.cases < 5)
    assert math.isnan(chart.centre)


def test_limits_need_twelve_weeks_and_neighbours(made_up, moments):
    start, end = made_up(a_day=6, median_days=0.2)
    number = ((moments["go_live"] - start) // WEEK).astype(int)

    short = control_chart(start, end, **moments, data_from=moments["go_live"] - 11 * WEEK)
    every_other = control_chart(start[number % 2 == 0], end[number % 2 == 0], **moments)

    assert (short.baseline_weeks, math.isnan(short.upper)) == (11, True)
    assert (every_other.baseline_weeks, math.isnan(every_other.upper)) == (26, True)


def test_business_time_and_data_from(made_up, moments):
    start, end = made_up(a_day=4)
    days = np.arange(moments["go_live"] - 420 * DAY, moments["cutoff"] + DAY, DAY)
    calendar = OpeningHours(days, days + DAY / 2, days[0], days[-1] + DAY)

    chart = control_chart(
        start, end, **moments, calendar=calendar, data_from=moments["go_live"] - 100 * DAY
    )
    wall = control_chart(start, end, **moments)

    assert chart.weeks[0].begins_at == moments["go_live"] - 100 * DAY
    assert [week.period for week in chart.weeks].count("before") == 15
    assert 0.3 < chart.centre / wall.centre < 0.7


@pytest.mark.parametrize("cutoff_day", [-500, -10, 0, 10])
def test_a_cutoff_before_the_after_gives_a_chart(made_up, moments, cutoff_day):
    cutoff = moments["go_live"] + cutoff_day * DAY

    chart = control_chart(*made_up(), go_live=moments["go_live"], cutoff=cutoff)

    assert all(week.begins_at < cutoff for week in chart.weeks)


def test_no_cases_give_an_empty_chart(moments):
    chart = control_chart([], [], **moments, design=Design(after_days=None))

    assert {week.cases for week in chart.weeks} == {0}
    assert math.isnan(chart.centre)


def weekly(moments, sizes):
    """So many cases in each week before go-live, all done within the hour, a minute more each."""
    begin = moments["go_live"] - len(sizes) * WEEK
    starts = [
        begin + week * WEEK + DAY + number
        for week, size in enumerate(sizes)
        for number in range(size)
    ]
    spent = [600 + 60 * (n % 7) for n in range(len(starts))]
    return control_chart(
        starts, np.array(starts) + spent, **moments, data_from=begin, design=Design()
    )


def test_five_cases_are_a_point_and_four_are_not(moments):
    chart = weekly(moments, [5, 4] * 6)

    assert [math.isnan(week.median) for week in chart.weeks[:4]] == [False, True, False, True]
    assert [week.cases for week in chart.weeks[:4]] == [5, 4, 5, 4]
    assert [week.done for week in chart.weeks[:4]] == [5, 4, 5, 4]


@pytest.mark.parametrize("weeks, drawn", [(11, False), (12, True)])
def test_twelve_weeks_with_a_point_carry_limits(moments, weeks, drawn):
    chart = weekly(moments, [6] * weeks)

    assert (chart.baseline_weeks, not math.isnan(chart.centre)) == (weeks, drawn)


def test_limits_by_hand(moments):
    chart = weekly(moments, [5, 6, 7] * 5)

    logs = np.log([week.median for week in chart.weeks[:15]])
    half = 2.66 * np.abs(np.diff(logs)).mean()
    assert len(set(logs)) > 1
    assert chart.centre == pytest.approx(math.exp(logs.mean()))
    assert chart.lower == pytest.approx(math.exp(logs.mean() - half))
    assert chart.upper == pytest.approx(math.exp(logs.mean() + half))


def test_only_weeks_side_by_side_make_a_moving_range(moments):
    sizes = [6] * 14
    sizes[4] = 2

    chart = weekly(moments, sizes)

    medians = [math.log(week.median) for week in chart.weeks[:14] if not math.isnan(week.median)]
    moves = [abs(b - a) for n, (a, b) in enumerate(pairwise(medians)) if n != 3]
    assert math.log(chart.upper / chart.centre) == pytest.approx(2.66 * np.mean(moves))


@pytest.mark.parametrize("followed, grey", [(3, False), (2, True)])
def test_a_week_is_grey_until_three_of_four_could_be_followed(moments, followed, grey):
    # The typical time of the baseline is two days; the last week's cases started before or after.
    before = moments["go_live"] - WEEK * np.arange(1, 21) + DAY
    recent = moments["cutoff"] - DAY * np.array([2.0] * followed + [1.9] * (4 - followed))
    start = np.concatenate((np.repeat(before, 5), recent))

    chart = control_chart(start, start + 2 * DAY, **moments, data_from=before.min())

    assert [week.cases for week in chart.weeks][-1] == 4
    assert chart.weeks[-1].grey is grey
