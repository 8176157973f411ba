"""Proposing, saving, revising and copying: one verb each."""

import threading
import uuid
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from core.errors import Forbidden, Stale
from core.models import AuditEvent
from people.models import OrgUnit
from tests.factories.people import OrgUnitFactory, PersonFactory, WorkCalendarFactory
from tests.factories.sign_offs import put_into, some_policy, workflow_below
from tests.factories.workflows import (
    ActivityFactory,
    AiToolFactory,
    RedesignFactory,
    RevisionAuthorFactory,
    WorkflowFactory,
    WorkflowVersionFactory,
)
from workflows.choices import Change, GuardKind, RedesignState, Worse
from workflows.content import content_sha256, version_content
from workflows.drafts import Draft, DraftGuardrail, DraftHypothesis, of_rows
from workflows.errors import NotPossibleNow
from workflows.models import Redesign, Revision, StepAssignment
from workflows.operations import approval, redesigns
from workflows.operations.revisions import as_draft, write_hypothesis

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def draft_of(redesign, **changes):
    steps = tuple(of_rows(redesign.current_revision.activities.all()))
    return replace(Draft(steps=steps, summary="Shorter"), **changes)


@pytest.fixture
def workflow(db):
    return WorkflowFactory()


@pytest.fixture
def redesign(workflow):
    return redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)


def events():
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_propose_keeps_every_step_and_freezes_the_version(workflow):
    redesign = redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)

    base = redesign.base_version
    base.refresh_from_db()
    assert base.frozen_at == NOON
    assert base.sha256 == content_sha256(version_content(base))
    assert redesign.state == RedesignState.DRAFT
    revision = redesign.current_revision
    assert (revision.number, revision.created_by) == (1, workflow.owner)
    rows = revision.activities.order_by("position")
    assert {row.change for row in rows} == {Change.KEPT}
    assert [row.step_key for row in rows] == [
        step.step_key for step in base.activities.order_by("position")
    ]
    assert [a.person for a in revision.authorships.all()] == [workflow.owner]
    assert events() == ["redesign.proposed"]


def test_propose_twice_gives_the_same_untouched_draft(workflow):
    first = redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)
    second = redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)

    assert first == second
    assert events() == ["redesign.proposed"]


def test_propose_after_saving_starts_another_draft(redesign):
    owner = redesign.proposer
    redesigns.save_draft(redesign=redesign, actor=owner, row_version=1, draft=draft_of(redesign))

    other = redesigns.propose_redesign(workflow=redesign.workflow, actor=owner, at=NOON)

    assert other != redesign


def test_propose_is_open_to_managers_above_and_closed_to_others(db):
    top = OrgUnitFactory()
    workflow = WorkflowFactory(unit=OrgUnitFactory(parent=top), owner=PersonFactory())

    redesigns.propose_redesign(workflow=workflow, actor=top.head, at=NOON)
    with pytest.raises(Forbidden):
        redesigns.propose_redesign(workflow=workflow, actor=OrgUnitFactory().head, at=NOON)


def test_propose_refuses_a_retired_workflow_and_one_without_steps(db):
    retired = WorkflowFactory(retired_at=NOON)
    bare = WorkflowFactory()
    bare.current_version = None
    bare.save(update_fields=["current_version"])

    for workflow in (retired, bare):
        with pytest.raises(NotPossibleNow):
            redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)
    assert events() == []


def test_save_writes_everything_and_makes_an_author(redesign):
    manager = PersonFactory()
    redesign.workflow.unit.parent = OrgUnitFactory(head=manager)
    redesign.workflow.unit.save()
    tool = AiToolFactory()
    steps = of_rows(redesign.current_revision.activities.all())
    steps[0] = replace(steps[0], change=Change.AI_ASSISTED, touch_minutes=Decimal(5))
    guard = DraftGuardrail("Right", "right", GuardKind.SHARE, Decimal("0.02"), Worse.LOWER)

    redesigns.save_draft(
        redesign=redesign,
        actor=manager,
        row_version=1,
        draft=Draft(
            steps=tuple(steps),
            summary="Reads first",
            tool=tool,
            data_classes=("personal", "internal"),
            overseer=manager,
            oversight_sample_percent=10,
            hypothesis=DraftHypothesis(target_ratio=Decimal("0.75"), guardrails=(guard,)),
        ),
    )

    redesign.refresh_from_db()
    revision = Revision.objects.get(pk=redesign.current_revision_id)
    assert redesign.row_version == 2
    assert (revision.summary, revision.tool) == ("Reads first", tool)
    assert revision.data_classes == ["internal", "personal"]
    assert revision.hypothesis.target_ratio == Decimal("0.75")
    assert [row.name for row in revision.hypothesis.guardrails.all()] == ["Right"]
    first = revision.activities.get(position=1)
    assert (first.change, first.touch_minutes) == (Change.AI_ASSISTED, Decimal(5))
    assert set(revision.authorships.values_list("person", flat=True)) == {
        redesign.proposer_id,
        manager.pk,
    }
    saved = AuditEvent.objects.get(verb="redesign.draft_saved")
    assert saved.actor == manager
    assert saved.before["summary"] == ""
    assert saved.after["summary"] == "Reads first"
    assert "workflow" not in saved.after  # only what changed


