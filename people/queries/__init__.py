"""Reads about persons."""

from django.db import connection
from django.db.models import Q, QuerySet

from people.choices import Role
from people.models import Delegation, Person, RoleGrant

ADMINISTRATORS_LOCK = 0x41444D49


def person_with(email: str) -> Person | None:
    """``Person.email`` is the one address of a person; allauth's table of further ones is not read.

    A row there would let its owner in as somebody else.
    """
    return Person.objects.filter(email=email.replace("\x00", "").strip().lower()).first()


def active_administrators(*, lock: bool = False) -> list[int]:
    """Ids of the people who hold the role and sign in.

    ``lock`` makes another asker with a lock wait for the end of this transaction, also while there
    is none whose row could be locked.
    """
    if lock:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADMINISTRATORS_LOCK])
    held = RoleGrant.objects.filter(
        role=Role.ADMINISTRATOR, ended_at__isnull=True, person__is_active=True
    )
    return sorted(set(held.values_list("person_id", flat=True)))


def last_administrator() -> list[int]:
    """The one who is left, or nobody where there are more."""
    found = active_administrators()
    return found if len(found) == 1 else []


def delegations_of(person: Person) -> QuerySet[Delegation]:
    """Given and held, the latest to begin first; the others' are nobody's to see."""
    return (
        Delegation.objects.filter(Q(principal=person) | Q(delegate=person))
        .select_related("principal", "delegate")
        .order_by("-valid", "-pk")
    )
