"""Before go-live: what the baseline can show, from a workflow's real cases."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from core.panels import drawing_of
from measurement.models import Case, CaseSummary
from measurement.queries import planning
from measurement.queries.planning import at_go_live, planning_of
from tests.factories.cases import NOW, imported, simulated
from tests.factories.workflows import RedesignFactory
from workflows.models import Hypothesis, Redesign, Workflow
from workflows.queries.reading_dates import reading_plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def with_cases(*, weeks=54, **promised):
    redesign = RedesignFactory()
    imported(redesign.workflow, simulated(go_live=NOW, weeks_before=weeks, until=NOW, per_day=1.5))
    Hypothesis.objects.filter(revision__redesign=redesign).update(**promised)
    return Redesign.objects.get(pk=redesign.pk)


def test_nothing_is_planned_without_cases():
    assert planning_of(RedesignFactory()) is None


def test_nothing_is_planned_without_a_promise():
    assert planning_of(RedesignFactory(revision=False)) is None


def test_a_year_of_cases_is_enough_and_says_what_it_could_show():
    told = planning_of(with_cases())

    assert told.plan.completed > told.completed_needed == 40
    assert told.enough_on is None
    assert 0.5 < told.plan.detectable_ratio < 1
    assert told.detects_promise is (told.plan.detectable_ratio >= 0.8)
    assert told.data_to == NOW


def test_a_bolder_promise_is_easier_to_see():
    assert planning_of(with_cases(target_ratio="0.50")).detects_promise is True
    assert planning_of(with_cases(target_ratio="0.99")).detects_promise is False


def test_reading_date_is_the_go_live_with_washout_window_and_follow_up():
    day = NOW.date() + timedelta(days=30)
    redesign = with_cases(planned_go_live_date=day, washout_days=14, after_days=84)

    told = planning_of(redesign)

    follow_up = planning.figures_at(redesign, redesign.current_revision.hypothesis, go_live=NOW)[
        "follow_up_days"
    ]
    assert told.reading_date == day + timedelta(days=14 + 84 + int(follow_up))


def test_first_look_is_six_weeks_after_the_washout():
    day = NOW.date() + timedelta(days=30)

    told = planning_of(with_cases(planned_go_live_date=day, washout_days=28))

    assert told.early_date == day + timedelta(days=28 + 42)
    assert told.reading_date > told.early_date


def test_weeks_before_are_those_the_data_reach_back():
    assert planning_of(with_cases(weeks=20)).weeks in {19, 20}
    assert planning_of(with_cases(weeks=80)).weeks == 52


def picked(redesign):
    Workflow.objects.filter(pk=redesign.workflow_id).update(picked_because_slow=True)
    return planning_of(Redesign.objects.get(pk=redesign.pk))


def test_work_picked_because_it_was_slow_needs_a_year_or_a_comparison_as_slow():
    other = with_cases(weeks=20).workflow

    assert planning_of(with_cases(weeks=20)).too_short_for_pick is False
    assert picked(with_cases(weeks=20)).too_short_for_pick is True
    assert picked(with_cases(weeks=80)).too_short_for_pick is False
    assert picked(with_cases(weeks=20, comparison=other)).too_short_for_pick is False


def test_comparison_that_is_much_quicker_does_not_make_up_for_the_pick():
    quick = RedesignFactory().workflow
    cases = simulated(go_live=NOW, weeks_before=20, until=NOW, per_day=1.5, median_days=1.0)
    imported(quick, cases)

    assert picked(with_cases(weeks=20, comparison=quick)).too_short_for_pick is True


def panel_of(redesign, rf):
    template, context = drawing_of("measurement.planning")(rf.get("/"), redesign)
    return render_to_string(template, context)


def test_panel_warns_of_a_bad_spell_and_of_a_short_history(rf):
    redesign = with_cases(weeks=20)
    picked(redesign)

    told = panel_of(Redesign.objects.get(pk=redesign.pk), rf)

    assert "picked because it was slow" in told
    assert "fewer than 26 weeks" in told
    assert "fewer than 26 weeks" not in panel_of(with_cases(weeks=40), rf)


def test_panel_asks_for_the_promise_where_cases_are_in_and_for_cases_where_none_are(rf):
    redesign = RedesignFactory(revision=False)
    assert "Add cases first" in panel_of(redesign, rf)

    imported(redesign.workflow, simulated(go_live=NOW, weeks_before=3, until=NOW, per_day=1.5))

    assert "Once the promise is saved" in panel_of(redesign, rf)


def test_too_few_cases_say_when_they_will_be_enough():
    told = planning_of(with_cases(weeks=3))

    assert told.plan.completed < 40
    assert told.enough_on > NOW.date()
    assert told.reading_date is None


@pytest.fixture
def _nothing_is_read(monkeypatch):
    def refuse(*args):
        raise AssertionError

    monkeypatch.setattr(planning, "case_arrays", refuse)


def limited_to(monkeypatch, cases):
    monkeypatch.setattr(planning, "DETAIL_LIMIT", cases)


def test_up_to_the_limit_cases_are_read_and_beyond_it_none(monkeypatch):
    redesign = with_cases(weeks=3)
    count = Case.objects.count()

    limited_to(monkeypatch, count)
    assert planning_of(redesign) is not None
    limited_to(monkeypatch, count - 1)
    with pytest.raises(planning.TooManyCases):
        planning_of(redesign)


def test_cases_of_the_comparison_count_as_well(monkeypatch):
    other = with_cases(weeks=3).workflow
    redesign = with_cases(weeks=3, comparison=other)

    limited_to(monkeypatch, Case.objects.filter(workflow=redesign.workflow).count())

    with pytest.raises(planning.TooManyCases):
        planning_of(redesign)


@pytest.mark.usefixtures("_nothing_is_read")
def test_go_live_beyond_the_limit_reads_nothing_and_waits_the_longest(monkeypatch):
    redesign = with_cases(weeks=3)
    limited_to(monkeypatch, 1)

    plan = reading_plan(redesign, redesign.current_revision.hypothesis, NOW)

    assert (plan.too_many_cases, plan.follow_up_days) == (True, 28)
    assert (plan.planned_information, plan.detectable_ratio) == (None, None)


@pytest.mark.usefixtures("_nothing_is_read")
def test_limit_holds_while_an_import_is_not_counted_yet(monkeypatch):
    redesign = with_cases(weeks=3)
    CaseSummary.objects.update(cases=1)
    limited_to(monkeypatch, 10)

    with pytest.raises(planning.TooManyCases):
        planning_of(redesign)


@pytest.mark.usefixtures("_nothing_is_read")
def test_planning_panel_beyond_the_limit_says_why_it_is_empty(monkeypatch, rf):
    redesign = with_cases(weeks=3)
    limited_to(monkeypatch, 1)

    template, context = drawing_of("measurement.planning")(rf.get("/"), redesign)

    assert "too many cases to work this out" in render_to_string(template, context)


def test_go_live_registers_the_same_figures():
    redesign = with_cases()
    redesign.go_live_at = NOW

    told = at_go_live(redesign)

    assert set(told) == {
        "follow_up_days",
        "planned_information",
        "detectable_ratio",
        "source",
    }
    assert told["detectable_ratio"] == planning_of(redesign).plan.detectable_ratio


def test_go_live_without_cases_registers_nothing_it_does_not_know():
    redesign = RedesignFactory()
    redesign.go_live_at = timezone.now()

    assert at_go_live(redesign)["detectable_ratio"] is None
