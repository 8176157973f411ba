"""Proving to be the signed-in person at the moment of signing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import models, transaction
from django.db.models.functions import Now

from core.audit import record
from core.context import network_of, surroundings
from core.ids import uuid7
from core.jobs import enqueue
from core.models import AuditEvent
from core.models.audit import ClockTimestamp
from people.models import Person
from workflows.choices import SignatureLevel
from workflows.errors import NotPresent, SigningLocked
from workflows.models import Redesign

BAD_TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
REFUSED = "signing.refused"
REFUSED_ELSEWHERE = "person.password_refused"
REFUSALS = (REFUSED, REFUSED_ELSEWHERE)
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
    """Somebody was there, by the database's clock. Good for one decision within the minute.

    ``nonce`` is stored with that decision and unique: a proof used again is refused.
    """

    person_id: int
    method: str
    session_sha256: str
    proved_at: datetime
    nonce: UUID = field(default_factory=uuid7)

    def reaches(self, level: int, *, simulated: bool) -> bool:
        """Whether it is enough for a step; a simulated proof is, on a simulated workflow alone."""
        if self.method == SIMULATED:
            return simulated
        return LEVELS[self.method] >= level


def prove_presence(*, actor: Person, redesign: Redesign, credentials: Credentials) -> Proof:
    """Check what was typed against the signed-in person: the password, and the user id if given.

    Raises NotPresent and SigningLocked.
    """
    proved_at = _proved(
        actor, lambda person: _present(person, credentials), subject=redesign, refused=REFUSED
    )
    return Proof(
        person_id=actor.pk,
        method=TWO_COMPONENTS if credentials.user_id.strip() else PASSWORD,
        session_sha256=hashlib.sha256(credentials.session_key.encode()).hexdigest(),
        proved_at=proved_at,
    )


def prove_password(*, actor: Person, password: str) -> None:
    """The same for anything else that asks a signed-in person for the password once more.

    One count and one lock for all of them: a stolen session gets no further tries elsewhere.

    Raises NotPresent and SigningLocked.
    """
    _proved(
        actor,
        lambda person: _is_right(person, password),
        subject=actor,
        refused=REFUSED_ELSEWHERE,
    )


def _proved(
    actor: Person, is_right: Callable[[Person], bool], *, subject: models.Model, refused: str
) -> datetime:
    """The moment of it, by the database's clock.

    A wrong try is audited and stays so: call this outside the transaction of the decision. The
    person's row is locked first, so that tries at the same moment are all counted; for
    ``LOCKED_FOR`` after ``BAD_TRIES`` within ``TRIES_WITHIN`` even the right password is refused.
    Tries count by where they come from: a stolen session elsewhere locks nobody out here.
    """
    with transaction.atomic():
        person = (
            Person.objects.select_for_update(no_key=True)
            .annotate(clock=ClockTimestamp())
            .get(pk=actor.pk)
        )
        if is_locked(person):
            refusal: NotPresent | SigningLocked | None = SigningLocked()
        elif is_right(person):
            refusal = None
        else:
            refusal = _refused(person, subject, refused)
    if refusal:
        raise refusal
    proved_at: datetime = person.clock
    return proved_at


def is_locked(person: Person) -> bool:
    """Whether neither signing nor signing in is open to ``person`` from here.

    The lock counts from the last wrong try, by the database's clock: one that only lasted while the
    first of five is young enough could end a moment after the fifth.
    """
    return _times([LOCKED], person, LOCKED_FOR) > 0


def bad_tries(person: Person) -> int:
    return _times(REFUSALS, person, TRIES_WITHIN)


def _times(verbs: Sequence[str], person: Person, within: timedelta) -> int:
    """How often it came of late from the network this call comes from."""
    came_from = AuditEvent.objects.filter(
        actor=person, verb__in=verbs, at__gt=Now() - within
    ).values_list("remote_addr", flat=True)
    here = surroundings().network
    return sum(network_of(address) == here for address in came_from)


def _is_right(person: Person, password: str) -> bool:
    """Without storing a newer hash as ``Person.check_password`` may: that would end the session."""
    return check_password(password, person.password)


def _present(person: Person, credentials: Credentials) -> bool:
    # The password is checked in any case: the time taken tells nothing about the user id.
    right = _is_right(person, credentials.password)
    user_id = credentials.user_id.strip().lower()
    return right and user_id in {"", person.email or ""}


def _refused(person: Person, subject: models.Model, verb: str) -> NotPresent | SigningLocked:
    record(verb, subject=subject, actor=person)
    if bad_tries(person) < BAD_TRIES:
        return NotPresent()
    record(LOCKED, subject=subject, actor=person)
    enqueue("workflows.tell_signing_locked", person_id=person.pk)
    return SigningLocked()
