"""Log a workflow, change it, take it out of use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.audit import changes, record
from core.errors import DomainError, Forbidden, Stale
from people.models import OrgUnit, Person
from workflows.choices import TRANSITIONS, Action, ActivityKind, RedesignState
from workflows.models import Activity, AiTool, Redesign, Workflow, WorkflowVersion
from workflows.operations.one_act import one_act
from workflows.rules import MAX_STEPS, may_edit, may_log, owners_to_name, units_to_log_in

SLUG_LENGTH = 80
FACTS = (
    "name",
    "owner",
    "unit",
    "function",
    "purpose",
    "yearly_volume",
    "gxp",
    "picked_because_slow",
)
STEP_FACTS = (
    "title",
    "role",
    "system",
    "kind",
    "touch_minutes",
    "wait_minutes",
    "share_of_cases",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFacts:
    """What a person says about a workflow, its steps apart."""

    name: str
    owner: Person
    unit: OrgUnit
    function: str
    purpose: str
    yearly_volume: int
    gxp: bool = False
    picked_because_slow: bool = False
    candidate_tools: tuple[AiTool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    """One as-is step; ``step_key`` names the step it was before, None for a new one."""

    title: str
    role: str = ""
    system: str = ""
    kind: str = ActivityKind.TASK
    touch_minutes: Decimal | None = None
    wait_minutes: Decimal | None = None
    share_of_cases: Decimal = Decimal(1)
    step_key: UUID | None = None


class TooManySteps(DomainError):
    code = "too_many_steps"

    def __init__(self, steps: int) -> None:
        super().__init__(
            ngettext(
                "A workflow has at most %(most)s steps; this is %(count)s.",
                "A workflow has at most %(most)s steps; these are %(count)s.",
                steps,
            )
            % {"most": MAX_STEPS, "count": steps}
        )


class OutOfUse(Forbidden):
    """Nobody may change a retired workflow, whoever could before."""

    status = 409
    code = "out_of_use"
    message = _("This workflow was taken out of use. Nothing of it changes any more.")


class StillRunning(DomainError):
    """``redesign`` is the one in the way."""

    code = "still_running"

    def __init__(self, redesign: Redesign) -> None:
        self.redesign = redesign
        ended = (
            gettext("Withdraw it first.")
            if redesign.state in TRANSITIONS[Action.WITHDRAW]
            else gettext("Retire it first.")
        )
        told = gettext("The redesign that %(who)s proposed is in the way. It is now: %(state)s.")
        super().__init__(
            told % {"who": redesign.proposer.full_name, "state": redesign.get_state_display()}
            + f" {ended}"
        )


# States of a redesign that somebody still works on or relies on.
OPEN_STATES = (
    RedesignState.DRAFT,
    RedesignState.IN_REVIEW,
    RedesignState.CHANGES_REQUESTED,
    RedesignState.APPROVED,
    RedesignState.LIVE,
    RedesignState.MEASURED,
    RedesignState.SUSPENDED,
)


@one_act()
def log_workflow(
    *,
    actor: Person,
    facts: WorkflowFacts,
    steps: Sequence[ActivityFacts],
    at: datetime,
    is_simulated: bool = False,
) -> Workflow:
    """Write a workflow down with version 1 of its steps; ``at`` is when it was logged.

    Raises Forbidden when ``actor`` may not log, or names an owner or unit out of reach.
    """
    if not may_log(actor):
        raise Forbidden
    _refuse_too_many(steps)
    _refuse_out_of_reach(actor, facts.owner, facts.unit)
    workflow = _inserted(
        Workflow(
            **{name: getattr(facts, name) for name in FACTS},
            created_by=actor,
            is_simulated=is_simulated,
        ),
        at,
    )
    workflow.candidate_tools.set(facts.candidate_tools)
    version = WorkflowVersion.objects.create(workflow=workflow, number=1, created_by=actor)
    rows = _write_steps(version, [], steps)
    workflow.current_version = version
    workflow.save(update_fields=["current_version", "updated_at"])
    record(
        "workflow.logged",
        subject=workflow,
        actor=actor,
        after={**told(workflow, facts.candidate_tools), "version": 1, "steps": told_steps(rows)},
    )
    return workflow


@one_act()
def edit_workflow(
    *,
    workflow: Workflow,
    actor: Person,
    facts: WorkflowFacts,
    steps: Sequence[ActivityFacts],
    row_version: int,
) -> Workflow:
    """Save a changed workflow. Nothing is written, not even an event, when nothing changed.

    Steps change in place while their version is open; once a redesign builds on it, changed steps
    become the next version, and a step keeps its key.

    Raises Stale when ``row_version`` is no longer the stored one, OutOfUse once it is retired,
    Forbidden out of reach.
    """
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    if workflow.retired_at is not None:
        raise OutOfUse
    if not may_edit(actor, workflow):
        raise Forbidden
    if workflow.row_version != row_version:
        raise Stale
    _refuse_too_many(steps)
    _refuse_out_of_reach(
        actor,
        facts.owner if facts.owner.pk != workflow.owner_id else None,
        facts.unit if facts.unit.pk != workflow.unit_id else None,
    )
    before = told(workflow, workflow.candidate_tools.all())
    for name in FACTS:
        setattr(workflow, name, getattr(facts, name))
    after = told(workflow, facts.candidate_tools)
    workflow.candidate_tools.set(facts.candidate_tools)
    steps_before, steps_after = _change_steps(workflow, actor, steps)
    old, new = changes({**before, "steps": {}}, {**after, "steps": {}})
    if steps_before != steps_after:
        old_steps, new_steps = changes(steps_before, steps_after)
        old |= {"steps": old_steps}
        new |= {"steps": new_steps, "version": _current(workflow).number}
    if not new:
        return workflow
    workflow.row_version += 1
    workflow.save()
    record("workflow.changed", subject=workflow, actor=actor, before=old, after=new)
    return workflow


@one_act()
def retire_workflow(*, workflow: Workflow, actor: Person, reason: str, at: datetime) -> Workflow:
    """Take a workflow out of use; its history and evidence stay.

    Raises StillRunning while a redesign of it is drafted, in review, approved, live or suspended,
    OutOfUse when it was retired before.
    """
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    if workflow.retired_at is not None:
        raise OutOfUse
    if not may_edit(actor, workflow):
        raise Forbidden
    if not reason.strip():
        raise DomainError(_("Say why this workflow is taken out of use."))
    in_the_way = (
        workflow.redesigns.filter(state__in=OPEN_STATES).select_related("proposer").order_by("pk")
    )
    for redesign in in_the_way[:1]:
        raise StillRunning(redesign)
    workflow.retired_at = at
    workflow.row_version += 1
    workflow.save(update_fields=["retired_at", "row_version", "updated_at"])
    record(
        "workflow.retired",
        subject=workflow,
        actor=actor,
        before={"retired_at": None},
        after={"retired_at": at},
        reason=reason.strip(),
    )
    return workflow


def _inserted(workflow: Workflow, at: datetime) -> Workflow:
    """Two of the same name at once: the second gets the next slug."""
    for _attempt in range(3):
        workflow.slug = free_slug(workflow.name)
        try:
            with transaction.atomic():
                workflow.save()
        except IntegrityError as error:
            if "slug" not in str(error):
                raise
            continue
        workflow.created_at = at  # auto_now_add knows only the present
        Workflow.objects.filter(pk=workflow.pk).update(created_at=at)
        return workflow
    raise Stale


def free_slug(name: str) -> str:
    """``batch-record-review``, with a number when another workflow has it already."""
    base = slugify(name)[: SLUG_LENGTH - 8].strip("-_") or "workflow"
    taken = set(Workflow.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(
        slug for number in range(2, len(taken) + 3) if (slug := f"{base}-{number}") not in taken
    )


# --- what the audit trail tells -------------------------------------------------------------------
def both_told(
    workflow: Workflow, facts: WorkflowFacts, steps: Sequence[ActivityFacts]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is stored and what saving would store, with the ``activities`` in their order."""
    version = _current(workflow)
    rows = list(version.activities.order_by("position"))
    return (
        {**told(workflow, workflow.candidate_tools.all()), "activities": _listed(rows)},
        {
            **told(facts, facts.candidate_tools),
            "activities": _listed(_aligned(version, rows, steps)),
        },
    )


