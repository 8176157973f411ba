"""Who signs for whom, from when to when: asked for by one, accepted by the other."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.changing import given
from core.errors import DomainError, Forbidden, Stale
from people.models import Delegation, Person


class DelegationRefused(DomainError):
    code = "delegation_refused"


@transaction.atomic
def delegate(
    *,
    principal: Person,
    delegate: Person,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    at: datetime,
) -> Delegation:
    """Once accepted, ``delegate`` may decide for ``principal`` from ``starts_at`` to ``ends_at``.

    The end is the first moment at which it holds no more.
    Raises NoReason, and DelegationRefused for oneself, for somebody who cannot sign, for a period
    that is over or empty, and where the principal has a stand-in then already.
    """
    why = given(reason)
    if delegate.pk == principal.pk:
        raise DelegationRefused(_("Name somebody else than yourself."))
    if not principal.signing_enabled:
        raise DelegationRefused(_("You have nothing to sign, so nobody can sign for you."))
    if not (delegate.is_active and delegate.signing_enabled):
        raise DelegationRefused(_("%(name)s may not sign."), name=delegate.full_name)
    if ends_at <= starts_at:
        raise DelegationRefused(_("The last day is before the first."))
    if ends_at <= at:
        raise DelegationRefused(_("This period is over."))
    try:
        with transaction.atomic():
            made = Delegation.objects.create(
                principal=principal,
                delegate=delegate,
                valid=DateTimeTZRange(starts_at, ends_at),
                reason=why,
            )
    except IntegrityError as taken:
        raise DelegationRefused(
            _("Somebody stands in for you in a part of this time already. End that first.")
        ) from taken
    record(
        "delegation.asked",
        subject=principal,
        actor=principal,
        after={"delegate": str(delegate.public_id), "from": starts_at, "until": ends_at},
        reason=why,
    )
    return made


@transaction.atomic
def accept_delegation(*, delegation: Delegation, actor: Person, at: datetime) -> Delegation:
    """From now on the stand-in may decide.

    Raises Forbidden for anybody but the stand-in, Stale when it is gone or accepted, and
    DelegationRefused when its time is over.
    """
    found = _locked(delegation)
    if found.delegate_id != actor.pk:
        raise Forbidden
    if found.accepted_at is not None:
        raise Stale
    if found.valid.upper <= at:
        raise DelegationRefused(_("This period is over."))
    found.accepted_at = at
    found.save(update_fields=["accepted_at"])
    _note("delegation.accepted", found, actor)
    return found


@transaction.atomic
def end_delegation(*, delegation: Delegation, actor: Person, at: datetime) -> None:
    """By either of the two, at once. One that never took effect goes; one in use keeps its past.

    Raises Forbidden for anybody else, Stale when it is gone, DelegationRefused when it is over.
    """
    found = _locked(delegation)
    if actor.pk not in {found.principal_id, found.delegate_id}:
        raise Forbidden
    if found.valid.upper <= at:
        raise DelegationRefused(_("This period is over."))
    _note("delegation.ended", found, actor)
    if found.accepted_at is None or found.valid.lower >= at:
        found.delete()
        return
    found.valid = DateTimeTZRange(found.valid.lower, at)
    found.save(update_fields=["valid"])


def _locked(delegation: Delegation) -> Delegation:
    found = Delegation.objects.select_for_update(no_key=True).filter(pk=delegation.pk).first()
    if found is None:
        raise Stale
    return found


def _note(verb: str, delegation: Delegation, actor: Person) -> None:
    record(
        verb,
        subject=delegation.principal,
        actor=actor,
        after={
            "delegate": str(delegation.delegate.public_id),
            "from": delegation.valid.lower,
            "until": delegation.valid.upper,
        },
    )
