"""Refusals a person can act on; anything else that goes wrong is a bug and may be loud."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """An expected refusal. ``str()`` of it is text fit for a person, in their language.

    ``status`` is the HTTP answer of both pages and API; ``code`` names it for machines. ``facts``
    fill the ``%(name)s`` of the message only when it is read, so that a job can keep both apart.
    """

    status = 422
    code = "refused"
    message: str | Promise = _("That is not possible.")

    def __init__(self, message: str | Promise | None = None, **facts: Any) -> None:
        super().__init__(message or self.message)
        self.facts = facts
        if message is not None:
            self.message = message

    def __str__(self) -> str:
        return str(self.message) % self.facts if self.facts else str(self.message)


class Stale(DomainError):
    """Somebody else changed the thing first; what was typed must be kept by the caller."""

    status = 409
    code = "stale"
    message = _("Someone else changed this in the meantime. Look at it again, then decide.")


class Forbidden(DomainError):
    """Seen, but not yours to do."""

    status = 403
    code = "forbidden"
    message = _("This is not yours to do.")