def _listed(rows: Sequence[Activity]) -> list[dict[str, Any]]:
    return [{"key": key, **facts} for key, facts in told_steps(rows).items()]


def told(workflow: Workflow | WorkflowFacts, tools: Any) -> dict[str, Any]:
    return {
        "name": workflow.name,
        "owner": _person(workflow.owner),
        "unit": {"id": str(workflow.unit.public_id), "name": workflow.unit.name},
        "function": workflow.function,
        "purpose": workflow.purpose,
        "yearly_volume": workflow.yearly_volume,
        "gxp": workflow.gxp,
        "picked_because_slow": workflow.picked_because_slow,
        "candidate_tools": sorted(str(tool) for tool in tools),
    }


def told_steps(rows: Sequence[Activity]) -> dict[str, dict[str, Any]]:
    """By step key, so that a moved step is one change of its position."""
    return {
        str(row.step_key): {
            "position": row.position,
            **{name: _plain(getattr(row, name)) for name in STEP_FACTS},
        }
        for row in rows
    }


def _person(person: Person) -> dict[str, str]:
    return {"id": str(person.public_id), "name": person.full_name}


def _plain(value: object) -> object:
    """``30.0`` and ``30`` are one value."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


# --- steps ----------------------------------------------------------------------------------------
def _current(workflow: Workflow) -> WorkflowVersion:
    if workflow.current_version is None:
        raise AssertionError(f"{workflow} has no version")
    return workflow.current_version


def _change_steps(
    workflow: Workflow, actor: Person, steps: Sequence[ActivityFacts]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Write changed steps, as a new version when the current one is frozen; told before, after."""
    version = WorkflowVersion.objects.select_for_update(no_key=True).get(pk=_current(workflow).pk)
    rows = list(version.activities.order_by("position"))
    before = told_steps(rows)
    if version.frozen_at is None:
        return before, told_steps(_write_steps(version, rows, steps))
    unsaved = _aligned(version, rows, steps)
    after = told_steps(unsaved)
    if after == before:
        return before, after
    workflow.current_version = WorkflowVersion.objects.create(
        workflow=workflow, number=version.number + 1, created_by=actor
    )
    for row in unsaved:
        row.pk = None
        row.version = workflow.current_version
    Activity.objects.bulk_create(unsaved)
    return before, after


