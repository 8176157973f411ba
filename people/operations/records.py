"""What administrators keep by hand: people, units, legal entities, sites, trainings."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.changing import given, save_row
from core.errors import DomainError, Forbidden
from people.choices import Role
from people.models import LegalEntity, OrgUnit, Person, Site, Training
from people.operations.roles import LastAdministrator, NotForOneself, end_roles_of, grant_role
from people.queries import active_administrators
from people.rules import is_administrator


class RecordRefused(DomainError):
    code = "record_refused"


def _administrators_only(actor: Person) -> None:
    if not is_administrator(actor):
        raise Forbidden


# --- people -----------------------------------------------------------------------------------
def add_person(*, actor: Person, reason: str, email: str, **facts: Any) -> Person:
    """Somebody whom no HR system delivers. No password: the person asks for a link to set one.

    The event names the fields, never their values. Raises Forbidden, NoReason, and RecordRefused
    for an address that is taken.
    """
    _administrators_only(actor)
    address = email.strip().lower()
    if Person.objects.filter(email=address).exists():
        raise RecordRefused(_("Somebody has this e-mail address already."))
    person = Person(email=address)
    person.set_unusable_password()
    return save_row(
        row=person,
        facts=facts,
        verb="person.added",
        actor=actor,
        reason=reason,
        names_only=True,
    )


@transaction.atomic
def correct_person(*, person: Person, actor: Person, reason: str, **facts: Any) -> Person:
    """Correct names, address, job or the right to sign.

    A new address leads to the password: it is refused for oneself, for an administrator, and for
    who may sign, so that nobody signs as somebody else by way of a mailbox.
    Raises Forbidden, NotForOneself, NoReason, NothingChanged, RecordRefused.
    """
    _administrators_only(actor)
    if person.pk == actor.pk:
        raise NotForOneself(_("Nobody corrects their own record. Ask another administrator."))
    now = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    email = (facts.get("email") or "").strip().lower() or None
    if "email" in facts:
        facts["email"] = email
        if email != now.email and (now.signing_enabled or is_administrator(now)):
            raise RecordRefused(
                _(
                    "The address of somebody who signs or administers is not changed here: take "
                    "the right to sign or the role away first."
                )
            )
        if email and Person.objects.filter(email=email).exclude(pk=now.pk).exists():
            raise RecordRefused(_("Somebody has this e-mail address already."))
    if facts.get("signing_enabled") and not now.is_active:
        raise RecordRefused(_("Who no longer signs in cannot sign either."))
    return save_row(
        row=now,
        facts=facts,
        verb="person.corrected",
        actor=actor,
        reason=reason,
        names_only=True,
    )


@transaction.atomic
def set_active(
    *, person: Person, is_active: bool, actor: Person, reason: str, at: datetime
) -> Person:
    """Let somebody in or no longer; sessions end with the next request, roles and signing at once.

    Raises Forbidden, NotForOneself, NoReason, LastAdministrator, and RecordRefused where it is so
    already.
    """
    _administrators_only(actor)
    if person.pk == actor.pk:
        raise NotForOneself(_("Nobody shuts themselves out. Ask another administrator."))
    why = given(reason)
    others = set(active_administrators(lock=True)) - {person.pk}
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.is_active == is_active:
        raise RecordRefused(_("That is so already."))
    if not is_active and is_administrator(person) and not others:
        raise LastAdministrator
    if not is_active:
        end_roles_of(person=person, reason=why, actor=actor, at=at)
        person.refresh_from_db()
        person.signing_enabled = False
    person.is_active = is_active
    person.save(update_fields=["is_active", "signing_enabled"])
    verb = "person.let_in" if is_active else "person.shut_out"
    record(verb, subject=person, actor=actor, reason=why)
    return person


# --- the organisation -------------------------------------------------------------------------
def save_unit(*, unit: OrgUnit | None, actor: Person, reason: str, **facts: Any) -> OrgUnit:
    """Make or change a unit. The database refuses loops; here they get words.

    Raises Forbidden, NoReason, NothingChanged, RecordRefused.
    """
    _administrators_only(actor)
    parent = facts.get("parent")
    if unit is not None and parent is not None and _is_below(parent, unit):
        raise RecordRefused(
            _("%(parent)s is part of this unit: a unit cannot be above itself."), parent=parent.name
        )
    if parent is not None and parent.closed_date is not None:
        raise RecordRefused(_("%(name)s is closed."), name=parent.name)
    verb = "unit.created" if unit is None else "unit.changed"
    row = unit or OrgUnit()
    return save_row(row=row, facts=facts, verb=verb, actor=actor, reason=reason)


def _is_below(unit: OrgUnit, above: OrgUnit) -> bool:
    step: OrgUnit | None = unit
    while step is not None:
        if step.pk == above.pk:
            return True
        step = step.parent
    return False


def save_entity(
    *, entity: LegalEntity | None, actor: Person, reason: str, **facts: Any
) -> LegalEntity:
    _administrators_only(actor)
    verb = "entity.created" if entity is None else "entity.changed"
    row = entity or LegalEntity()
    return save_row(row=row, facts=facts, verb=verb, actor=actor, reason=reason)


def save_site(*, site: Site | None, actor: Person, reason: str, **facts: Any) -> Site:
    _administrators_only(actor)
    verb = "site.created" if site is None else "site.changed"
    row = site or Site()
    return save_row(row=row, facts=facts, verb=verb, actor=actor, reason=reason)


def save_training(
    *, training: Training | None, actor: Person, reason: str, **facts: Any
) -> Training:
    _administrators_only(actor)
    verb = "training.created" if training is None else "training.changed"
    row = training or Training()
    return save_row(row=row, facts=facts, verb=verb, actor=actor, reason=reason)


# --- the first one ----------------------------------------------------------------------------
class AdministratorExists(RecordRefused):
    code = "administrator_exists"
    message = _("There is an administrator already. Say --additional with a --reason.")


@transaction.atomic
def create_administrator(
    *,
    email: str,
    given_name: str = "",
    family_name: str = "",
    password: str | None = None,
    additional: bool = False,
    reason: str = "",
) -> Person:
    """The installation's own way to an administrator: the first, or another with a reason.

    The person is made when nobody has the address. ``password`` None leaves it as it is.
    Two calls at once make one first administrator. Raises AdministratorExists, NoReason, and
    RoleNotPossible for who holds the role or no longer signs in.
    """
    if active_administrators(lock=True) and not additional:
        raise AdministratorExists
    why = given(reason) if additional else (reason.strip() or "The first administrator.")
    address = email.strip().lower()
    person = Person.objects.filter(email=address).first()
    if person is None:
        person = Person(email=address, given_name=given_name, family_name=family_name)
        person.set_unusable_password()
        person.save(force_insert=True)
        record("person.added", subject=person, actor=None, after={"fields": ["email"]}, reason=why)
    if password is not None:
        person.set_password(password)
        person.save(update_fields=["password"])
        record("person.password_set", subject=person, actor=None, reason=why)
    grant_role(person=person, role=Role.ADMINISTRATOR, reason=why, actor=None)
    person.refresh_from_db()
    return person
