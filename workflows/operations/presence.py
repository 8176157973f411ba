"""Proving to be the signed-in person at the moment of signing."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from core.audit import record
from core.jobs import enqueue
from core.models import AuditEvent
from core.models.audit import ClockTimestamp
from people.models import Person
from workflows.choices import SignatureLevel
from workflows.errors import NotPresent, SigningLocked
from workflows.models import Redesign

BAD_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
REFUSED = "signing.refused"
LOCKED = "signing.locked"
PASSWORD, TWO_COMPONENTS, SIMULATED = "password", "user_id_and_password", "simulated"
LEVELS = {
    PASSWORD: SignatureLevel.REAUTHENTICATED,
    TWO_COMPONENTS: SignatureLevel.TWO_COMPONENTS,
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was typed into the signing panel, and the session it was typed in."""

    password: str = field(default="", repr=False)
    user_id: str = ""
    session_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody was there, by the database's clock. Good for one decision within the minute."""

    person_id: int
    method: str
    session_sha256: str
    proved_at: datetime

    def reaches(self, level: int, *, simulated: bool) -> bool:
        """Whether it is enough for a step; a simulated proof is, on a simulated workflow alone."""
        if self.method == SIMULATED:
            return simulated
        return LEVELS[self.method] >= level


def prove_presence(*, actor: Person, redesign: Redesign, credentials: Credentials) -> Proof:
    """Check what was typed against the signed-in person: the password, and the user id if given.

    A wrong try is audited and stays so: call this outside the transaction of the decision. The
    person's row is locked first, so that tries at the same moment are all counted; after
    ``BAD_TRIES`` within ``LOCKED_FOR`` even the right password is refused.

    Raises NotPresent and SigningLocked.
    """
    with transaction.atomic():
        person = (
            Person.objects.select_for_update(no_key=True)
            .annotate(clock=ClockTimestamp())
            .get(pk=actor.pk)
        )
        if bad_tries(person) >= BAD_TRIES:
            refusal: NotPresent | SigningLocked | None = SigningLocked()
        elif _present(person, credentials):
            refusal = None
        else:
            refusal = _refused(person, redesign)
    if refusal:
        raise refusal
    return Proof(
        person_id=actor.pk,
        method=TWO_COMPONENTS if credentials.user_id.strip() else PASSWORD,
        session_sha256=hashlib.sha256(credentials.session_key.encode()).hexdigest(),
        proved_at=person.clock,
    )


def bad_tries(person: Person) -> int:
    """Wrong tries of the last 15 minutes, by the database's clock."""
    return AuditEvent.objects.filter(actor=person, verb=REFUSED, at__gt=Now() - LOCKED_FOR).count()


def _present(person: Person, credentials: Credentials) -> bool:
    # The password is checked in any case: the time taken tells nothing about the user id.
    right = person.check_password(credentials.password)
    user_id = credentials.user_id.strip().lower()
    return right and user_id in {"", person.email or ""}


def _refused(person: Person, redesign: Redesign) -> NotPresent | SigningLocked:
    record(REFUSED, subject=redesign, actor=person)
    if bad_tries(person) < BAD_TRIES:
        return NotPresent()
    record(LOCKED, subject=redesign, actor=person)
    enqueue("workflows.tell_signing_locked", person_id=person.pk)
    return SigningLocked()
