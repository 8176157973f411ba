"""Mails of a wave: plain text, in the person's language, one link that only opens a page.

How far a mailing got is kept as the last person looked at, never who got one: a list of reminders
would be a list of those who had not answered. A worker that dies in a batch sends that batch again;
two workers wait for each other. One refused address stops no other.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.charts import words
from people.choices import Role
from people.models import Person, RoleGrant
from surveys.choices import InstrumentKind, MailingKind, WaveState
from surveys.models import Mailing, Participation, Wave
from surveys.rules import takes_answers

log = logging.getLogger(__name__)
BATCH = 20
INVITED, MANAGERS = 1, 2
# Faults of one address, not of the server.
REFUSED = (smtplib.SMTPRecipientsRefused, ValueError)

Letter = tuple[str, list[str]]
Next = Callable[[int], list[int]]


def tell_invited(*, wave_id: int, at: datetime) -> None:
    """Once everybody who is invited and has not answered meanwhile."""
    wave = _wave(wave_id)
    if takes_answers(wave, at, timezone.localdate(at)):
        _send_all(wave, MailingKind.INVITATION, INVITED, _unanswered(wave), _invitation)


def tell_unanswered(*, wave_id: int, number: int, at: datetime) -> None:
    """The ``number``-th reminder, to all who have not answered when their turn comes."""
    wave = _wave(wave_id)
    if takes_answers(wave, at, timezone.localdate(at)):
        _send_all(wave, MailingKind.REMINDER, number, _unanswered(wave), _reminder)


def tell_results(*, wave_id: int) -> None:
    """How it ended: the team and its managers on the same day; the office too if it went wrong."""
    wave = _wave(wave_id)
    team = Participation.objects.filter(wave=wave)
    _send_all(wave, MailingKind.RESULT, INVITED, _after(team), _ending)
    _send_all(wave, MailingKind.RESULT, MANAGERS, _people(_managers(wave)), _ending)


def _wave(wave_id: int) -> Wave:
    return Wave.objects.select_related(
        "instrument", "workflow", "snapshot", "redesign__go_live"
    ).get(pk=wave_id)


def _unanswered(wave: Wave) -> Next:
    return _after(Participation.objects.filter(wave=wave, done=False))


def _after(places: QuerySet[Participation]) -> Next:
    def following(person_id: int) -> list[int]:
        found = places.filter(person__gt=person_id).order_by("person")
        return list(found.values_list("person", flat=True)[:BATCH])

    return following


def _people(ids: Iterable[int]) -> Next:
    ordered = sorted(ids)
    return lambda person_id: [one for one in ordered if one > person_id][:BATCH]


def _managers(wave: Wave) -> set[int]:
    """Heads of the units asked, the workflow's owner; the program office when it ended badly."""
    units = [node["unit"] for node in wave.snapshot.tree]
    found = set(Person.objects.filter(heads__in=units).values_list("pk", flat=True))
    found.add(wave.workflow.owner_id)
    if wave.state == WaveState.STOPPED:
        office = RoleGrant.objects.filter(role=Role.PROGRAM_OFFICE, ended_at__isnull=True)
        found |= set(office.values_list("person", flat=True))
    invited = Participation.objects.filter(wave=wave, person__in=found)
    return found - set(invited.values_list("person", flat=True))


def _send_all(
    wave: Wave, kind: MailingKind, number: int, following: Next, letter: Callable[[Wave], Letter]
) -> None:
    """Batch by batch, each in a transaction that holds the mailing's row."""
    Mailing.objects.get_or_create(wave=wave, kind=kind, number=number)
    while True:
        with transaction.atomic():
            mailing = Mailing.objects.select_for_update(no_key=True).get(
                wave=wave, kind=kind, number=number
            )
            batch = following(mailing.through_person)
            if not batch:
                return
            for person in Person.objects.filter(pk__in=batch, is_active=True).order_by("pk"):
                _send(wave, person, letter)
            mailing.through_person = batch[-1]
            mailing.save(update_fields=["through_person"])


def _send(wave: Wave, person: Person, letter: Callable[[Wave], Letter]) -> None:
    if not person.email:
        return
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject, lines = letter(wave)
        link = f"{settings.BASE_URL}{wave.get_absolute_url()}"
        body = "\n\n".join([*(line for line in lines if line), link]) + "\n"
        try:
            EmailMessage(subject=" ".join(subject.split()), body=body, to=[person.email]).send()
        except REFUSED as fault:
            # Not for whom: of a reminder that would say who has not answered.
            log.warning("a mail of wave %s was refused: %s", wave.public_id, type(fault).__name__)


def _invitation(wave: Wave) -> Letter:
    return (
        _("What is it like to work with it? %(name)s") % {"name": wave.workflow.name},
        [
            _("You do this work. A short survey asks how it goes: %(time)s, until %(day)s.")
            % {"time": _time(wave), "day": words.day(wave.closes_date)},
            _(
                "Your name is not stored with your answers. They are opened once, after the survey "
                "has closed, all together. You see your team's result on the day your manager does."
            ),
        ],
    )


def _reminder(wave: Wave) -> Letter:
    return (
        _("Open until %(day)s: %(name)s")
        % {"day": words.day(wave.closes_date), "name": wave.workflow.name},
        [
            _("This goes to everybody who has not answered yet. It takes %(time)s.")
            % {"time": _time(wave)},
            _("Nobody is shown who has answered, and nobody is told that you got this."),
        ],
    )


def _time(wave: Wave) -> str:
    if wave.instrument.kind == InstrumentKind.BEFORE:
        return _("less than a minute")
    return _("two to three minutes")


def _early(wave: Wave) -> str:
    """A person's reason stays in that person's words."""
    reason = wave.closed_early_reason
    if not reason:
        return ""
    told = reason if wave.closed_early_by_id else _(reason)
    return _("The survey was closed early: %(reason)s") % {"reason": told}


def _ending(wave: Wave) -> Letter:
    name = {"name": wave.workflow.name}
    early = _early(wave)
    if wave.state == WaveState.TOO_FEW:
        return (
            _("Too few answers: %(name)s") % name,
            [
                early,
                _(
                    "Too few people answered to show anything. The answers were deleted unread, "
                    "and the key to them is destroyed."
                ),
            ],
        )
    if wave.state == WaveState.STOPPED:
        return (
            _("No result: %(name)s") % name,
            [
                early,
                _(
                    "The sealed answers could not be counted as they should be, so nothing is "
                    "shown. They are deleted, and the key to them is destroyed."
                ),
            ],
        )
    return (
        _("The result is there: %(name)s") % name,
        [
            early,
            _("The team and its managers see it from today. The key to the answers is destroyed."),
        ],
    )
