"""Sending: the answer is sealed in memory before anything is stored."""

from collections.abc import Sequence
from datetime import datetime

from people.models import Person
from surveys.models import Wave


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

    ``comment``: at most 1,000 characters, line breaks and no other control characters. Nothing is
    audited, queued or timed.

    Raises NotInvited (404), WaveNotOpen and AlreadyAnswered (409), BadAnswers (422).
    """
    raise NotImplementedError
