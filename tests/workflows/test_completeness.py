"""What stops a submit, table by table (R24, R25)."""

import itertools
from datetime import date

import pytest

from tests.factories.people import PersonFactory
from tests.factories.workflows import (
    AiToolFactory,
    GuardrailFactory,
    RedesignFactory,
    WorkflowFactory,
    WorkflowVersionFactory,
)
from workflows.choices import (
    AiActRisk,
    Automation,
    Change,
    DataClass,
    GxpImpact,
    PersonalData,
    RedesignState,
)
from workflows.comparison import compare
from workflows.completeness import (
    MINIMUM_SAMPLE,
    OVERSIGHT,
    TIERS,
    WORDS,
    Tier,
    checks,
    missing_oversight,
    stopping,
    tier_of,
)
from workflows.models import Revision

pytestmark = pytest.mark.django_db


def found(revision, today=None):
    revision = Revision.objects.get(pk=revision.pk)
    base = revision.redesign.base_version.activities.all()
    return checks(revision, compare(base, revision.activities.all()), today=today)


def stops(revision):
    return [check.code for check in stopping(found(revision))]


def warns(revision):
    return [check.code for check in found(revision) if not check.passed and not check.blocking]


@pytest.fixture
def revision():
    return RedesignFactory().current_revision


def put(revision, **values):
    Revision.objects.filter(pk=revision.pk).update(**values)
    for name, value in values.items():
        setattr(revision, name, value)


def test_a_complete_draft_may_be_submitted(revision):
    assert stops(revision) == []
    assert warns(revision) == ["go_live_planned", "guardrails"]


def test_guardrails_and_a_date_leave_nothing_to_say(revision):
    GuardrailFactory(hypothesis=revision.hypothesis)
    type(revision.hypothesis).objects.update(planned_go_live_date="2027-01-01")

    assert (stops(revision), warns(revision)) == ([], [])


@pytest.mark.parametrize(
    "values, code",
    [
        ({"summary": "  "}, "summary"),
        ({"tool": None}, "tool_named"),
        ({"data_classes": []}, "data_classes"),
        ({"overseer": None}, "oversight"),
        ({"oversight_what": " "}, "oversight"),
        ({"oversight_stop": ""}, "oversight"),
        ({"oversight_fallback": "\n"}, "oversight"),
        ({"oversight_sample_percent": None}, "oversight"),
        ({"ai_act_risk": AiActRisk.PROHIBITED}, "prohibited"),
        ({"data_classes": [DataClass.PERSONAL]}, "personal_data_agrees"),
        (
            {"data_classes": [DataClass.HEALTH], "personal_data": PersonalData.ORDINARY},
            "personal_data_agrees",
        ),
    ],
)
def test_each_gap_stops(revision, values, code):
    put(revision, **values)

    assert stops(revision) == [code]


def test_nothing_promised_stops(revision):
    revision.hypothesis.delete()

    assert stops(revision) == ["hypothesis"]


@pytest.mark.parametrize("off", [{"placebo": False}, {"drift_key": False}])
def test_a_guard_switched_off_is_told_but_stops_nothing(revision, off):
    assert "guards_on" not in warns(revision)

    type(revision.hypothesis).objects.update(**off)

    assert "guards_on" in warns(revision)
    assert stops(revision) == []


def test_with_a_comparison_workflow_no_guard_is_missed(revision):
    type(revision.hypothesis).objects.update(
        placebo=False, drift_key=False, comparison=WorkflowFactory()
    )

    assert "guards_on" not in warns(revision)


def test_nothing_changed_stops(revision):
    put(revision, tool=None)
    revision.activities.update(change=Change.KEPT)

    assert stops(revision) == ["something_changes"]


def test_everything_removed_stops(revision):
    put(revision, tool=None)
    revision.activities.update(change=Change.REMOVED)

    assert stops(revision) == ["work_remains"]


def test_an_older_base_stops(revision):
    workflow = revision.redesign.workflow
    workflow.current_version = WorkflowVersionFactory(workflow=workflow, number=2)
    workflow.save()

    assert stops(revision) == ["base_is_current"]


def test_a_retired_tool_stops_and_an_unapproved_one_warns(revision):
    put(revision, tool=AiToolFactory(approved=False))
    assert stops(revision) == []
    assert "tool_approved" in warns(revision)

    put(revision, tool=AiToolFactory(retired_at=revision.created_at))
    assert stops(revision) == ["tool_in_use"]


def test_an_overseer_who_left_stops(revision):
    put(revision, overseer=PersonFactory(is_active=False))

    assert stops(revision) == ["overseer_active"]


