"""Trust surveys of the simulated organisation: two asked and counted, one open, one to come.

All through the operations people and workers use, with keys that are made and destroyed. A wave of
the past is told the days of the past, which only a simulated workflow may be; its audit events keep
the moment of the seeding. Opening and counting belong to a worker: seed where the keys lie.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from adoption_portal.demo.catalogue import STORIES
from adoption_portal.demo.opinions import (
    LANGUAGES,
    Mood,
    Statement,
    answers,
    comments,
    general_view,
)
from adoption_portal.demo.organisation import Organisation, employee
from people.choices import Role
from people.models import Person
from surveys.choices import MailingKind, WaveState
from surveys.models import Instrument, Item, Mailing, Participation, Wave
from surveys.operations import answer, close_wave, open_wave, plan_wave, release
from surveys.operations.mailing import INVITED, MANAGERS
from surveys.operations.planning import APART_DAYS, FIRST_DAYS, SECOND_DAYS, smallest_minimum
from surveys.operations.tending import count_answered
from workflows.choices import RedesignState
from workflows.models import GoLive

DAYS_OPEN = 21
CODE, VERSION = "AWT-16", "1.0"
LANGUAGE_OF = {"LYS": ("fr", "fr", "de", "en"), "OPO": ("en", "en", "de", "fr")}
TOLD = ((MailingKind.INVITATION, INVITED), (MailingKind.RESULT, INVITED), (MailingKind.RESULT, MANAGERS))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Waves of the workflow ``slug``, by days after go-live, and how each went."""

    slug: str
    waves: tuple[tuple[int, Mood], ...]
    attributes: tuple[str, ...] = ()


SECOND_AND_NEXT = SECOND_DAYS + APART_DAYS
# In the first trust grows because people check and know its limits; in the second they check less.
ASKED = (
    Asked(
        "batch-record-review",
        (
            (FIRST_DAYS, Mood(3.3, 3.75, answered=0.8)),
            (SECOND_DAYS, Mood(3.6, 3.85, answered=0.84, shifts={"UND": 0.25, "TRN": 0.15})),
            (SECOND_AND_NEXT, Mood(3.65, 3.85, answered=0.45)),
        ),
        attributes=("job",),
    ),
    Asked(
        "invoice-approval",
        (
            (FIRST_DAYS, Mood(3.3, 3.7, answered=0.85)),
            (
                SECOND_DAYS,
                Mood(
                    3.72,
                    3.25,
                    answered=0.86,
                    cannot_say={"FAI1": 0.27},
                    shifts={"WIL": 0.2, "FAI": -0.3},
                ),
            ),
            (SECOND_AND_NEXT, Mood(3.7, 3.2, answered=0.0)),
        ),
    ),
)


def seed_trust(organisation: Organisation, *, at: datetime) -> None:
    """Each wave as far as it has come by ``at``; one that is there already is left alone."""
    for asked in ASKED:
        story = next(one for one in STORIES if one.slug == asked.slug)
        live = GoLive.objects.select_related("redesign__workflow").filter(
            redesign__workflow__name=story.name,
            redesign__workflow__is_simulated=True,
            redesign__state__in=[RedesignState.LIVE, RedesignState.MEASURED],
        ).first()  # fmt: skip
        if live is not None:
            for days, mood in asked.waves:
                _held(asked, live, days=days, mood=mood, organisation=organisation, at=at)
    count_answered(at=at)


def _held(
    asked: Asked,
    live: GoLive,
    *,
    days: int,
    mood: Mood,
    organisation: Organisation,
    at: datetime,
) -> None:
    """In one transaction up to where a worker could take over, which must not meet half of it."""
    opens = timezone.localdate(live.at) + timedelta(days=days)
    wave = Wave.objects.filter(redesign=live.redesign, opens_date=opens).first()
    if wave is None:
        with transaction.atomic():
            wave = _planned(asked, live, opens_at=_morning(opens), organisation=organisation, at=at)
            if opens <= timezone.localdate(at):
                wave = _answered(asked, wave, mood, organisation, at)
    if wave.state in {WaveState.CLOSED, WaveState.RELEASED}:
        release(wave=wave, at=_closing(wave))


def _planned(
    asked: Asked, live: GoLive, *, opens_at: datetime, organisation: Organisation, at: datetime
) -> Wave:
    return plan_wave(
        actor=organisation.holders[Role.PROGRAM_OFFICE],
        redesign=live.redesign,
        instrument=Instrument.objects.get(code=CODE, version=VERSION),
        opens_date=opens_at.date(),
        closes_date=opens_at.date() + timedelta(days=DAYS_OPEN),
        minimum_group=smallest_minimum(),
        asks_comment=True,
        attributes=asked.attributes,
        contact=f"{organisation.holders[Role.PRIVACY].full_name} (data protection, simulated)",
        agreement="No. 7, on surveys (simulated)",
        at=min(opens_at - timedelta(days=10), at),
    )


def _answered(
    asked: Asked, wave: Wave, mood: Mood, organisation: Organisation, at: datetime
) -> Wave:
    opened_at = _morning(wave.opens_date)
    # Nobody gets a mail today about the weeks before: every mailing has reached its end.
    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    told = TOLD if wave.closes_date < timezone.localdate(at) else TOLD[:1]
    for kind, number in told:
        Mailing.objects.create(wave=wave, kind=kind, number=number, through_person=last)
    wave = open_wave(wave=wave, at=min(opened_at, at))
    silent = {employee(organisation).pk} if wave.closes_date >= timezone.localdate(at) else set()
    _everybody_asked(asked, wave, mood, silent, at=min(opened_at + timedelta(days=1), at))
    return close_wave(wave=wave, actor=None, reason="", at=min(_closing(wave), at))


def _everybody_asked(
    asked: Asked, wave: Wave, mood: Mood, silent: set[int], *, at: datetime
) -> None:
    chance = random.Random(f"{asked.slug} {mood.trust} {mood.checking} {mood.answered}")
    statements = [
        Statement(item.key, item.scale.key if item.scale else "", item.is_reversed)
        for item in Item.objects.filter(instrument=wave.instrument_id)
        .select_related("scale")
        .order_by("position")
    ]
    left = comments(chance)
    invited = Participation.objects.filter(wave=wave).select_related("person", "unit__site")
    for place in invited.order_by("person__source_id"):
        one, site = place.person, place.unit.site
        language = chance.choice(LANGUAGE_OF.get(site.code if site else "", LANGUAGES))
        sheet = answers(statements, mood, general_view(f"{asked.slug} {one.source_id}"), chance)
        says = chance.random() < mood.comments and left[language]
        if one.pk in silent or chance.random() >= mood.answered:
            continue
        answer(
            wave=wave,
            person=one,
            answers=sheet,
            comment=left[language].pop() if says else "",
            language=language,
            at=at,
        )


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(8)))


def _closing(wave: Wave) -> datetime:
    """The night after the last day, when the scheduler comes by."""
    return timezone.make_aware(datetime.combine(wave.closes_date + timedelta(days=1), time(0, 10)))
