"""The waves a person was invited to, and whether they have answered; nothing of anybody else."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from people.models import Person
from surveys.choices import WaveState
from surveys.models import Participation, Wave


def invitations_of(person: Person) -> QuerySet[Participation]:
    return Participation.objects.filter(person=person).select_related(
        "wave__workflow", "wave__instrument", "wave__redesign"
    )


def takes_answers(wave: Wave, today: date) -> bool:
    """Through the last day, unless it was closed early."""
    return wave.state == WaveState.OPEN and wave.opens_date <= today <= wave.closes_date


def answered_by(person: Person, waves: Iterable[Wave]) -> dict[int, bool]:
    """By wave whether ``person`` has answered; waves without an invitation are absent."""
    rows = Participation.objects.filter(person=person, wave__in=[wave.pk for wave in waves])
    return dict(rows.values_list("wave_id", "done"))
