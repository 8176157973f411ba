from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.errors import DomainError, Forbidden, Stale
from core.models import AuditEvent
from people.choices import Role
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.workflows import AiToolFactory, RedesignFactory, WorkflowFactory
from workflows.models import Workflow
from workflows.operations.freezing import freeze_version
from workflows.operations.workflows import (
    ActivityFacts,
    StillRunning,
    TooManySteps,
    WorkflowFacts,
    edit_workflow,
    log_workflow,
    retire_workflow,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def facts_for(unit, **changes):
    given = {
        "name": "Batch record review",
        "owner": unit.head,
        "unit": unit,
        "function": "Quality",
        "purpose": "Release batches",
        "yearly_volume": 400,
    }
    return WorkflowFacts(**{**given, **changes})


def facts_of(workflow, **changes):
    names = ("name", "owner", "unit", "function", "purpose", "yearly_volume")
    return WorkflowFacts(**{**{name: getattr(workflow, name) for name in names}, **changes})


def steps_of(version):
    return [
        ActivityFacts(**{name: getattr(row, name) for name in ActivityFacts.__dataclass_fields__})
        for row in version.activities.order_by("position")
    ]


def save(workflow, steps=None, *, actor=None, row_version=None, **changes):
    steps = steps_of(workflow.current_version) if steps is None else steps
    return edit_workflow(
        workflow=workflow,
        actor=actor or workflow.owner,
        facts=facts_of(workflow, **changes),
        steps=steps,
        row_version=row_version or workflow.row_version,
    )


# --- log -------------------------------------------------------------------------------------------
def test_log_workflow_writes_version_1_with_its_steps_and_one_event():
    unit = OrgUnitFactory()
    tool = AiToolFactory()
    steps = [
        ActivityFacts(title="Print", touch_minutes=Decimal("12.5")),
        ActivityFacts(title="Wait", kind="wait", wait_minutes=Decimal(600)),
    ]

    workflow = log_workflow(
        actor=unit.head, facts=facts_for(unit, candidate_tools=(tool,)), steps=steps, at=AT
    )

    workflow.refresh_from_db()
    assert workflow.slug == "batch-record-review"
    assert workflow.created_at == AT
    assert workflow.current_version.number == 1
    assert [
        (row.position, row.title)
        for row in workflow.current_version.activities.order_by("position")
    ] == [(1, "Print"), (2, "Wait")]
    assert list(workflow.candidate_tools.all()) == [tool]
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject_id, event.actor) == (
        "workflow.logged",
        str(workflow.public_id),
        unit.head,
    )
    assert len(event.after["steps"]) == 2


def test_log_workflow_gives_the_second_of_a_name_its_own_slug():
    unit = OrgUnitFactory()

    slugs = [
        log_workflow(actor=unit.head, facts=facts_for(unit, name=name), steps=[], at=AT).slug
        for name in ("Release", "Release", "リリース", "リリース")
    ]

    assert slugs == ["release", "release-2", "workflow", "workflow-2"]


def test_log_workflow_is_not_for_somebody_who_only_works_there():
    unit = OrgUnitFactory()
    employee = AssignmentFactory(unit=unit).person

    with pytest.raises(Forbidden):
        log_workflow(actor=employee, facts=facts_for(unit), steps=[], at=AT)
    assert not Workflow.objects.exists()


def test_log_workflow_stays_in_reach():
    unit, other = OrgUnitFactory(), OrgUnitFactory()

    with pytest.raises(Forbidden):
        log_workflow(actor=unit.head, facts=facts_for(other, owner=unit.head), steps=[], at=AT)
    with pytest.raises(Forbidden):
        log_workflow(actor=unit.head, facts=facts_for(unit, owner=other.head), steps=[], at=AT)


def test_log_workflow_reaches_below_and_the_program_office_everywhere():
    unit = OrgUnitFactory()
    below = OrgUnitFactory(parent=OrgUnitFactory(parent=unit))
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person

    log_workflow(actor=unit.head, facts=facts_for(below), steps=[], at=AT)
    log_workflow(actor=office, facts=facts_for(below), steps=[], at=AT)

    assert Workflow.objects.count() == 2


def test_log_workflow_refuses_more_than_300_steps():
    unit = OrgUnitFactory()

    with pytest.raises(TooManySteps):
        log_workflow(
            actor=unit.head, facts=facts_for(unit), steps=[ActivityFacts(title="x")] * 301, at=AT
        )


# --- edit ------------------------------------------------------------------------------------------
def test_edit_workflow_changes_an_open_version_in_place():
    workflow = WorkflowFactory(steps=3)
    version = workflow.current_version
    first, second, third = steps_of(version)
    steps = [third, replace(first, title="Read it"), ActivityFacts(title="New")]

    save(workflow, steps)

    rows = list(version.activities.order_by("position"))
    assert [row.title for row in rows] == [third.title, "Read it", "New"]
    assert [row.step_key for row in rows[:2]] == [third.step_key, first.step_key]
    assert rows[2].step_key not in {first.step_key, second.step_key, third.step_key}
    assert workflow.versions.count() == 1
    event = AuditEvent.objects.get()
    assert event.verb == "workflow.changed"
    assert event.before["steps"][str(second.step_key)]["title"] == second.title
    assert event.after["steps"][str(second.step_key)] is None
    assert event.after["steps"][str(first.step_key)]["title"] == "Read it"


