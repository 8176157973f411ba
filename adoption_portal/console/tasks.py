"""Doorbells: each makes one call, and may be rung twice."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.jobs import claimed
from core.schedule import periodic


@shared_task(name="console.refresh", acks_late=True, reject_on_worker_lost=True)
def refresh(job_id: str) -> None:
    """Hourly. Run twice it counts twice; the newest count is shown."""
    with claimed(UUID(job_id)) as job:
        if job is None:
            return
        from adoption_portal.console.operations import counting

        counting.refresh(at=timezone.now())


@shared_task(name="console.refresh_after_news", acks_late=True, reject_on_worker_lost=True)
def refresh_after_news(job_id: str) -> None:
    """Every two minutes: a new reading or a released wave is shown soon."""
    with claimed(UUID(job_id)) as job:
        if job is None:
            return
        from adoption_portal.console.operations import counting

        counting.refresh_after_news(at=timezone.now())


periodic("console.refresh", every=timedelta(hours=1))
periodic("console.refresh_after_news", every=timedelta(minutes=2))