def test_steps_without_times_are_only_mentioned(revision):
    revision.activities.filter(position=1).update(touch_minutes=None, wait_minutes=None)

    assert stops(revision) == []
    assert "times_stated" in warns(revision)


def test_without_ai_no_oversight_is_asked_for(revision):
    put(revision, tool=None, overseer=None, oversight_what="", oversight_stop="")
    revision.activities.update(change=Change.CHANGED)

    assert stops(revision) == []


def test_every_missing_check_points_at_a_part_of_the_editor(revision):
    put(revision, summary="", tool=None, overseer=None)

    for check in found(revision):
        assert check.field.startswith("id_") or check.field in {"steps", "guardrails"}
        assert str(check.title)
        assert check.passed or str(check.note)


# --- the tables ---------------------------------------------------------------------------------
def test_each_class_is_in_its_table():
    assert {field: set(table) for field, table in TIERS.items()} == {
        "ai_act_risk": set(AiActRisk),
        "gxp_impact": set(GxpImpact),
        "personal_data": set(PersonalData),
        "automation": set(Automation),
    }
    assert set(OVERSIGHT) == set(MINIMUM_SAMPLE) == set(Tier)
    assert all(fields <= set(WORDS) for fields in OVERSIGHT.values())


CLASSES = list(itertools.product(AiActRisk, GxpImpact, PersonalData, Automation))


@pytest.mark.parametrize("ai_act, gxp, personal, automation", CLASSES)
def test_highest_class_decides_the_oversight(ai_act, gxp, personal, automation):
    revision = Revision(
        ai_act_risk=ai_act, gxp_impact=gxp, personal_data=personal, automation=automation
    )
    expected = max(
        {"minimal": 1, "transparency": 2, "high": 3, "prohibited": 3}[ai_act],
        {"none": 1, "indirect": 2, "direct": 3}[gxp],
        {"none": 1, "ordinary": 2, "special": 3}[personal],
        {"assist": 1, "approves_each": 1, "samples": 2, "none": 3}[automation],
    )

    assert tier_of(revision, uses_ai=True) == expected
    assert tier_of(revision, uses_ai=False) == Tier.NO_AI
    assert missing_oversight(revision, uses_ai=True) == list(WORDS)
    assert missing_oversight(revision, uses_ai=False) == []
    revision.oversight_sample_percent = 0
    none_is_enough = expected == 1 or automation == Automation.APPROVES_EACH
    wanting = missing_oversight(revision, uses_ai=True)
    assert ("oversight_sample_percent" in wanting) is not none_is_enough


@pytest.mark.parametrize("generative", [True, False])
@pytest.mark.parametrize("gxp", list(GxpImpact))
@pytest.mark.parametrize("automation", list(Automation))
def test_generative_ai_in_gxp_steps(revision, generative, gxp, automation):
    put(
        revision,
        tool=AiToolFactory(is_generative=generative),
        gxp_impact=gxp,
        automation=automation,
    )

    blocked = generative and gxp == "direct" and automation != "approves_each"
    assert stops(revision) == (["generative_in_critical_gxp"] if blocked else [])
    warned = {
        ("direct", "approves_each"): "generative_in_critical_gxp_approved_by_people",
        ("indirect", "none"): "generative_in_indirect_gxp_without_people",
    }.get((gxp.value, automation.value))
    said = [code for code in warns(revision) if code.startswith("generative")]
    assert said == ([warned] if generative and warned else [])


@pytest.mark.parametrize("automation", list(Automation))
def test_high_risk_needs_people(revision, automation):
    put(revision, ai_act_risk=AiActRisk.HIGH, automation=automation)

    assert stops(revision) == (
        ["high_risk_without_people"] if automation == Automation.NONE else []
    )


@pytest.mark.parametrize(
    "planned, warned", [(date(2026, 11, 23), True), (date(2026, 11, 24), False)]
)
def test_a_planned_day_that_has_passed_is_told_and_stops_nothing(revision, planned, warned):
    type(revision.hypothesis).objects.update(planned_go_live_date=planned)

    told = [check for check in found(revision, date(2026, 11, 24)) if check.code == "go_live_ahead"]

    assert [check.stops for check in told] == ([False] if warned else [])


def test_work_that_is_live_is_told_nothing_of_its_plan(revision):
    type(revision.hypothesis).objects.update(planned_go_live_date=date(2026, 11, 23))
    revision.redesign.state = RedesignState.LIVE
    base = revision.redesign.base_version.activities.all()

    told = checks(revision, compare(base, revision.activities.all()), today=date(2026, 11, 24))

    assert "go_live_ahead" not in {check.code for check in told}