def test_edit_workflow_makes_the_next_version_once_the_current_one_is_frozen():
    workflow = WorkflowFactory(steps=2)
    frozen = workflow.current_version
    freeze_version(frozen, at=AT)
    first, second = steps_of(frozen)

    saved = save(workflow, [second, replace(first, title="Read it")])

    frozen.refresh_from_db()
    assert saved.current_version.number == 2
    assert [step.title for step in steps_of(frozen)] == [first.title, second.title]
    assert [(step.step_key, step.title) for step in steps_of(saved.current_version)] == [
        (second.step_key, second.title),
        (first.step_key, "Read it"),
    ]
    assert AuditEvent.objects.get().after["version"] == 2


def test_edit_workflow_keeps_a_frozen_version_when_the_steps_stay():
    workflow = WorkflowFactory()
    freeze_version(workflow.current_version, at=AT)

    saved = save(workflow, purpose="Release batches sooner")

    assert saved.current_version_id == workflow.current_version_id
    assert AuditEvent.objects.get().after == {"purpose": "Release batches sooner"}


def test_edit_workflow_that_changes_nothing_leaves_no_trace():
    workflow = WorkflowFactory()

    save(workflow)

    workflow.refresh_from_db()
    assert workflow.row_version == 1
    assert not AuditEvent.objects.exists()


def test_edit_workflow_records_changed_tools():
    workflow = WorkflowFactory()
    tool = AiToolFactory(name="Reader", version="2")

    save(workflow, candidate_tools=(tool,))

    event = AuditEvent.objects.get()
    assert (event.before, event.after) == (
        {"candidate_tools": []},
        {"candidate_tools": ["Reader 2"]},
    )


def test_edit_workflow_gives_a_repeated_or_foreign_key_a_new_one():
    workflow = WorkflowFactory(steps=1)
    foreign = steps_of(WorkflowFactory(steps=1).current_version)[0]
    own = steps_of(workflow.current_version)[0]

    save(workflow, [own, own, foreign])

    keys = [step.step_key for step in steps_of(workflow.current_version)]
    assert keys[0] == own.step_key
    assert len(set(keys)) == 3
    assert foreign.step_key not in keys


def test_edit_workflow_refuses_an_older_row():
    workflow = WorkflowFactory()
    save(workflow, name="First")

    with pytest.raises(Stale):
        save(workflow, name="Second", row_version=1)

    workflow.refresh_from_db()
    assert workflow.name == "First"


@pytest.mark.parametrize("who", ["stranger", "colleague", "auditor"])
def test_edit_workflow_is_for_owner_managers_and_program_office(who):
    workflow = WorkflowFactory()
    actor = {
        "stranger": PersonFactory,
        "colleague": lambda: AssignmentFactory(unit=workflow.unit).person,
        "auditor": lambda: RoleGrantFactory(role=Role.AUDITOR).person,
    }[who]()

    with pytest.raises(Forbidden):
        save(workflow, actor=actor, name="Mine now")


def test_edit_workflow_lets_a_manager_above_and_the_program_office():
    top = OrgUnitFactory()
    workflow = WorkflowFactory(unit=OrgUnitFactory(parent=top))

    saved = save(workflow, actor=top.head, name="By the manager above")
    saved = save(saved, actor=RoleGrantFactory().person, name="By the program office")

    assert saved.name == "By the program office"


def test_edit_workflow_lets_an_owner_stay_who_moved_away():
    away = PersonFactory()
    workflow = WorkflowFactory(owner=away)

    saved = save(workflow, actor=workflow.unit.head, name="Other name")

    assert saved.owner == away


@pytest.mark.django_db(transaction=True)
def test_edit_workflow_by_two_at_once_lets_one_win(run_together):
    workflow = WorkflowFactory(steps=2)

    def edit(name):
        return save(Workflow.objects.get(pk=workflow.pk), name=name, row_version=1)

    outcomes = run_together(lambda: edit("One"), lambda: edit("Two"))

    workflow.refresh_from_db()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Stale", "Workflow"]
    assert workflow.row_version == 2
    assert workflow.name in {"One", "Two"}


@pytest.mark.django_db(transaction=True)
def test_log_workflow_by_two_at_once_gives_two_slugs(run_together):
    unit = OrgUnitFactory()

    def log():
        return log_workflow(actor=unit.head, facts=facts_for(unit), steps=[], at=AT)

    run_together(log, log)

    assert sorted(Workflow.objects.values_list("slug", flat=True)) == [
        "batch-record-review",
        "batch-record-review-2",
    ]


# --- retire ----------------------------------------------------------------------------------------
def test_retire_workflow_keeps_the_row_and_says_why():
    workflow = WorkflowFactory()

    retire_workflow(workflow=workflow, actor=workflow.owner, reason=" Done elsewhere ", at=AT)

    workflow.refresh_from_db()
    event = AuditEvent.objects.get()
    assert workflow.retired_at == AT
    assert (event.verb, event.reason) == ("workflow.retired", "Done elsewhere")
    with pytest.raises(Forbidden):
        save(workflow, name="Still here", row_version=workflow.row_version)


def test_retire_workflow_needs_a_reason():
    workflow = WorkflowFactory()

    with pytest.raises(DomainError):
        retire_workflow(workflow=workflow, actor=workflow.owner, reason="  ", at=AT)


def test_retire_workflow_waits_for_its_redesigns():
    redesign = RedesignFactory()

    with pytest.raises(StillRunning):
        retire_workflow(
            workflow=redesign.workflow, actor=redesign.workflow.owner, reason="Over", at=AT
        )
