"""Doorbells: each takes ids, makes one call, and may be rung twice."""

from uuid import UUID

from celery import shared_task

from core.jobs import claimed


@shared_task(name="people.mail_password_reset", acks_late=True, reject_on_worker_lost=True)
def mail_password_reset(job_id: str, person_id: int) -> None:
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from people.operations import passwords

            passwords.mail_password_reset(person_id=person_id)
