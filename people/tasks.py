"""Doorbells: each takes ids, makes one call, and may be rung twice."""

from datetime import time, timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.jobs import claimed
from core.schedule import periodic


@shared_task(name="people.mail_password_reset", acks_late=True, reject_on_worker_lost=True)
def mail_password_reset(job_id: str, person_id: int) -> None:
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from people.operations import passwords

            passwords.mail_password_reset(person_id=person_id)


@shared_task(name="people.import_people", acks_late=True, reject_on_worker_lost=True)
def import_people(job_id: str, import_id: int) -> None:
    """Not atomic: each slice commits with what was said of its rows, and is never done twice."""
    with claimed(UUID(job_id), atomic=False) as claim:
        if claim is None:
            return
        from people.operations import imports

        imports.import_people(import_id=import_id, claim=claim, at=timezone.now())
    imports.forget_file(import_id=import_id)


@shared_task(name="people.days_come", acks_late=True, reject_on_worker_lost=True)
def days_come(job_id: str) -> None:
    """Hourly, because a day begins at another hour elsewhere."""
    with claimed(UUID(job_id), atomic=False) as claim:
        if claim is None:
            return
        from people.operations import inbound

        claim.counts(updated=inbound.days_come(at=timezone.now()))


@shared_task(name="people.sweep_imports", acks_late=True, reject_on_worker_lost=True)
def sweep_imports(job_id: str) -> None:
    with claimed(UUID(job_id), atomic=False) as claim:
        if claim is None:
            return
        from people.operations import imports

        imports.sweep_imports(at=timezone.now())


periodic("people.days_come", every=timedelta(hours=1))
periodic("people.sweep_imports", at=time(3, 50))


@shared_task(name="people.end_roles_of_leavers", acks_late=True, reject_on_worker_lost=True)
def end_roles_of_leavers(job_id: str) -> None:
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from people.operations import roles

            roles.end_roles_of_leavers(at=timezone.now())


periodic("people.end_roles_of_leavers", at=time(1, 10))
