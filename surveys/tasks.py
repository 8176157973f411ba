"""Doorbells: each takes ids, makes one call, and may be rung twice.

Not atomic where the work commits by itself: a key is a file, and a mail is never undone.
"""

from datetime import time, timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.jobs import claimed
from core.schedule import periodic


@shared_task(name="surveys.tend_waves", acks_late=True, reject_on_worker_lost=True)
def tend_waves(job_id: str) -> None:
    """Asks again for whatever was left half done."""
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from surveys.operations import tending

            tending.tend_waves(at=timezone.now())


@shared_task(name="surveys.open_wave", acks_late=True, reject_on_worker_lost=True)
def open_wave(job_id: str, wave_id: int) -> None:
    """The key file is there before the wave is open, and is found again by a second run."""
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from surveys.models import Wave
            from surveys.operations import open_wave

            open_wave(wave=Wave.objects.get(pk=wave_id), at=timezone.now())


@shared_task(name="surveys.release_wave", acks_late=True, reject_on_worker_lost=True)
def release_wave(job_id: str, wave_id: int) -> None:
    """Goes on from wherever an earlier run stopped."""
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from surveys.models import Wave
            from surveys.operations import release

            release(wave=Wave.objects.get(pk=wave_id), at=timezone.now())


@shared_task(name="surveys.tell_invited", acks_late=True, reject_on_worker_lost=True)
def tell_invited(job_id: str, wave_id: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from surveys.operations import mailing

            mailing.tell_invited(wave_id=wave_id, at=timezone.now())


@shared_task(name="surveys.tell_unanswered", acks_late=True, reject_on_worker_lost=True)
def tell_unanswered(job_id: str, wave_id: int, number: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from surveys.operations import mailing

            mailing.tell_unanswered(wave_id=wave_id, number=number, at=timezone.now())


@shared_task(name="surveys.tell_results", acks_late=True, reject_on_worker_lost=True)
def tell_results(job_id: str, wave_id: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from surveys.operations import mailing

            mailing.tell_results(wave_id=wave_id)


@shared_task(name="surveys.count_answered", acks_late=True, reject_on_worker_lost=True)
def count_answered(job_id: str) -> None:
    """Daily, whenever it runs: a second count of the day would be a live result."""
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from surveys.operations import tending

            tending.count_answered(at=timezone.now())


@shared_task(name="surveys.forget_old_answers", acks_late=True, reject_on_worker_lost=True)
def forget_old_answers(job_id: str) -> None:
    """Nightly."""
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from surveys.operations import tending

            tending.forget_old_answers(at=timezone.now())


@shared_task(name="surveys.erase_invitations", acks_late=True, reject_on_worker_lost=True)
def erase_invitations(job_id: str, person_id: int, reason: str) -> None:
    """Asks for itself again while a survey the person is invited to has not ended."""
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from people.models import Person
            from surveys.operations import erasing

            erasing.erase_invitations(
                person=Person.objects.get(pk=person_id),
                actor=job.job.requested_by,
                reason=reason,
                at=timezone.now(),
            )


periodic("surveys.tend_waves", every=timedelta(minutes=10))
periodic("surveys.count_answered", at=time(5, 0))
periodic("surveys.forget_old_answers", at=time(3, 50))
