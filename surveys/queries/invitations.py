"""The waves a person was invited to, and whether they have answered; nothing of anybody else."""

from collections.abc import Iterable

from django.db.models import QuerySet

from people.models import Person
from surveys.models import Participation, Wave


def invitations_of(person: Person) -> QuerySet[Participation]:
    return Participation.objects.filter(person=person).select_related(
        "wave__workflow", "wave__instrument", "wave__redesign__go_live", "person"
    )


def answered_by(person: Person, waves: Iterable[Wave]) -> dict[int, bool]:
    """By wave whether ``person`` has answered; waves without an invitation are absent."""
    rows = Participation.objects.filter(person=person, wave__in=[wave.pk for wave in waves])
    return dict(rows.values_list("wave_id", "done"))
