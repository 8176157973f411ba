"""Who may sign a redesign, and who may not."""

from datetime import datetime

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from people.models import OrgUnit, OrgUnitClosure, Person, RoleGrant
from people.rules import holders_of
from workflows.models import Redesign
from workflows.policy import LINE_MANAGER


def barred_ids(redesign: Redesign, at: datetime) -> set[int]:
    """The proposer, every author of every revision, who reports to one of them, and who stands in.

    The database's own function, which its guards ask too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT workflows_barred(%s, %s)", [redesign.pk, at])
        return {row[0] for row in cursor.fetchall()}


def approvers_for(role: str, unit: OrgUnit, barred: set[int]) -> list[Person]:
    """Active, signing-enabled people who may sign ``role`` for ``unit``.

    The line manager is the head nearest above the work, and above everybody who wrote it.
    """
    if role == LINE_MANAGER:
        return list(heads_above(unit).exclude(pk__in=barred)[:1])
    return list(holders_of(role, unit).exclude(pk__in=barred).order_by("pk"))


def heads_above(unit: OrgUnit) -> QuerySet[Person]:
    """Heads of the unit and of those above it, the nearest first."""
    return Person.objects.filter(
        is_active=True,
        signing_enabled=True,
        pk__in=OrgUnitClosure.objects.filter(descendant=unit).values("ancestor__head"),
    ).order_by(_nearest(unit), "pk")


def _nearest(unit: OrgUnit) -> Subquery:
    return Subquery(
        OrgUnitClosure.objects.filter(descendant=unit, ancestor__head=OuterRef("pk"))
        .order_by("depth")
        .values("depth")[:1]
    )


def may_still_sign(person: Person, role: str, unit_id: int | None) -> bool:
    """Whether ``person`` holds now what the step asked for when its route opened."""
    if role == LINE_MANAGER:
        return OrgUnitClosure.objects.filter(descendant=unit_id, ancestor__head=person).exists()
    above = OrgUnitClosure.objects.filter(descendant=unit_id).values("ancestor")
    return RoleGrant.objects.filter(
        Q(unit__isnull=True) | Q(unit__in=above),
        person=person,
        role=role,
        ended_at__isnull=True,
    ).exists()
