"""From rows to broker messages, and back from silence: what the relay does."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis.exceptions
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_noop
from kombu.exceptions import OperationalError as BrokerError

from core.choices import JobState
from core.jobs.presence import NOBODY_WORKS
from core.models import Job
from core.models.jobs import MAX_ATTEMPTS

log = logging.getLogger(__name__)
BATCH = 200
# A worker's ordinary options would wait for the broker without end.
IMPATIENT = {
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
BROKER_AWAY = (BrokerError, redis.exceptions.RedisError, OSError)


@dataclass(frozen=True, slots=True)
class Swept:
    requeued: int
    failed: int
    sent_again: int


class Broker:
    """One connection to the message broker, made anew after each fault."""

    def __init__(self) -> None:
        self._connection: Any = None

    def connection(self) -> Any:
        if self._connection is None:
            self._connection = current_app.connection_for_write(transport_options=IMPATIENT)
        return self._connection

    def send(self, job: Job) -> None:
        current_app.send_task(
            job.name,
            args=[str(job.public_id)],
            kwargs=job.args,
            queue=job.queue,
            connection=self.connection(),
            retry=False,
            ignore_result=True,
        )

    def waiting_in(self, queue: str) -> int:
        """How many messages of ``queue`` no worker has fetched yet.

        Not ``passive``: kombu then asks whether the queue exists without our key prefix, and finds
        none. Declaring writes nothing into Redis.
        """
        channel = self.connection().channel()
        try:
            return int(channel.queue_declare(queue=queue).message_count)
        finally:
            channel.close()

    def forget(self) -> None:
        """Drop the connection; it is in an unknown state."""
        if self._connection is not None:
            with suppress(*BROKER_AWAY):
                self._connection.close()
            self._connection = None


def publish_due(broker: Broker, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Send every due row that was not sent; the number sent. Raises BROKER_AWAY errors.

    Rows are marked as sent and committed first, then sent: no lock is held while the broker is
    slow, and a second relay passes them by. What could not be sent is unmarked; a relay that dies
    in between leaves that to the sweeper.
    """
    sent = 0
    while going_on() and (jobs := _mark_due()):
        for place, job in enumerate(jobs):
            try:
                broker.send(job)
            except BROKER_AWAY:
                broker.forget()
                _unmark(jobs[place:])
                raise
            sent += 1
    return sent


def _mark_due() -> list[Job]:
    with transaction.atomic():
        jobs = list(
            Job.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=JobState.QUEUED, published_at=None)
            .exclude(run_after__gt=Now())
            .order_by("id")[:BATCH]
        )
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(published_at=Now())
    return jobs


def _unmark(jobs: Iterable[Job]) -> None:
    Job.objects.filter(pk__in=[job.pk for job in jobs], state=JobState.QUEUED).update(
        published_at=None
    )


def next_due() -> datetime | None:
    """When the next pause of a waiting job ends."""
    waiting = Job.objects.filter(state=JobState.QUEUED, published_at=None)
    moment: datetime | None = waiting.aggregate(first=Min("run_after"))["first"]
    return moment


def sweep(broker: Broker) -> Swept:
    """Free what dead workers held, send again what the broker lost. Raises BROKER_AWAY errors."""
    requeued, failed = free_abandoned()
    return Swept(requeued=requeued, failed=failed, sent_again=_send_lost_again(broker))


def free_abandoned() -> tuple[int, int]:
    """Rows at work whose worker is gone or whose lease is over: back to wait, or failed.

    Returns how many of each. The third attempt was the last. A row that goes back to wait gives
    up its key: the same work may have been asked for again meanwhile, and waits under it.
    """
    sql = f"""
        UPDATE core_job SET
            state = CASE WHEN attempts < %(most)s THEN 'queued' ELSE 'failed' END,
            finished_at = CASE WHEN attempts < %(most)s THEN NULL ELSE clock_timestamp() END,
            lease_until = NULL, published_at = NULL, run_after = NULL, last_error = %(text)s,
            error_facts = '{{}}',
            dedupe_key = CASE WHEN attempts < %(most)s THEN '' ELSE dedupe_key END
        WHERE state = 'running' AND (lease_until < clock_timestamp() OR {NOBODY_WORKS})
        RETURNING state
    """
    text = gettext_noop("The process doing this stopped before it was done.")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"most": MAX_ATTEMPTS, "text": text})
        states = [state for (state,) in cursor.fetchall()]
    if states:
        log.warning("freed %s jobs of workers that are gone", len(states))
    failed = states.count(JobState.FAILED)
    return len(states) - failed, failed


def _send_lost_again(broker: Broker) -> int:
    """Unmark the oldest sent rows, as many as the broker has messages too few.

    A row sent a sweep ago whose message still waits in its queue is not lost: counting keeps a
    long queue from being doubled at each sweep. A duplicate does no harm, a claim refuses it.
    """
    before = Now() - timedelta(seconds=settings.JOB_SWEEP_SECONDS)
    sent = Job.objects.filter(state=JobState.QUEUED, published_at__isnull=False)
    again = 0
    for queue, count in list(sent.values_list("queue").annotate(Count("pk")).order_by()):
        missing = count - broker.waiting_in(queue)
        if missing > 0:
            lost = sent.filter(queue=queue, published_at__lt=before).order_by("id")[:missing]
            again += Job.objects.filter(pk__in=list(lost.values_list("pk", flat=True))).update(
                published_at=None
            )
    return again


def oldest_wait_seconds() -> float:
    """How long the oldest due job has waited; 0 when none does."""
    due = Job.objects.filter(state=JobState.QUEUED).exclude(run_after__gt=Now())
    age = due.aggregate(age=Now() - Min(Coalesce("run_after", "created_at")))["age"]
    return max(0.0, age.total_seconds()) if age else 0.0
