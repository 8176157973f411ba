"""What a redesign was before: whom it was copied from, and how its workflow stood meanwhile."""

from dataclasses import dataclass

from core.audit import subject_of
from core.models import AuditEvent
from people.models import OrgUnit
from workflows.models import Redesign, Route


@dataclass(frozen=True, slots=True)
class WorkedOn:
    """The workflow as it counts for a route.

    GxP relevant if it ever was since the work on the redesign began, and in the unit it was in
    then; ``kept`` names what differs from today.
    """

    gxp: bool
    unit: OrgUnit
    kept: list[str]


def line_of(redesign: Redesign) -> list[Redesign]:
    """The redesign, what it was copied from, what that was copied from, and so on."""
    line = [redesign]
    while line[-1].copied_from is not None:
        line.append(line[-1].copied_from)
    return line


def routes_of(line: list[Redesign]) -> list[Route]:
    return list(
        Route.objects.filter(redesign__in=line).select_related("policy_version").order_by("pk")
    )


def worked_on(line: list[Redesign]) -> WorkedOn:
    """Reads the audit trail of the workflow since the first of ``line`` was begun."""
    workflow = line[0].workflow
    kind, name = subject_of(workflow)
    changes = AuditEvent.objects.filter(
        verb="workflow.changed",
        subject_type=kind,
        subject_id=name,
        at__gte=min(one.created_at for one in line),
    )
    before = [facts or {} for facts in changes.order_by("id").values_list("before", flat=True)]
    gxp = workflow.gxp or any(facts.get("gxp") for facts in before)
    moved = next((facts["unit"]["id"] for facts in before if "unit" in facts), None)
    unit = OrgUnit.objects.filter(public_id=moved).first() if moved else None
    unit = unit or workflow.unit
    kept = [
        name
        for name, differs in (("gxp", gxp != workflow.gxp), ("unit", unit != workflow.unit))
        if differs
    ]
    return WorkedOn(gxp=gxp, unit=unit, kept=kept)
