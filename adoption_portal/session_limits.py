"""How long a session lasts: so long after sign-in, and so long after its last request."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import record
from people.choices import Role
from people.models import Person
from people.rules import has_role

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
SEEN_EVERY_SECONDS = 60  # a row is written so often at most, not with every request


class Ended(StrEnum):
    """Why a session ended by itself; the sign-in page has a sentence for each."""

    IDLE = "idle"
    OLD = "old"


WHY_ENDED = {
    Ended.IDLE.value: _(
        "You were signed out because nothing was done for a while. Sign in to go on where you were."
    ),
    Ended.OLD.value: _(
        "You were signed out because your last sign-in is too long ago. Sign in to go on where you "
        "were."
    ),
}


@receiver(user_logged_in, dispatch_uid="adoption_portal.session_limits")
def begin(request: HttpRequest, **kwargs: Any) -> None:  # noqa: ARG001
    request.session[SIGNED_IN] = request.session[SEEN] = int(timezone.now().timestamp())


class SessionLimitsMiddleware:
    """Ends a session that is over, on the server, before anything else looks at the person.

    One without the two moments was not begun by a sign-in of this release: it is over too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            ended = why_ended(request.session, request.user, now)
            if ended:
                end(request, request.user, ended)
            elif now - request.session[SEEN] >= SEEN_EVERY_SECONDS:
                request.session[SEEN] = now
        return self.get_response(request)


def end(request: HttpRequest, person: Person, why: Ended) -> None:
    """As signing out does, but nobody did it: the audit trail tells the two apart."""
    with transaction.atomic():
        record("person.session_ended", subject=person, actor=None, reason=why)
    request.session.flush()
    request.user = AnonymousUser()
    request.session_ended = why.value  # type: ignore[attr-defined]
    request.session_ended_of = person.pk  # type: ignore[attr-defined]


def why_ended(session: Any, person: Person, now: int) -> Ended | None:
    if now - session.get(SIGNED_IN, 0) >= settings.SESSION_ABSOLUTE_SECONDS:
        return Ended.OLD
    idle = now - session.get(SEEN, 0)
    if idle >= settings.SESSION_IDLE_SECONDS:
        return Ended.IDLE
    # Asked only in the hours between the two limits, so that no other request pays for it.
    if idle >= settings.SESSION_IDLE_SECONDS_ADMINISTRATOR and is_administrator(person):
        return Ended.IDLE
    return None


def is_administrator(person: Person) -> bool:
    return person.is_superuser or has_role(person, [Role.ADMINISTRATOR])
