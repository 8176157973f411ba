"""What a page, its table and the JSON show of weeks with few finished cases."""

from datetime import UTC, datetime, timedelta

import pytest

from core import charts
from measurement.models import CaseSummary, Reading
from measurement.queries.cases import cases_so_far
from measurement.queries.charts import control_chart_shown, quantile_plot_shown, weekly_json
from tests.factories.sign_offs import NOON, live
from tests.factories.workflows import WorkflowFactory

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def reading(*weeks, done=(50, 50)):
    """``weeks``: (cases, finished, median), from a Monday on, all before go-live."""
    stored = [
        {
            "period": "before",
            "begins_at": (MONDAY + timedelta(weeks=at)).timestamp(),
            "cases": cases,
            "done": finished,
            "median": median,
            "grey": False,
        }
        for at, (cases, finished, median) in enumerate(weeks)
    ]
    after = (MONDAY + timedelta(weeks=len(weeks))).timestamp()
    weekly = {"weeks": stored, "centre": None, "lower": None, "upper": None}
    weekly |= dict.fromkeys(("go_live", "washout_ends_at", "reading_at"), after)
    quantiles = {"probabilities": [0.5], "before": [1.0], "after": [2.0]}
    return Reading(
        chart={"weekly": weekly, "quantiles": quantiles},
        result={"done_before": done[0], "done_after": done[1]},
    )


def test_week_has_a_point_from_five_finished_cases_on():
    shown = reading((9, 4, 100.0), (9, 5, 200.0))

    assert [week.median for week in control_chart_shown(shown).weeks] == [None, 200.0]


def test_gap_says_why_in_the_table():
    shown = reading((9, 4, 100.0), (20, 9, None), (9, 9, 200.0), (0, 0, None))

    rows = control_chart_shown(shown).table().rows

    assert [(row[2], row[3], row[4]) for row in rows] == [
        ("–", "9", "fewer than 5 finished, so no point"),
        ("–", "20", "too few finished for a median"),
        (rows[2][2], "9", ""),
        ("–", "0", ""),
    ]


def test_json_has_the_gaps_of_the_page():
    shown = reading((9, 4, 100.0), (9, 5, 200.0))

    assert weekly_json(shown) == [
        {"week_of": "2026-03-02", "median_seconds": None, "cases": 9, "complete": True},
        {"week_of": "2026-03-09", "median_seconds": 200.0, "cases": 9, "complete": True},
    ]
    assert weekly_json(Reading(chart=None)) == []


def test_a_raised_minimum_holds_for_what_is_stored_already(settings):
    settings.MINIMUM_GROUP = 8
    shown = reading((9, 7, 100.0), (9, 8, 200.0), done=(50, 7))

    assert [week.median for week in control_chart_shown(shown).weeks] == [None, 200.0]
    assert control_chart_shown(shown).table().rows[0][4] == "fewer than 8 finished, so no point"
    assert quantile_plot_shown(shown) is None


@pytest.mark.parametrize("done, drawn", [((5, 5), True), ((4, 90), False), ((90, 4), False)])
def test_curve_of_quick_and_slow_cases_needs_as_many_on_both_sides(done, drawn):
    assert (quantile_plot_shown(reading(done=done)) is not None) is drawn


@pytest.mark.django_db
def test_trend_in_lists_has_the_same_gaps():
    workflow = WorkflowFactory()
    weeks = [["2026-03-02", 100.0, 9, 4], ["2026-03-09", 200.0, 9, 5], ["2026-03-16", 300.0, 5]]
    CaseSummary.objects.create(workflow=workflow, weekly=weeks, refreshed_at=MONDAY)

    assert cases_so_far([workflow])[workflow.pk].before == [None, 200.0, 300.0]


@pytest.mark.parametrize(
    "working, unit, told",
    [(True, "working hours", "64 working hours"), (False, "days", "2.7 days")],
)
def test_charts_of_a_work_calendar_are_in_working_hours(working, unit, told):
    """64 working hours are not 2.7 days, in the picture, its tooltips and its table."""
    seconds = 64 * 3600.0
    shown = reading((9, 9, seconds), (9, 9, seconds))
    shown.chart["quantiles"] = {"probabilities": [0.5], "before": [seconds], "after": [seconds]}
    shown.calendar_version_id = 1 if working else None

    for chart, draw in (
        (control_chart_shown(shown), charts.control_chart),
        (quantile_plot_shown(shown), charts.quantile_plot),
    ):
        picture = str(draw(chart))
        assert f">{unit}</text>" in picture
        assert told in picture
        assert told in str(chart.table().rows)
    assert ("days" in str(charts.quantile_plot(chart))) is not working


@pytest.mark.django_db
def test_the_weeks_shown_stand_around_the_go_live():
    """Twelve weeks after a go-live of long ago still show what was before it."""
    redesign = live(at=NOON, live_at=NOON - timedelta(weeks=30)).redesign
    first = (NOON - timedelta(weeks=60)).date()
    weeks = [(first + timedelta(weeks=n)).isoformat() for n in range(60)]
    CaseSummary.objects.create(
        workflow=redesign.workflow,
        weekly=[[day, float(n), 9, 9] for n, day in enumerate(weeks)],
        refreshed_at=NOON,
    )

    shown = cases_so_far([redesign.workflow])[redesign.workflow_id]

    assert shown.before == [float(n) for n in range(18, 30)]
    assert shown.after == [float(n) for n in range(30, 42)]


@pytest.mark.django_db
def test_work_that_never_went_live_shows_its_last_24_weeks():
    workflow = WorkflowFactory()
    days = [(NOON - timedelta(weeks=40 - n)).date().isoformat() for n in range(40)]
    CaseSummary.objects.create(
        workflow=workflow,
        weekly=[[day, float(n), 9, 9] for n, day in enumerate(days)],
        refreshed_at=NOON,
    )

    shown = cases_so_far([workflow])[workflow.pk]

    assert (shown.before, shown.after) == ([float(n) for n in range(16, 40)], [])
