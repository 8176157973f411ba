"""Doorbells: each takes ids, makes one call, and may be rung twice."""

from datetime import time
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


@shared_task(name="people.end_roles_of_leavers", acks_late=True, reject_on_worker_lost=True)
def end_roles_of_leavers(job_id: str) -> None:
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from people.operations import roles

            roles.end_roles_of_leavers(at=timezone.now())


periodic("people.end_roles_of_leavers", at=time(1, 10))
