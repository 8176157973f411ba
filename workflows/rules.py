"""Who may: a predicate for one object beside the matching scoped queryset."""

from datetime import datetime

from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from people.choices import ORGANISATION_WIDE_ROLES, Role
from people.models import Assignment, Delegation, OrgUnit, OrgUnitClosure, Person
from people.rules import (
    headed_unit_ids,
    holders_of,
    is_program_office,
    members_of,
    open_grants,
    units_headed_by,
)
from workflows.models import Redesign, RevisionAuthor, StepAssignment, Workflow

MAX_STEPS = 300


# --- workflows -----------------------------------------------------------------------------------
def workflows_of_reach(person: Person) -> Q:
    """Workflows ``person`` answers for: owned ones, and those of the subtrees the person heads."""
    return Q(owner=person) | Q(unit__in=headed_unit_ids(person))


def workflows_seen(person: Person, at: datetime | None = None) -> Q:
    """Everything ``person`` may read, as conditions without joins.

    Own reach; the workflows of the unit the person works in; those whose redesign the person
    proposed, wrote at, watches over, or was asked to sign, for oneself or as the stand-in of a
    signer; all of them for the program office and auditors.
    """
    at = at or timezone.now()
    works_in = Assignment.objects.filter(
        person=person, valid__contains=timezone.localdate(at)
    ).values("unit")
    stands_in_for = Delegation.objects.filter(
        delegate=person,
        valid__contains=at,
        accepted_at__isnull=False,
        principal__is_active=True,
    ).values("principal")
    asked = StepAssignment.objects.filter(Q(person=person) | Q(person__in=stands_in_for))
    return (
        workflows_of_reach(person)
        | Q(unit__in=works_in)
        | Q(pk__in=Redesign.objects.filter(proposer=person).values("workflow"))
        | Q(
            pk__in=RevisionAuthor.objects.filter(person=person).values(
                "revision__redesign__workflow"
            )
        )
        | Q(pk__in=Redesign.objects.filter(watched_by(person)).values("workflow"))
        | Q(pk__in=asked.values("step__route__redesign__workflow"))
        | Q(Exists(open_grants(person, ORGANISATION_WIDE_ROLES)))
    )


def may_log(person: Person) -> bool:
    """Managers, owners of other workflows and the program office; not everybody who does work."""
    return Person.objects.filter(
        Exists(units_headed_by(person))
        | Exists(Workflow.objects.filter(owner=person))
        | Exists(open_grants(person, [Role.PROGRAM_OFFICE])),
        pk=person.pk,
    ).exists()


def may_edit(person: Person, workflow: Workflow) -> bool:
    """Its owner, a manager above its unit, the program office; nobody once it is retired."""
    if workflow.retired_at is not None:
        return False
    return (
        workflow.owner_id == person.pk
        or headed_unit_ids(person).filter(descendant=workflow.unit_id).exists()
        or is_program_office(person)
    )


def units_to_log_in(person: Person) -> QuerySet[OrgUnit]:
    """Open units a workflow may be logged in: own subtrees, units of owned workflows, or all."""
    owned = Workflow.objects.filter(owner=person).values("unit")
    return OrgUnit.objects.filter(
        Q(pk__in=headed_unit_ids(person))
        | Q(pk__in=owned)
        | Q(Exists(open_grants(person, [Role.PROGRAM_OFFICE]))),
        closed_date__isnull=True,
    )


def owners_to_name(person: Person) -> QuerySet[Person]:
    """Active people who may be named as owner: those in reach, oneself, or all."""
    return Person.objects.filter(
        Q(pk=person.pk)
        | Q(pk__in=members_of(units_to_log_in(person).values_list("pk", flat=True)).values("pk"))
        | Q(heads__in=units_to_log_in(person).values("pk"))
        | Q(Exists(open_grants(person, [Role.PROGRAM_OFFICE]))),
        is_active=True,
    ).distinct()


# --- redesigns in use -----------------------------------------------------------------------------
def watched_by(person: Person) -> Q:
    """Submitted redesigns that name ``person`` as the one who watches over the AI."""
    return Q(current_revision__overseer=person, current_revision__frozen_at__isnull=False)


def may_suspend(person: Person, redesign: Redesign) -> bool:
    """And resume: the workflow's owner, its human overseer, and who signs for its quality."""
    revision = redesign.current_revision
    return (
        redesign.workflow.owner_id == person.pk
        or (revision is not None and revision.overseer_id == person.pk)
        or holders_of(Role.QUALITY, redesign.workflow.unit).filter(pk=person.pk).exists()
    )


def may_retire(person: Person, redesign: Redesign) -> bool:
    return redesign.workflow.owner_id == person.pk


def may_hold_talk(person: Person, redesign: Redesign) -> bool:
    """Heads of the workflow's unit, of one above it, or of one below it: theirs do the work."""
    unit = redesign.workflow.unit_id
    return (
        headed_unit_ids(person).filter(descendant=unit).exists()
        or OrgUnitClosure.objects.filter(ancestor=unit, descendant__head=person).exists()
    )


def signed_tool_stands(redesign: Redesign) -> bool:
    """Whether the register still has the AI tool approved and as it was signed.

    A newer version beside it on the register is another tool: it does not matter here.
    """
    revision = redesign.current_revision
    if revision is None or revision.tool is None:
        return True
    tool, signed = revision.tool, (revision.content or {}).get("tool") or {}
    return (
        tool.approved
        and tool.retired_at is None
        and (tool.name, tool.version) == (signed.get("name"), signed.get("version"))
    )
