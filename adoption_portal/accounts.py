"""The one rule of signing in that looks at what happened elsewhere in the portal."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from core.audit import record
from core.context import surroundings
from people.adapter import AccountAdapter
from people.models import Person
from workflows.errors import SigningLocked
from workflows.operations.presence import is_locked


class PortalAdapter(AccountAdapter):
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account and place: a stranger's misses elsewhere shut nobody out of the own account.

        allauth has no other hook for it; it calls this on every miss.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key} {surroundings().network}"

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