def _write_steps(
    version: WorkflowVersion, rows: Sequence[Activity], steps: Sequence[ActivityFacts]
) -> list[Activity]:
    """Make the stored steps of an open version equal ``steps``, row by row by their key."""
    aligned = _aligned(version, rows, steps)
    kept = {row.pk for row in aligned if row.pk}
    gone = [row.pk for row in rows if row.pk not in kept]
    if gone:
        version.activities.filter(pk__in=gone).delete()
    Activity.objects.bulk_update([row for row in aligned if row.pk], ["position", *STEP_FACTS])
    Activity.objects.bulk_create([row for row in aligned if not row.pk])
    return aligned


def _aligned(
    version: WorkflowVersion, rows: Sequence[Activity], steps: Sequence[ActivityFacts]
) -> list[Activity]:
    """A row for each step: the stored one with its key, or a new one; a key counts once."""
    stored = {row.step_key: row for row in rows}
    aligned = []
    for position, step in enumerate(steps, 1):
        row = stored.pop(step.step_key, None) if step.step_key else None
        facts = {name: getattr(step, name) for name in STEP_FACTS}
        if row is None:
            aligned.append(Activity(version=version, step_key=uuid4(), position=position, **facts))
            continue
        changed = Activity(
            pk=row.pk, version=version, step_key=row.step_key, position=position, **facts
        )
        aligned.append(changed)
    return aligned


def _refuse_too_many(steps: Sequence[ActivityFacts]) -> None:
    if len(steps) > MAX_STEPS:
        raise TooManySteps(len(steps))


def _refuse_out_of_reach(actor: Person, owner: Person | None, unit: OrgUnit | None) -> None:
    """Only what the actor newly names is checked: an owner who moved away may stay."""
    if unit is not None and not units_to_log_in(actor).filter(pk=unit.pk).exists():
        raise Forbidden(_("This unit is not in your part of the organisation."))
    if owner is not None and not owners_to_name(actor).filter(pk=owner.pk).exists():
        raise Forbidden(_("This person is not in your part of the organisation."))
