"""A step whose signers left goes to somebody else; it is never approved by itself."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError, Forbidden
from core.jobs import enqueue
from people.models import Person
from people.rules import is_program_office
from workflows.choices import RouteState, StepState
from workflows.errors import NoReasonGiven, NotPossibleNow
from workflows.models import Decision, Redesign, RouteStep, StepAssignment
from workflows.operations.one_act import one_act
from workflows.queries.approvers import approvers_for, barred_ids, may_still_sign
from workflows.queries.orphans import able_assignments, orphaned_steps

UNANSWERED = [StepState.ACTIVE, StepState.WAITING]


def reroute_orphans(*, at: datetime) -> int:
    """Give every step too few can sign to those who can now; how many found somebody.

    One transaction a step, so that one stuck route does not hold up the others. A step that finds
    nobody is told to the program office once a day.
    """
    steps = list(orphaned_steps().values_list("pk", "route__redesign_id"))
    return sum(_reroute(step_id, redesign_id, at) for step_id, redesign_id in steps)


@one_act()
def reassign_step(
    *, step: RouteStep, person: Person, actor: Person, reason: str, at: datetime
) -> StepAssignment:
    """The program office gives an unanswered step to ``person`` instead of whoever has it.

    Raises Forbidden, NoReasonGiven, NotPossibleNow, and DomainError for somebody who may not sign.
    """
    if not is_program_office(actor):
        raise Forbidden
    if not reason.strip():
        raise NoReasonGiven
    redesign = _locked(step.route.redesign_id)
    step = RouteStep.objects.select_related("route__unit").get(pk=step.pk)
    if step.state not in UNANSWERED or step.route.state != RouteState.OPEN:
        raise NotPossibleNow
    able = person.is_active and person.signing_enabled
    if (
        not able
        or person.pk in barred_ids(redesign, at)
        or not may_still_sign(person, step.role, step.route.unit_id)
    ):
        raise DomainError(_("This person may not sign “%(step)s”.") % {"step": step.title})
    if person.pk in _signed(step):
        raise DomainError(
            _("%(name)s has signed this redesign already. One person signs once.")
            % {"name": person.full_name}
        )
    given = StepAssignment.objects.filter(step=step, ended_at__isnull=True)
    before = _end(given.exclude(person__in=_signed(step)), "reassigned", at)
    assignment = StepAssignment.objects.create(
        step=step, person=person, via="reassigned", started_at=at
    )
    _record(redesign, step, before, [person], actor=actor, reason=reason.strip())
    return assignment


@one_act()
def _reroute(step_id: int, redesign_id: int, at: datetime) -> bool:
    redesign = _locked(redesign_id)
    step = RouteStep.objects.select_related("route__unit").get(pk=step_id)
    if step.state not in UNANSWERED or step.route.state != RouteState.OPEN:
        return False
    if not orphaned_steps().filter(pk=step.pk).exists():
        return False
    assignments = StepAssignment.objects.filter(step=step, ended_at__isnull=True)
    able = able_assignments().filter(step=step)
    asked = set(assignments.values_list("person_id", flat=True))
    unit = step.route.unit or redesign.workflow.unit
    barred = (
        barred_ids(redesign, at) | _signed(step) | set(able.values_list("person_id", flat=True))
    )
    found = [one for one in approvers_for(step.role, unit, barred) if one.pk not in asked]
    if not found:
        enqueue(
            "workflows.tell_orphaned",
            step_id=step.pk,
            day=at.date().isoformat(),
            dedupe_key=f"{step.pk}-{at.date()}",
        )
        return False
    gone = assignments.exclude(pk__in=able.values("pk")).exclude(person__in=_signed(step))
    before = _end(gone, "cannot_sign", at)
    StepAssignment.objects.bulk_create(
        StepAssignment(step=step, person=person, via="escalation", started_at=at)
        for person in found
    )
    _record(redesign, step, before, found, actor=None, reason="")
    return True


def _locked(redesign_id: int) -> Redesign:
    return (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workflow__unit")
        .get(pk=redesign_id)
    )


def _signed(step: RouteStep) -> set[int]:
    """Who signed on the route, and whom somebody signed for on the step: they cannot sign again."""
    decisions = Decision.objects.filter(route=step.route_id)
    people = set(decisions.values_list("decided_by", flat=True))
    principals = decisions.filter(step=step, on_behalf_of__isnull=False)
    return people | set(principals.values_list("on_behalf_of", flat=True))


def _end(rows: QuerySet[StepAssignment], why: str, at: datetime) -> list[int]:
    people = list(rows.order_by("pk").values_list("person_id", flat=True))
    rows.filter(person__in=people).update(ended_at=at, ended_reason=why)
    return people


def _record(
    redesign: Redesign,
    step: RouteStep,
    before: list[int],
    found: Iterable[Person],
    *,
    actor: Person | None,
    reason: str,
) -> None:
    gone = Person.objects.filter(pk__in=before).values_list("public_id", flat=True)
    record(
        "step.reassigned",
        subject=redesign,
        actor=actor,
        before={"step": step.title, "people": [str(one) for one in gone]},
        after={"step": step.title, "people": [str(person.public_id) for person in found]},
        reason=reason,
    )
    if step.state == StepState.ACTIVE:
        enqueue("workflows.tell_signers", route_id=step.route_id)
