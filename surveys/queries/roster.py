"""Who does the work of a workflow on a day, and the tree they stand in."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Subquery

from people.choices import EmploymentStatus
from people.models import Assignment, Employment, OrgUnit, OrgUnitClosure
from surveys.attributes import Traits
from workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class Invited:
    person: int
    unit: int
    traits: Traits


def invited_on(workflow: Workflow, day: date) -> list[Invited]:
    """Active people assigned to the workflow's unit and below on ``day``, by person id.

    Whoever is on long leave is not asked. One query.
    """
    below = OrgUnitClosure.objects.filter(ancestor=workflow.unit_id).values("descendant")
    employed = Employment.objects.filter(person=OuterRef("person"))
    on_leave = employed.filter(status=EmploymentStatus.LEAVE, valid__contains=day)
    # The first day of all employments: a change of entity is no new beginning.
    first_day = (
        employed.annotate(starts=F("valid__startswith"))
        .values("person")
        .annotate(first=Min("starts"))
        .values("first")
    )
    rows = (
        Assignment.objects.filter(
            ~Exists(on_leave), unit__in=below, valid__contains=day, person__is_active=True
        )
        .annotate(since=Subquery(first_day))
        .order_by("person")
        .values_list("person", "unit", "unit__site__name", "unit__function", "job_title", "since")
    )
    return [
        Invited(person, unit, Traits(site or "", function, job, since))
        for person, unit, site, function, job, since in rows
    ]


def frozen_tree(workflow: Workflow, units: Iterable[int]) -> list[dict[str, Any]]:
    """Rows for ``RosterSnapshot.tree``: the units invited people are in and those above them.

    From the workflow's unit down, parents first, then by id.
    """
    directly = Counter(units)
    above = OrgUnitClosure.objects.filter(descendant__in=directly).values("ancestor")
    depth = dict(
        OrgUnitClosure.objects.filter(ancestor=workflow.unit_id).values_list("descendant", "depth")
    )
    found: Sequence[OrgUnit] = [
        unit for unit in OrgUnit.objects.filter(pk__in=above) if unit.pk in depth
    ]
    return [
        {
            "unit": unit.pk,
            "parent": None if unit.pk == workflow.unit_id else unit.parent_id,
            "name": unit.name,
            "invited": directly[unit.pk],
        }
        for unit in sorted(found, key=lambda unit: (depth[unit.pk], unit.pk))
    ]
