"""What asks for a person's answers, read once for the page and its frame."""

from datetime import datetime

from people.models import Person
from surveys.models import Wave
from surveys.queries.waves import waves_to_answer

MOST = 20


def surveys_waiting(person: Person, at: datetime) -> list[Wave]:
    """Open waves ``person`` has not answered, the first to close first.

    One query for each person a request read; the answer is kept on it.
    """
    known: list[Wave] | None = getattr(person, "surveys_waiting", None)
    if known is None:
        known = list(waves_to_answer(person, at).select_related("workflow", "instrument")[:MOST])
        person.surveys_waiting = known  # type: ignore[attr-defined]
    return known
