"""Asking the measuring app for a reading, by the name of its job."""

from core.jobs import enqueue
from core.models import Job
from people.models import Person
from workflows.models import Redesign


def ask_for_reading(
    *, redesign: Redesign, actor: Person | None, with_data_as_it_is: bool = False
) -> Job:
    """Queue a reading of whatever is due; asked twice, it is queued once. In a transaction.

    ``with_data_as_it_is``: somebody wants the verdict the data allow now.
    """
    return enqueue(
        "measurement.measure_redesign",
        actor=actor,
        subject=redesign,
        dedupe_key=f"measure:{redesign.pk}:{'now' if with_data_as_it_is else 'due'}",
        redesign_id=redesign.pk,
        with_data_as_it_is=with_data_as_it_is,
    )
