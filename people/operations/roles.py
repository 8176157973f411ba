"""Standing roles: given and ended with a reason, never one's own, never the last in charge."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.changing import given
from core.errors import DomainError, Forbidden
from people.choices import RECORDS_ROLES, SIGNING_ROLES, Role
from people.models import Employment, OrgUnit, Person, RoleGrant
from people.queries import active_administrators
from people.rules import is_administrator, open_grants


class NotForOneself(DomainError):
    code = "not_for_oneself"
    status = 403
    message = _("Nobody changes their own roles. Ask another administrator.")


class LastAdministrator(DomainError):
    code = "last_administrator"
    status = 409
    message = _(
        "This is the last administrator. Make somebody else administrator first: without one, "
        "nobody could change a role any more."
    )


class RoleNotPossible(DomainError):
    code = "role_not_possible"


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: str,
    unit: OrgUnit | None = None,
    reason: str,
    actor: Person | None,
) -> RoleGrant:
    """Give ``person`` a role for a unit's subtree, or everywhere. ``actor`` None: the installation.

    Raises Forbidden, NotForOneself, NoReason, and RoleNotPossible for somebody inactive, a closed
    unit, an administrator of one unit only, or a role that is held already.
    """
    _may(actor, person)
    why = given(reason)
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not person.is_active:
        raise RoleNotPossible(_("%(name)s no longer signs in."), name=person.full_name)
    if unit is not None and unit.closed_date is not None:
        raise RoleNotPossible(_("%(name)s is closed."), name=unit.name)
    if unit is not None and role not in SIGNING_ROLES:
        raise RoleNotPossible(_("This role is for the whole organisation: leave the unit empty."))
    try:
        with transaction.atomic():
            grant = RoleGrant.objects.create(
                person=person, role=role, unit=unit, reason=why, granted_by=actor
            )
    except IntegrityError as held:
        raise RoleNotPossible(
            _("%(name)s holds this role already."), name=person.full_name
        ) from held
    _let_in(person)
    record(
        "role.granted",
        subject=person,
        actor=actor,
        after={"role": role, "unit": unit.code if unit else None},
        reason=why,
    )
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, reason: str, actor: Person | None, at: datetime) -> RoleGrant:
    """End a role at once; the row stays, because it says who could sign when.

    Raises Forbidden, NotForOneself, NoReason, LastAdministrator, RoleNotPossible when it has ended.
    """
    _may(actor, grant.person)
    why = given(reason)
    others = set(active_administrators(lock=True)) - {grant.person_id}
    person = Person.objects.select_for_update(no_key=True).get(pk=grant.person_id)
    grant = RoleGrant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    if grant.ended_at is not None:
        raise RoleNotPossible(_("This role has ended already."))
    if grant.role == Role.ADMINISTRATOR and not others:
        raise LastAdministrator
    return _end(grant, person, why, actor, at)


@transaction.atomic
def end_roles_of(*, person: Person, reason: str, actor: Person | None, at: datetime) -> int:
    """End every role of somebody who leaves; how many. The last administrator's goes too.

    An account that has left is in charge of nothing: `manage.py create_admin` then makes a new
    administrator. For the joiner-mover-leaver path, which has asked who may do this.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    grants = RoleGrant.objects.select_for_update(no_key=True).filter(
        person=person, ended_at__isnull=True
    )
    return len([_end(grant, person, given(reason), actor, at) for grant in grants.order_by("pk")])


def end_roles_of_leavers(*, at: datetime) -> int:
    """Nightly: a role ends with the employment. Who was never employed here keeps theirs.

    How many roles ended; each person is a transaction of its own.
    """
    today = timezone.localdate(at)
    employments = Employment.objects.filter(person=OuterRef("pk"))
    goes_on = employments.filter(
        Q(valid__endswith__isnull=True)
        | Q(valid__endswith__gt=today)  # half-open: the last day + 1
    )
    leaving = Person.objects.filter(
        Q(is_active=False) | (Exists(employments) & ~Exists(goes_on)),
        Exists(RoleGrant.objects.filter(person=OuterRef("pk"), ended_at__isnull=True)),
    )
    reason = "The employment has ended."
    return sum(
        end_roles_of(person=person, reason=reason, actor=None, at=at) for person in list(leaving)
    )


def _may(actor: Person | None, person: Person) -> None:
    if actor is None:
        return
    if not is_administrator(actor):
        raise Forbidden
    if actor.pk == person.pk:
        raise NotForOneself


def _end(
    grant: RoleGrant, person: Person, reason: str, actor: Person | None, at: datetime
) -> RoleGrant:
    grant.ended_at = max(at, grant.granted_at)
    grant.save(update_fields=["ended_at"])
    _let_in(person)
    record(
        "role.ended",
        subject=person,
        actor=actor,
        before={"role": grant.role, "unit": grant.unit.code if grant.unit else None},
        reason=reason,
    )
    return grant


def _let_in(person: Person) -> None:
    """``is_staff`` says whether the records pages are shown; the pages themselves ask the roles."""
    is_staff = open_grants(person, RECORDS_ROLES).exists()
    if person.is_staff != is_staff:
        person.is_staff = is_staff
        person.save(update_fields=["is_staff"])
