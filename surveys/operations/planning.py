"""Planning a wave, and giving up one that has not opened."""

from collections.abc import Sequence
from datetime import date, datetime

from people.models import Person
from surveys.models import Instrument, Wave
from workflows.models import Redesign


def plan_wave(
    *,
    actor: Person,
    redesign: Redesign,
    instrument: Instrument,
    opens_date: date,
    closes_date: date,
    minimum_group: int,
    asks_comment: bool,
    attributes: Sequence[str],
    contact: str,
    agreement: str,
    at: datetime,
) -> Wave:
    """A wave that a worker opens on ``opens_date``, at once when that is today.

    ``closes_date`` is the last day on which answers are taken. ``attributes`` are codes of
    ``surveys.attributes.ATTRIBUTES``, at most three.

    Raises NotYours for anybody but the program office, and WaveNotPossible, whose ``field`` names
    the argument that is wrong ("" when it is none of them).
    """
    raise NotImplementedError


def cancel_wave(*, wave: Wave, actor: Person, reason: str, at: datetime) -> Wave:
    """A wave that has not opened will not. Raises NotYours, NoReasonGiven, NotPossibleNow."""
    raise NotImplementedError
