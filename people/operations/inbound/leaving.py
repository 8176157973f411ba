"""The end of access: sessions, keys, roles and rights go in the transaction that ends the work."""

import secrets
from collections.abc import Sequence

from django.utils import timezone

from core.audit import record
from core.models import ApiToken
from core.tokens import revoke_token
from people.models import Person, RoleGrant


def unusable_password() -> str:
    """As Django marks one. Different each time, so that no session outlives it."""
    return f"!{secrets.token_hex(20)}"


def end_access(ids: Sequence[int], actor: Person | None) -> None:
    """For people who are inactive already. Whom they sign for is looked at by a job of its own.

    The password goes with the sessions, which hang on it: nothing of before works after a return.
    """
    if not ids:
        return
    people = list(Person.objects.filter(pk__in=ids))
    for person in people:
        person.password = unusable_password()
        person.is_staff = person.is_superuser = person.signing_enabled = False
    Person.objects.bulk_update(
        people, ["password", "is_staff", "is_superuser", "signing_enabled"], batch_size=1000
    )
    for grant in RoleGrant.objects.filter(person__in=ids, ended_at__isnull=True).select_related(
        "person", "unit"
    ):
        grant.ended_at = timezone.now()
        grant.save(update_fields=["ended_at"])
        record(
            "role.ended",
            subject=grant.person,
            actor=actor,
            after={"role": grant.role, "unit": grant.unit.code if grant.unit else ""},
            reason="left",
        )
    for token in ApiToken.objects.filter(owner__in=ids, revoked_at__isnull=True):
        revoke_token(token=token, actor=actor)