def test_save_twice_replaces_steps_and_guardrails(redesign):
    guard = DraftGuardrail("Right", "right", GuardKind.SHARE, Decimal("0.02"), Worse.LOWER)
    draft = draft_of(
        redesign, hypothesis=DraftHypothesis(target_ratio=Decimal("0.8"), guardrails=(guard,))
    )

    for row_version in (1, 2):
        redesigns.save_draft(
            redesign=redesign, actor=redesign.proposer, row_version=row_version, draft=draft
        )

    revision = Redesign.objects.get(pk=redesign.pk).current_revision
    assert revision.activities.count() == 3
    assert revision.hypothesis.guardrails.count() == 1
    assert AuditEvent.objects.filter(verb="redesign.draft_saved").last().after == {}


def test_save_refuses_an_older_page(redesign):
    draft = draft_of(redesign)
    redesigns.save_draft(redesign=redesign, actor=redesign.proposer, row_version=1, draft=draft)

    with pytest.raises(Stale):
        redesigns.save_draft(
            redesign=redesign,
            actor=redesign.proposer,
            row_version=1,
            draft=replace(draft, summary="Mine"),
        )

    revision = Redesign.objects.get(pk=redesign.pk).current_revision
    assert revision.summary == "Shorter"


def test_save_refuses_strangers_and_what_is_no_draft(redesign):
    with pytest.raises(Forbidden):
        redesigns.save_draft(
            redesign=redesign, actor=PersonFactory(), row_version=1, draft=draft_of(redesign)
        )
    put_into(redesign, RedesignState.WITHDRAWN)
    with pytest.raises(NotPossibleNow):
        redesigns.save_draft(
            redesign=redesign, actor=redesign.proposer, row_version=1, draft=draft_of(redesign)
        )


def test_save_turns_a_kept_step_with_other_words_into_a_changed_one(redesign):
    steps = of_rows(redesign.current_revision.activities.all())
    steps[1] = replace(steps[1], title="Done differently")
    new = uuid.uuid4()
    steps.append(replace(steps[0], step_key=new, title="Never was"))

    redesigns.save_draft(
        redesign=redesign,
        actor=redesign.proposer,
        row_version=1,
        draft=Draft(steps=tuple(steps)),
    )

    revision = Redesign.objects.get(pk=redesign.pk).current_revision
    assert list(revision.activities.order_by("position").values_list("change", flat=True)) == [
        Change.KEPT,
        Change.CHANGED,
        Change.KEPT,
        Change.ADDED,
    ]


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_the_same_draft_at_once_lose_nothing_silently():
    workflow = WorkflowFactory()
    redesign = redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)
    draft = draft_of(redesign)
    start = threading.Barrier(2)
    outcomes = []

    def save(text):
        try:
            start.wait(timeout=10)
            redesigns.save_draft(
                redesign=Redesign.objects.get(pk=redesign.pk),
                actor=workflow.owner,
                row_version=1,
                draft=replace(draft, summary=text),
            )
            outcomes.append(text)
        except Stale:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    redesign.refresh_from_db()
    assert redesign.row_version == 2
    assert sorted(outcomes) in (["one", "stale"], ["stale", "two"])
    assert redesign.current_revision.summary in outcomes


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_draft():
    workflow = WorkflowFactory()
    start = threading.Barrier(2)
    made = []

    def propose():
        try:
            start.wait(timeout=10)
            made.append(
                redesigns.propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON).pk
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=propose) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(made) == 2
    assert Redesign.objects.count() == 1


def test_revise_refuses_a_draft_and_strangers(redesign):
    with pytest.raises(NotPossibleNow):
        redesigns.revise(redesign=redesign, actor=redesign.proposer, at=NOON)
    with pytest.raises(Forbidden):
        redesigns.revise(redesign=redesign, actor=PersonFactory(), at=NOON)


