"""Who may sign a redesign, and who may not."""

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from people.models import Delegation, OrgUnit, OrgUnitClosure, Person, RoleGrant
from people.rules import holders_of
from workflows.models import Redesign, Revision, RevisionAuthor
from workflows.policy import LINE_MANAGER


def barred_ids(redesign: Redesign, at: datetime) -> set[int]:
    """The proposer, every author of every revision, and whoever stands in for one of them."""
    revisions = Revision.objects.filter(redesign=redesign)
    authors = {redesign.proposer_id}
    authors.update(
        revisions.values_list("created_by_id", flat=True).union(
            RevisionAuthor.objects.filter(revision__in=revisions).values_list(
                "person_id", flat=True
            )
        )
    )
    return authors | set(
        Delegation.objects.filter(
            principal__in=authors, accepted_at__isnull=False, valid__contains=at
        ).values_list("delegate_id", flat=True)
    )


def approvers_for(role: str, unit: OrgUnit, barred: set[int]) -> list[Person]:
    """Active, signing-enabled people who may sign ``role`` for ``unit``.

    The line manager is the head nearest above the work who did not write the redesign.
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


def may_still_sign(person: Person, role: str, unit_id: int) -> bool:
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
