"""Doorbells: each takes ids, makes one call, and may be rung twice.

Mails commit one by one: what was sent is never undone with what was not.
"""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.jobs import claimed
from core.schedule import periodic


@shared_task(name="workflows.tell_signers", acks_late=True, reject_on_worker_lost=True)
def tell_signers(job_id: str, route_id: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from workflows.operations import notify

            notify.tell_signers(route_id=route_id)


@shared_task(name="workflows.tell_signers_closed", acks_late=True, reject_on_worker_lost=True)
def tell_signers_closed(job_id: str, route_id: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from workflows.operations import notify

            notify.tell_signers_closed(route_id=route_id)


@shared_task(name="workflows.tell_proposer", acks_late=True, reject_on_worker_lost=True)
def tell_proposer(job_id: str, route_id: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from workflows.operations import notify

            notify.tell_proposer(route_id=route_id)


@shared_task(name="workflows.tell_signing_locked", acks_late=True, reject_on_worker_lost=True)
def tell_signing_locked(job_id: str, person_id: int) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from workflows.operations import notify

            notify.tell_signing_locked(person_id=person_id, at=timezone.now())


@shared_task(name="workflows.tell_orphaned", acks_late=True, reject_on_worker_lost=True)
def tell_orphaned(job_id: str, step_id: int, day: str) -> None:
    with claimed(UUID(job_id), atomic=False) as job:
        if job is not None:
            from workflows.operations import notify

            notify.tell_orphaned(step_id=step_id, day=day)


@shared_task(name="workflows.reroute_orphans", acks_late=True, reject_on_worker_lost=True)
def reroute_orphans(job_id: str) -> None:
    """Every step is looked at again under its lock: a second run finds nothing to do."""
    with claimed(UUID(job_id)) as job:
        if job is not None:
            from workflows.operations import approval

            approval.reroute_orphans(at=timezone.now())


periodic("workflows.reroute_orphans", every=timedelta(minutes=3))