def test_copy_takes_over_a_withdrawn_redesign_on_todays_version(db):
    old = RedesignFactory()
    put_into(old, RedesignState.WITHDRAWN)
    old.refresh_from_db()
    workflow = old.workflow
    newer = WorkflowVersionFactory(workflow=workflow, number=2, steps=0)
    kept = old.base_version.activities.order_by("position")[1]
    ActivityFactory(version=newer, position=1, step_key=kept.step_key, title="Renamed")
    ActivityFactory(version=newer, position=2, title="New today")
    workflow.current_version = newer
    workflow.save(update_fields=["current_version"])
    old.workflow.refresh_from_db()

    copy = redesigns.copy_redesign(redesign=old, actor=workflow.owner, at=NOON)

    rows = copy.current_revision.activities.order_by("position")
    assert copy.base_version == newer
    assert copy.current_revision.tool == old.current_revision.tool
    assert copy.current_revision.hypothesis.target_ratio == Decimal("0.8")
    # The first step is gone today: its AI-assisted successor stays as a new AI step.
    assert [(row.title, row.change) for row in rows] == [
        (old.base_version.activities.get(position=1).title, Change.AI_ASSISTED),
        ("Renamed", Change.KEPT),
        ("New today", Change.KEPT),
    ]
    assert events() == ["tests.moved", "redesign.copied"]


@pytest.mark.parametrize("verb", ["revise", "copy"])
def test_the_next_draft_keeps_the_whole_promise(db, verb):
    """Every field differs from its default, so that none is filled in by chance."""
    some_policy()
    redesign = RedesignFactory(workflow=workflow_below(PersonFactory()))
    act = {"actor": redesign.proposer, "at": NOON}
    promise = DraftHypothesis(
        target_ratio=Decimal("0.75"),
        margin=Decimal("0.025"),
        before_days=2555,
        washout_days=0,
        after_days=None,
        planned_go_live_date=NOON.date(),
        standardise=False,
        season=True,
        placebo=False,
        drift_key=False,
        comparison=WorkflowFactory(),
        calendar=WorkCalendarFactory(),
        guardrails=(
            DraftGuardrail("Right", "right", GuardKind.SHARE, Decimal("0.02"), Worse.LOWER),
        ),
    )
    usual = DraftHypothesis(target_ratio=Decimal("0.8"))
    assert not [f.name for f in fields(usual) if getattr(usual, f.name) == getattr(promise, f.name)]
    write_hypothesis(redesign.current_revision, promise)

    if verb == "revise":
        approval.submit_redesign(redesign=redesign, **act)
        after = redesigns.revise(redesign=redesign, **act)
    else:
        approval.withdraw_redesign(redesign=redesign, reason="Later", **act)
        redesign.refresh_from_db()
        after = redesigns.copy_redesign(redesign=redesign, **act)

    assert after.current_revision_id != redesign.current_revision_id
    assert as_draft(Revision.objects.get(pk=after.current_revision_id).hypothesis) == promise


def test_nobody_signs_a_copy_of_their_own_words(db):
    some_policy()
    proposer, author, starter, boss = PersonFactory.create_batch(4)
    workflow = workflow_below(boss, owner=PersonFactory())
    old = RedesignFactory(workflow=workflow, proposer=proposer, revision__created_by=starter)
    RevisionAuthorFactory(revision=old.current_revision, person=author)
    put_into(old, RedesignState.WITHDRAWN)
    old.refresh_from_db()
    workflow.refresh_from_db()

    copy = redesigns.copy_redesign(redesign=old, actor=workflow.owner, at=NOON)

    wrote = {row.person for row in copy.current_revision.authorships.all()}
    assert wrote == {proposer, author, starter, workflow.owner}
    for person in (proposer, author, starter):
        OrgUnit.objects.filter(pk=workflow.unit_id).update(head=person)
        route = approval.submit_redesign(redesign=copy, actor=workflow.owner, at=NOON)
        asked = StepAssignment.objects.filter(step__route=route)
        assert [row.person for row in asked] == [boss]
        redesigns.revise(redesign=copy, actor=workflow.owner, at=NOON)


def test_copy_refuses_a_redesign_under_way(db):
    redesign = RedesignFactory()

    with pytest.raises(NotPossibleNow):
        redesigns.copy_redesign(redesign=redesign, actor=redesign.workflow.owner, at=NOON)


def test_bring_up_to_date_moves_a_draft_to_the_newer_version(redesign):
    workflow = redesign.workflow
    newer = WorkflowVersionFactory(workflow=workflow, number=2, steps=0)
    for position, step in enumerate(redesign.base_version.activities.order_by("position"), 1):
        ActivityFactory(
            version=newer, position=position, step_key=step.step_key, title=f"Today {position}"
        )
    workflow.current_version = newer
    workflow.save(update_fields=["current_version"])

    redesigns.bring_up_to_date(redesign=redesign, actor=redesign.proposer, at=NOON)

    redesign.refresh_from_db()
    assert (redesign.base_version, redesign.row_version) == (newer, 2)
    rows = redesign.current_revision.activities.order_by("position")
    assert [row.title for row in rows] == ["Today 1", "Today 2", "Today 3"]
    assert events() == ["redesign.proposed", "redesign.rebased"]
