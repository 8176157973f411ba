"""Reminding all who have not answered, without saying whom or how many."""

from datetime import datetime

from people.models import Person
from surveys.models import Reminder, Wave


def remind(*, wave: Wave, actor: Person, at: datetime) -> Reminder:
    """At most two a wave, at least three days apart, while it is open.

    Raises NotYours, NotPossibleNow.
    """
    raise NotImplementedError
