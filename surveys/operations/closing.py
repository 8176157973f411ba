"""Closing: on the last day's end, or once before by the program office."""

from datetime import datetime

from people.models import Person
from surveys.models import Wave


def close_wave(*, wave: Wave, actor: Person | None, reason: str, at: datetime) -> Wave:
    """Take no more answers and ask for the release; never undone.

    ``actor`` None: the scheduler, after the last day. By a person it is early, and ``reason`` is
    shown to everybody who was invited.

    Raises NotYours, NoReasonGiven, NotPossibleNow.
    """
    raise NotImplementedError
