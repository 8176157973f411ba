"""Asking for readings: a job, at most one of a kind that waits."""

from django.db import transaction

from core.jobs import enqueue
from core.models import Job
from measurement.models import Reading
from people.models import Person
from workflows.models import Redesign
from workflows.operations import asking


@transaction.atomic
def ask_for_reading(*, redesign: Redesign, actor: Person | None) -> Job:
    """Queue a reading of whatever is due; asked twice, it is queued once.

    Somebody who asks wants the verdict the data allow now; the nightly run waits for its date.
    """
    return asking.ask_for_reading(
        redesign=redesign, actor=actor, with_data_as_it_is=actor is not None
    )


@transaction.atomic
def ask_for_recomputation(*, reading: Reading, actor: Person) -> Job:
    """Queue it; asked again while it waits, it is queued once."""
    return enqueue(
        "measurement.recompute_reading",
        actor=actor,
        subject=reading,
        dedupe_key=f"recompute:{reading.pk}",
        reading_id=reading.pk,
    )


def enqueue_due(*, workflow_id: int) -> None:
    """After an import: read every redesign of the workflow that went live."""
    for redesign in Redesign.objects.filter(workflow=workflow_id, go_live__isnull=False):
        ask_for_reading(redesign=redesign, actor=None)
