"""The rules of signing in that look at what happened elsewhere in the portal."""

import hashlib
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from core.audit import record
from core.context import network_of, surroundings
from core.counting import Counter
from core.models import AuditEvent
from people.adapter import AccountAdapter
from people.models import Person
from people.queries import person_with
from workflows.errors import SigningLocked
from workflows.operations.presence import is_locked

MISSES_A_DAY = 200  # of one account, from everywhere together; nobody mistypes so often
KNOWN_PLACE = timedelta(days=30)
MISSES_REACHED = "person.sign_in_limit_reached"


class PortalAdapter(AccountAdapter):
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account and place: a stranger's misses elsewhere shut nobody out of the own account.

        allauth has no other hook for it; it calls this on every miss.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key} {surroundings().network}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Guesses from many places have a limit too, the same whether the account exists or not.

        Where the person signed in of late it does not hold: strangers shut nobody out for ever.
        """
        super().pre_authenticate(request, **credentials)
        email = credentials.get("email", "")
        if misses_of(email).count() >= MISSES_A_DAY and not is_known_place(person_with(email)):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        email = credentials.get("email", "")
        misses = misses_of(email)
        was_below = misses.count() < MISSES_A_DAY
        misses.add()
        if was_below and misses.count() >= MISSES_A_DAY:
            with transaction.atomic():
                record(MISSES_REACHED, subject=person_with(email), actor=None)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Nobody from where a signature is locked (21 CFR 11.300(d)): the guesser may have guessed.

        Asked after the password is known to be right, so that a stranger learns nothing.
        """
        person: Person | None = super().authenticate(request, **credentials)
        if person is not None and is_locked(person):
            with transaction.atomic():
                record("person.sign_in_refused", subject=person, actor=None)
            raise ValidationError(SigningLocked.message, code=SigningLocked.code)
        return person

    @transaction.atomic
    def set_password(self, user: Person, password: str) -> None:
        """Changed by the signed-in person, or by who opened the link in the mail (no actor).

        A new password by mail opens the door at once where it was shut by too many misses.
        """
        person = Person.objects.select_for_update(no_key=True).get(pk=user.pk)
        person.set_password(password)
        person.save(update_fields=["password"])
        user.password = person.password  # the session that goes on is bound to it
        if self.request.user == person:
            record("person.password_changed", subject=person, actor=person)
        else:
            record("person.password_reset", subject=person, actor=None)
            self._delete_login_attempts_cached_email(self.request, email=person.email or "")
            misses_of(person.email or "").forget()


def misses_of(email: str) -> Counter:
    # A hash, because what was typed may be long, and is nobody's to read in the cache.
    typed = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return Counter(f"misses:{typed}", seconds=24 * 60 * 60)


def is_known_place(person: Person | None) -> bool:
    """Whether ``person`` signed in from this network of late."""
    if person is None:
        return False
    came_from = AuditEvent.objects.filter(
        actor=person, verb="person.signed_in", at__gt=Now() - KNOWN_PLACE
    ).values_list("remote_addr", flat=True)
    here = surroundings().network
    return bool(here) and any(network_of(address) == here for address in came_from.distinct())
