"""Asking for background work: a row in the caller's transaction, nothing else."""

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.audit import record, subject_of
from core.changing import given
from core.choices import ENDED, JobState
from core.context import surroundings
from core.errors import DomainError
from core.models import Job

if TYPE_CHECKING:
    from people.models import Person

PRIMITIVES = (str, int, float, bool, type(None))


def enqueue(
    name: str,
    *,
    actor: "Person | None" = None,
    subject: models.Model | None = None,
    dedupe_key: str = "",
    run_after: datetime | None = None,
    **ids: Any,
) -> Job:
    """Ask for the task called ``name`` with primitives as arguments; it runs after the commit.

    A trigger wakes the relay at the commit. With a ``dedupe_key`` a job that still waits under it
    is returned instead of a second one, and held until the caller's transaction ends, so that it
    cannot start before what the caller wrote is there to be read. The key must therefore settle
    the arguments. TypeError for an argument that is no primitive.
    """
    wrong = [key for key, value in ids.items() if not _is_primitive(value)]
    if wrong:
        raise TypeError(f"a job takes ids, not objects: {', '.join(wrong)}")
    around = surroundings()
    kind, about = subject_of(subject)
    job = Job(
        name=name,
        args=ids,
        dedupe_key=dedupe_key,
        queue=queue_of(name),
        run_after=run_after,
        requested_by=actor,
        token_id=around.token_id,
        subject_type=kind,
        subject_id=about,
        request_id=around.request_id,
    )
    if dedupe_key:
        return _waiting_or_new(job)
    job.save(force_insert=True)
    return job


def _waiting_or_new(job: Job) -> Job:
    with transaction.atomic(savepoint=False):
        while True:
            # Waits for another asker of the same key to commit or to give up.
            Job.objects.bulk_create([job], ignore_conflicts=True)
            waiting = (
                Job.objects.select_for_update(no_key=True)
                .filter(name=job.name, dedupe_key=job.dedupe_key, state=JobState.QUEUED)
                .first()
            )
            if waiting is not None:  # None: a worker took it in between
                return waiting


def newest_job(name: str, subject: models.Model) -> Job | None:
    """The last one asked for of this name about ``subject``, whatever became of it."""
    kind, about = subject_of(subject)
    jobs = Job.objects.filter(name=name, subject_type=kind, subject_id=about)
    return jobs.order_by("-pk").first()


@transaction.atomic
def cancel(*, job: Job, actor: "Person | None") -> Job:
    """End a job for good. One at work stops at its next ``progress`` and its work is rolled back.

    Raises DomainError when it has ended already.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    if job.state in ENDED:
        raise DomainError(_("It is too late to cancel this: it has ended."))
    record(
        "job.cancelled",
        subject=job,
        actor=actor,
        before={"state": job.state},
        after={"state": JobState.CANCELLED},
    )
    return _moved(job, state=JobState.CANCELLED, lease_until=None, finished_at=Now())


@transaction.atomic
def resume(*, job: Job, actor: "Person | None", reason: str = "", **ids: Any) -> Job:
    """Let a job that needs review, or failed, go on from the start; ``ids`` replace arguments.

    Raises DomainError in any other state, and when the same work waits already.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    if job.state not in {JobState.NEEDS_REVIEW, JobState.FAILED}:
        raise DomainError(_("Only work that needs review or failed can go on."))
    same = Job.objects.filter(name=job.name, dedupe_key=job.dedupe_key, state=JobState.QUEUED)
    if job.dedupe_key and same.exists():
        raise DomainError(_("The same work is waiting already."))
    record(
        "job.resumed",
        subject=job,
        actor=actor,
        before={"state": job.state},
        after=ids,
        reason=reason,
    )
    return _moved(
        job,
        state=JobState.QUEUED,
        args={**job.args, **ids},
        attempts=0,
        published_at=None,
        run_after=None,
        finished_at=None,
        last_error="",
        error_facts={},
        error_detail="",
    )


@transaction.atomic
def retry(*, job: Job, actor: "Person", reason: str) -> Job:
    """Let a failed job start anew, three attempts more; by hand and with a reason.

    Raises NoReason, and DomainError in any other state.
    """
    why = given(reason)
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    if job.state != JobState.FAILED:
        raise DomainError(_("Only work that failed can be tried again."))
    return resume(job=job, actor=actor, reason=why)


def queue_of(name: str) -> str:
    """The queue of the longest name or prefix in ``settings.JOB_QUEUES``, else the default one."""
    queues: dict[str, str] = getattr(settings, "JOB_QUEUES", {})
    fitting = [start for start in queues if name.startswith(start)]
    if not fitting:
        return str(settings.CELERY_TASK_DEFAULT_QUEUE)
    return queues[max(fitting, key=len)]


def _moved(job: Job, **values: Any) -> Job:
    Job.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def _is_primitive(value: Any) -> bool:
    return isinstance(value, PRIMITIVES) and not (
        isinstance(value, float) and not math.isfinite(value)
    )
