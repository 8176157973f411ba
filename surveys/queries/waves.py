"""Which waves somebody may answer or see."""

from datetime import date

from django.db.models import QuerySet

from people.models import Person
from surveys.models import Wave


def waves_to_answer(person: Person, today: date) -> QuerySet[Wave]:
    """Open ones that ``person`` is invited to and has not answered, the first to close first."""
    raise NotImplementedError


def waves_visible_to(person: Person) -> QuerySet[Wave]:
    """Those one was invited to, those of one's reach, and for the whole organisation all.

    Drafts and cancelled waves are for those who plan and for the reach; a team keeps seeing its
    results after the list of the invited is deleted.
    """
    raise NotImplementedError
