"""Reach: the part of the organisation a person may see."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from people.choices import ORGANISATION_WIDE_ROLES, Role
from people.models import (
    Delegation,
    OrgUnit,
    OrgUnitClosure,
    PeopleImport,
    Person,
    RoleGrant,
)


def has_role(person: Person, roles: Iterable[str]) -> bool:
    """Whether ``person`` holds one of ``roles`` now, for whatever part of the organisation."""
    return open_grants(person, roles).exists()


def open_grants(person: Person, roles: Iterable[str]) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(person=person, role__in=list(roles), ended_at__isnull=True)


def sees_organisation(person: Person) -> bool:
    """Program office and auditors read every unit."""
    return has_role(person, ORGANISATION_WIDE_ROLES)


def is_program_office(person: Person) -> bool:
    return has_role(person, [Role.PROGRAM_OFFICE])


def is_administrator(person: Person) -> bool:
    return has_role(person, [Role.ADMINISTRATOR])


def brought_by(person: Person, people_import: PeopleImport) -> bool:
    """Whether the delivery is the person's own: by hand, or by a token they own or made.

    Nobody approves what they brought where a second person is needed; of a file by the command
    line, or by a token the installation made, nobody is that person.
    """
    token = people_import.job.token if people_import.job else None
    behind = {people_import.created_by_id}
    if token is not None:
        behind |= {token.owner_id, token.created_by_id}
    return person.pk in behind


def headed_unit_ids(person: Person) -> QuerySet[OrgUnitClosure, int]:
    """Ids of all units in the subtrees the person heads, as a subquery."""
    return OrgUnitClosure.objects.filter(ancestor__head=person).values_list(
        "descendant_id", flat=True
    )


def units_in_reach(person: Person) -> QuerySet[OrgUnit]:
    """The own subtree, or every unit for those who see the whole organisation."""
    if sees_organisation(person):
        return OrgUnit.objects.all()
    return OrgUnit.objects.filter(pk__in=headed_unit_ids(person))


def units_headed_by(person: Person) -> QuerySet[OrgUnit]:
    """Those a manager answers for first; what is below them is ``headed_unit_ids``."""
    return OrgUnit.objects.filter(head=person, closed_date__isnull=True)


def members_of(unit_ids: Iterable[int] | QuerySet[OrgUnitClosure, int]) -> QuerySet[Person]:
    """Active people whose assignment of today is in one of the units."""
    today = timezone.localdate()
    return Person.objects.filter(
        is_active=True, assignments__unit__in=unit_ids, assignments__valid__contains=today
    )


def holders_of(role: str, unit: OrgUnit) -> QuerySet[Person]:
    """Active, signing-enabled holders of ``role`` for ``unit``: for it, above it, or everywhere."""
    above = OrgUnitClosure.objects.filter(descendant=unit, ancestor=OuterRef("unit"))
    grants = RoleGrant.objects.filter(
        Q(unit__isnull=True) | Exists(above),
        person=OuterRef("pk"),
        role=role,
        ended_at__isnull=True,
    )
    return Person.objects.filter(Exists(grants), is_active=True, signing_enabled=True)


def principals_of(delegate: Person, at: datetime) -> QuerySet[Person]:
    """Those for whom ``delegate`` may decide at ``at``; a delegation must have been accepted."""
    running = Delegation.objects.filter(
        delegate=delegate, valid__contains=at, accepted_at__isnull=False
    )
    return Person.objects.filter(pk__in=running.values("principal"), is_active=True)


def may_publish_calendars(person: Person) -> bool:
    """The program office and administrators: a changed calendar changes what readings count.

    Every reader of a reading may look at its calendar, which says nothing of anybody.
    """
    return has_role(person, [Role.PROGRAM_OFFICE, Role.ADMINISTRATOR])
