"""``Idempotency-Key``: asked twice, done once, answered the same."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import DomainError
from core.models import ApiToken, IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST = 200
KEPT_HEADERS = ("Location",)


class BadKey(DomainError):
    status = 400
    code = "idempotency_key_invalid"
    message = _("An Idempotency-Key has 1 to 200 visible signs.")


class OtherBody(DomainError):
    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was used for another request.")


class InFlight(DomainError):
    status = 409
    code = "idempotency_key_in_flight"
    message = _("A request with this Idempotency-Key is being worked on. Ask again in a moment.")


@dataclass(frozen=True, slots=True)
class Held:
    """The client's key, nobody else's as long as the request lasts; without one all is as usual."""

    token: ApiToken
    key: str
    about: str

    def answered(self, body_sha256: str) -> Response | None:
        """What was answered before; None the first time. Raises OtherBody for another request."""
        if not self.key:
            return None
        found = IdempotencyKey.objects.filter(token=self.token, key=self.key).first()
        if found is None:
            return None
        if found.body_sha256 != self._digest(body_sha256):
            raise OtherBody
        headers = {**found.headers, REPLAYED: "true"}
        return Response(found.body, status=found.status, headers=headers)

    def keep(self, body_sha256: str, response: Response) -> None:
        """In the transaction of the work, so that there is never one without the other."""
        if self.key:
            IdempotencyKey.objects.create(
                token=self.token,
                key=self.key,
                body_sha256=self._digest(body_sha256),
                status=response.status_code,
                headers={name: response[name] for name in KEPT_HEADERS if name in response},
                body=response.data,
            )

    def _digest(self, body_sha256: str) -> str:
        return hashlib.sha256(f"{self.about}\n{body_sha256}".encode()).hexdigest()


@contextmanager
def key_held(request: Request) -> Iterator[Held]:
    """Hold the request's key. Raises InFlight while another request of the client holds it.

    A lock of the connection, not a row: it goes with the process, and a killed request leaves
    nothing behind that would refuse the next one.
    """
    token: Any = request.auth
    key = request.headers.get(HEADER, "").strip()
    if HEADER in request.headers and not (0 < len(key) <= LONGEST and key.isprintable()):
        raise BadKey
    held = Held(token, key, f"{request.method} {request.get_full_path()}")
    if not key:
        yield held
        return
    name = hashlib.sha256(f"{token.pk} {key}".encode()).digest()
    number = int.from_bytes(name[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise InFlight
    try:
        yield held
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
