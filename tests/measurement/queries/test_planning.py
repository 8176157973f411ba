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
from workflows.models import Hypothesis, Redesign
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
