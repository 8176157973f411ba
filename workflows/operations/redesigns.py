"""Proposing how work should be: drafts, their revisions, and copies of what was declined."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.audit import changes, record
from core.errors import Forbidden, Stale
from core.jobs import enqueue
from people.models import Person
from workflows.choices import TRANSITIONS, Action, RedesignState, RouteState
from workflows.content import canonical_content
from workflows.drafts import (
    Draft,
    DraftStep,
    as_kept,
    brought_up_to_date,
    of_rows,
    settled,
)
from workflows.errors import NotPossibleNow
from workflows.models import (
    Redesign,
    Revision,
    RevisionAuthor,
    Workflow,
    WorkflowVersion,
)
from workflows.operations.closing import close_route
from workflows.operations.freezing import freeze_version
from workflows.operations.one_act import one_act
from workflows.operations.revisions import (
    add_author,
    copied,
    filled,
    filled_hypothesis,
    guardrail_rows,
    known,
    step_rows,
    write_hypothesis,
    write_revision,
    write_steps,
)
from workflows.queries.redesign_pages import COPIED_FROM
from workflows.queries.redesigns import may_edit, may_propose, may_revise


def propose_redesign(*, workflow: Workflow, actor: Person, at: datetime) -> Redesign:
    """Start a draft in which every step of today is kept, and freeze today's version under it.

    A second press of the button gives the same draft, as long as nobody has saved it.

    Raises Forbidden unless ``actor`` owns the workflow or manages its unit, NotPossibleNow for a
    retired workflow or one without steps.
    """
    with one_act():
        workflow = _locked_workflow(workflow)
        if not may_propose(actor, workflow):
            raise Forbidden
        untouched = workflow.redesigns.filter(
            proposer=actor,
            state=RedesignState.DRAFT,
            base_version=workflow.current_version_id,
            row_version=1,
        ).first()
        if untouched is not None:
            return untouched
        base = _frozen_base(workflow, at)
        return _started(
            workflow, base, as_kept(base.activities.all()), actor, "redesign.proposed", None
        )


def copy_redesign(*, redesign: Redesign, actor: Person, at: datetime) -> Redesign:
    """A new draft from one that was declined, withdrawn or retired, brought up to today's version.

    Whoever wrote or proposed the old one is an author of the new one and can't sign it.
    Raises Forbidden and NotPossibleNow as ``propose_redesign``, and NotPossibleNow for a redesign
    in any other state.
    """
    with one_act():
        workflow = _locked_workflow(redesign.workflow)
        if not may_propose(actor, workflow):
            raise Forbidden
        if redesign.state not in COPIED_FROM or redesign.current_revision_id is None:
            raise NotPossibleNow
        source = _revision_of(redesign)
        base = _frozen_base(workflow, at)
        steps = brought_up_to_date(of_rows(source.activities.all()), base.activities.all())
        return _started(workflow, base, steps, actor, "redesign.copied", source)


def save_draft(*, redesign: Redesign, actor: Person, row_version: int, draft: Draft) -> Redesign:
    """Replace what the draft says; ``actor`` becomes one of its authors and can't sign it.

    Raises Stale when somebody saved after ``row_version`` was read, NotPossibleNow unless the
    redesign is a draft, Forbidden for whoever may not edit it.
    """
    with one_act():
        redesign = _locked_draft(redesign, actor)
        if redesign.row_version != row_version:
            raise Stale
        revision = _revision_of(redesign)
        was = canonical_content(revision)
        write_revision(revision, draft)
        steps = settled(draft.steps, redesign.base_version.activities.all())
        known(revision, "activities", write_steps(revision, steps))
        if draft.hypothesis is not None:
            hypothesis, guardrails = write_hypothesis(revision, draft.hypothesis)
            known(hypothesis, "guardrails", guardrails)
        add_author(revision, actor)
        redesign.row_version += 1
        redesign.save(update_fields=["row_version", "updated_at"])
        before, after = changes(was, canonical_content(revision))
        record("redesign.draft_saved", subject=redesign, actor=actor, before=before, after=after)
    return redesign


def bring_up_to_date(*, redesign: Redesign, actor: Person, at: datetime) -> Redesign:
    """Put a draft onto how work is done today; what it keeps follows the new steps.

    Raises Forbidden and NotPossibleNow as ``save_draft``; nothing happens when it is up to date.
    """
    with one_act():
        workflow = _locked_workflow(redesign.workflow)
        redesign = _locked_draft(redesign, actor)
        redesign.workflow = workflow
        if redesign.base_version_id == workflow.current_version_id:
            return redesign
        base = _frozen_base(workflow, at)
        revision = _revision_of(redesign)
        was = canonical_content(revision)
        steps = brought_up_to_date(of_rows(revision.activities.all()), base.activities.all())
        known(revision, "activities", write_steps(revision, steps))
        add_author(revision, actor)
        redesign.base_version = base
        redesign.row_version += 1
        redesign.save(update_fields=["base_version", "row_version", "updated_at"])
        before, after = changes(was, canonical_content(revision))
        record("redesign.rebased", subject=redesign, actor=actor, before=before, after=after)
    return redesign


def revise(*, redesign: Redesign, actor: Person, at: datetime) -> Redesign:
    """Back to a draft: revision n + 1 begins as a copy of n; signers of an open route are told.

    Raises Forbidden for whoever neither wrote it nor owns the workflow, NotPossibleNow where the
    table of transitions does not allow it.
    """
    with one_act():
        redesign = _locked(redesign)
        if not may_revise(actor, redesign):
            raise Forbidden
        state = TRANSITIONS[Action.REVISE].get(RedesignState(redesign.state))
        if state is None:
            raise NotPossibleNow
        route = redesign.routes.filter(state=RouteState.OPEN).first()
        close_route(redesign=redesign, state=RouteState.SUPERSEDED, at=at)
        source = _revision_of(redesign)
        revision = copied(source, redesign, source.number + 1, actor)
        write_steps(revision, of_rows(source.activities.all()))
        before = redesign.state
        redesign.state = state
        redesign.current_revision = revision
        redesign.row_version += 1
        redesign.save(update_fields=["state", "current_revision", "row_version", "updated_at"])
        record(
            "redesign.revised",
            subject=redesign,
            actor=actor,
            before={"state": before, "revision": source.number},
            after={"state": state, "revision": revision.number},
        )
        if route is not None:
            enqueue("workflows.tell_signers_closed", route_id=route.pk)
    return redesign


def _locked(redesign: Redesign) -> Redesign:
    """The row alone first: what hangs on it is read after the lock, or it could be older."""
    row = Redesign.objects.select_for_update(no_key=True).get(pk=redesign.pk)
    row.workflow = redesign.workflow
    return row


def _locked_draft(redesign: Redesign, actor: Person) -> Redesign:
    redesign = _locked(redesign)
    if not may_edit(actor, redesign):
        raise Forbidden
    if redesign.state != RedesignState.DRAFT:
        raise NotPossibleNow
    return redesign


def _locked_workflow(workflow: Workflow) -> Workflow:
    row = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    if row.retired_at is not None or row.current_version_id is None:
        raise NotPossibleNow(_("This workflow is retired, or its steps were never recorded."))
    return row


def _frozen_base(workflow: Workflow, at: datetime) -> WorkflowVersion:
    version = workflow.current_version
    assert version is not None  # noqa: S101  (_locked_workflow refuses the others)
    return freeze_version(version, at=at)


def _revision_of(redesign: Redesign) -> Revision:
    assert redesign.current_revision_id is not None  # noqa: S101  (made with one, by one verb)
    revision = (
        Revision.objects.select_related(
            "tool", "overseer", "hypothesis__comparison", "hypothesis__calendar"
        )
        .prefetch_related("activities", "hypothesis__guardrails")
        .get(pk=redesign.current_revision_id)
    )
    revision.redesign = redesign
    return revision


def _started(  # noqa: PLR0917
    workflow: Workflow,
    base: WorkflowVersion,
    steps: list[DraftStep],
    actor: Person,
    verb: str,
    source: Revision | None,
) -> Redesign:
    redesign = Redesign.objects.create(
        workflow=workflow,
        base_version=base,
        proposer=actor,
        copied_from=source.redesign if source else None,
    )
    revision = (
        copied(source, redesign, 1, actor)
        if source
        else Revision.objects.create(redesign=redesign, number=1, created_by=actor)
    )
    add_author(revision, actor)
    if source:
        _add_authors_of(source.redesign, revision)
    write_steps(revision, steps)
    redesign.current_revision = revision
    redesign.save(update_fields=["current_revision"])
    facts = {"workflow": str(workflow.public_id), "version": base.number}
    if source:
        facts["copy_of"] = str(source.redesign.public_id)
    record(verb, subject=redesign, actor=actor, after=facts)
    return redesign


def _add_authors_of(source: Redesign, revision: Revision) -> None:
    wrote = RevisionAuthor.objects.filter(revision__redesign=source)
    began = Revision.objects.filter(redesign=source)
    people = {source.proposer_id}
    people.update(wrote.values_list("person", flat=True))
    people.update(began.values_list("created_by", flat=True))
    RevisionAuthor.objects.bulk_create(
        [RevisionAuthor(revision=revision, person_id=pk) for pk in sorted(people)],
        ignore_conflicts=True,
    )


def typed_content(redesign: Redesign, draft: Draft) -> dict[str, Any]:
    """What ``draft`` would say if it were saved, for comparing it with what somebody else saved."""
    revision = filled(_revision_of(redesign), draft)
    steps = settled(draft.steps, redesign.base_version.activities.all())
    known(revision, "activities", step_rows(revision, steps))
    if draft.hypothesis is not None:
        hypothesis = filled_hypothesis(revision, draft.hypothesis)
        hypothesis.pk = hypothesis.pk or 0  # Django gives a row without a key no relations
        known(hypothesis, "guardrails", guardrail_rows(hypothesis, draft.hypothesis))
    return canonical_content(revision)
