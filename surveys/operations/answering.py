"""Sending: the answer is sealed in memory before anything is stored."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from people.models import Person
from surveys.errors import AlreadyAnswered, BadAnswers, NotInvited, WaveNotOpen
from surveys.models import Ballot, Participation, Wave
from surveys.rules import takes_answers
from surveys.sealing import (
    LONGEST_COMMENT,
    Sheet,
    SheetNotPossible,
    are_answers,
    is_comment,
    seal,
    tidy_comment,
)


@sensitive_variables()
def answer(
    *,
    wave: Wave,
    person: Person,
    answers: Sequence[int | None],
    comment: str,
    at: datetime,
    language: str = "",
) -> None:
    """Seal and store; ``answers`` by item position, 1 to 5 or None for "cannot say".

    ``comment``: at most 1,000 characters, line breaks and no other control characters.
    ``language``: of the page; by default the active one.

    Everything is checked and sealed before the transaction, which has two statements: the person's
    row says "done", the box goes in. Nothing is audited, queued, logged or timed. A crash between
    neither loses nor doubles an answer.

    Raises NotInvited (404), WaveNotOpen and AlreadyAnswered (409), BadAnswers (422).
    """
    wave = Wave.objects.select_related("instrument", "redesign__go_live").get(pk=wave.pk)
    place = Participation.objects.filter(wave=wave, person=person).first()
    if place is None:
        raise NotInvited
    if not takes_answers(wave, at, timezone.localdate(at)):
        raise WaveNotOpen
    if place.done:
        raise AlreadyAnswered
    box = _sealed(wave, place, answers, comment, language or get_language() or "")
    with transaction.atomic():
        _hold_open(wave)
        sent = Participation.objects.filter(wave=wave, person=person, done=False)
        if not sent.update(done=True):
            raise AlreadyAnswered
        Ballot.objects.create(wave=wave, box=box)


@sensitive_variables()
def _sealed(
    wave: Wave,
    place: Participation,
    answers: Sequence[int | None],
    comment: str,
    language: str,
) -> bytes:
    if not are_answers(answers, wave.instrument.items.count()):
        raise BadAnswers
    comment = tidy_comment(comment)
    if comment and not wave.asks_comment:
        raise BadAnswers(_("This survey asks no question in free words."))
    if len(comment) > LONGEST_COMMENT:
        raise BadAnswers(
            _("Use at most %(most)s characters; these are %(count)s."),
            most=LONGEST_COMMENT,
            count=len(comment),
        )
    if not is_comment(comment):
        raise BadAnswers(_("The text holds a control character that can't be stored."))
    sheet = Sheet(
        unit=place.unit_id,
        attributes=tuple(place.attributes),
        answers=tuple(answers),
        comment=comment,
        language=language[:5],
    )
    key = bytes(wave.public_key or b"")
    try:
        return seal(sheet, public_key=key, asks_comment=wave.asks_comment)
    except SheetNotPossible:
        raise BadAnswers from None


def _hold_open(wave: Wave) -> None:
    """Many may answer at once; whoever closes the wave waits for them, and they for the close."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM surveys_wave WHERE id = %s AND state = 'open' FOR SHARE", [wave.pk]
        )
        if cursor.fetchone() is None:
            raise WaveNotOpen
