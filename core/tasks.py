"""Doorbells: each takes ids, makes one call, and may be rung twice."""

from datetime import time, timedelta

from celery import shared_task

from core.jobs import claimed
from core.schedule import periodic
from core.sealing import seal_events
from core.tidying import forget_expired


@shared_task(name="core.seal_audit", acks_late=True, reject_on_worker_lost=True)
def seal_audit(job_id: str) -> None:
    """Not atomic: each block commits by itself, or a long backlog would be one transaction."""
    with claimed(job_id, atomic=False) as job:
        if job is None:
            return
        job.counts(created=seal_events())


@shared_task(name="core.forget_expired", acks_late=True, reject_on_worker_lost=True)
def forget_expired_rows(job_id: str) -> None:
    with claimed(job_id) as job:
        if job is None:
            return
        forget_expired()


periodic("core.seal_audit", every=timedelta(minutes=5))
periodic("core.forget_expired", at=time(3, 20))
