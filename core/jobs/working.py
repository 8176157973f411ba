"""Doing a job: claim it, report progress, end it in the transaction of its work."""

import logging
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_noop

from core.choices import Channel, JobState
from core.context import Surroundings, within
from core.errors import DomainError
from core.jobs.presence import held_by_me
from core.logs import told
from core.models import Job
from core.models.jobs import MAX_ATTEMPTS

log = logging.getLogger(__name__)
BACKOFF_SECONDS = (5, 20)
PROGRESS_EVERY_SECONDS = 0.5
COUNTS = frozenset({"read", "created", "updated", "unchanged", "rejected"})

WENT_WRONG = gettext_noop("Something went wrong on our side. The log knows more under %(id)s.")

PROGRESS = """
UPDATE core_job SET progress_done = %(done)s, progress_total = %(total)s,
    heartbeat_at = clock_timestamp(),
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state = 'running' AND attempts = %(attempts)s
"""


class LeaseLost(Exception):
    """The job was cancelled, or given to another worker: this work must not be kept."""


@dataclass(slots=True)
class Claim:
    """The job at work. State and ``attempts`` fence it off from any later claim of the row."""

    job: Job
    attempts: int
    aside: BaseDatabaseWrapper | None = None
    _final: dict[str, Any] = field(default_factory=dict)
    _told_at: float = 0.0

    def progress(self, done: int, total: int | None = None) -> None:
        """Show how far the work is, at once and to all, and renew the lease.

        Goes over a connection of its own, because the work's transaction is still open; at most
        twice a second. The work must not lock its own job row, or this waits for it.
        Raises LeaseLost when the job was cancelled or given away.
        """
        if time.monotonic() - self._told_at < PROGRESS_EVERY_SECONDS and done != total:
            return
        self._told_at = time.monotonic()
        values = {
            "done": done,
            "total": None if total is None else max(done, total),
            "lease": settings.JOB_LEASE_SECONDS,
            "id": self.job.pk,
            "attempts": self.attempts,
        }
        with (self.aside or connection).cursor() as cursor:
            cursor.execute(PROGRESS, values)
            if not cursor.rowcount:
                raise LeaseLost

    def counts(self, **counts: int) -> None:
        """``read``, ``created``, ``updated``, ``unchanged``, ``rejected``; kept at the end."""
        unknown = counts.keys() - COUNTS
        if unknown:
            raise TypeError(f"no such count: {', '.join(sorted(unknown))}")
        self._final |= counts

    def needs_review(self) -> None:
        """End in ``needs_review``: a person decides how it goes on."""
        self._final["state"] = JobState.NEEDS_REVIEW

    def go_on_later(self) -> None:
        """End this turn, not the job: it waits again and goes on from what is committed.

        For work of pieces that commit by themselves, so that no turn is long. The turn's attempt
        is given back, for it did not fail; earlier claims stay fenced off.
        """
        self._final |= {
            "state": JobState.QUEUED,
            "attempts": F("attempts") - 1,
            "published_at": None,
            "run_after": None,
        }

    def end_well(self) -> None:
        """The last statement of the work's transaction. Raises LeaseLost, which undoes the work."""
        values = {"state": JobState.DONE, **self._final}
        if values["state"] == JobState.DONE:
            values["finished_at"] = Now()
        if not self.update(lease_until=None, **values):
            raise LeaseLost

    def update(self, **values: Any) -> int:
        mine = Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempts=self.attempts)
        return mine.update(**values)


def lease_end() -> Any:
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


@contextmanager
def claimed(job_id: UUID | str, *, atomic: bool = True) -> Iterator[Claim | None]:
    """Take the job, or yield None when it is not there to be taken: then the task must return.

    The broker may deliver twice; one delivery alone finds the row queued. The body runs in one
    transaction whose last statement ends the job, so its effects and "done" are one. A body with
    ``atomic=False`` commits by itself, piece by piece, and must be safe to repeat.

    Nothing is raised to Celery: a DomainError fails the job at once with its text, anything else
    puts it back with a pause until the third attempt fails it.
    """
    with held_by_me(job_id) as free:
        claim = _claim(job_id) if free else None
        if claim is None:
            yield None
            return
        job = claim.job
        around = Surroundings(
            request_id=job.request_id,
            channel=Channel.JOB,
            job=str(job.public_id),
            token_id=job.token_id,
        )
        with within(around), _closing(claim):
            try:
                with transaction.atomic() if atomic else nullcontext():
                    yield claim
                    claim.end_well()
            except LeaseLost:
                log.warning("%s was cancelled or given away; its work is undone", job.name)
            except DomainError as refusal:
                with translation.override(None):
                    text = str(refusal.message)
                _fail(claim, text, refusal.facts, detail="")
            except Exception as fault:
                log.exception("%s went wrong in attempt %s", job.name, claim.attempts)
                _try_again(claim, fault)


def _claim(job_id: UUID | str) -> Claim | None:
    """Queued to running in one statement, committed before the work begins."""
    inside = connection.in_atomic_block
    due = Job.objects.filter(public_id=job_id, state=JobState.QUEUED).exclude(run_after__gt=Now())
    taken = due.update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=lease_end(),
        heartbeat_at=Now(),
        started_at=Now(),
        last_error="",
        error_facts={},
        error_detail="",
    )
    if not taken:
        return None
    job = Job.objects.get(public_id=job_id)
    return Claim(job, job.attempts, aside=None if inside else connection.copy())


@contextmanager
def _closing(claim: Claim) -> Iterator[None]:
    try:
        yield
    finally:
        if claim.aside is not None:
            claim.aside.close()


def _fail(claim: Claim, text: str, facts: Mapping[str, Any], *, detail: str) -> None:
    """``text`` as it stands in the code, before translation; ``facts`` are its ``%(name)s``."""
    _reconnect()
    claim.update(
        state=JobState.FAILED,
        lease_until=None,
        finished_at=Now(),
        last_error=text,
        error_facts=dict(facts),
        error_detail=detail,
    )


def _try_again(claim: Claim, fault: Exception) -> None:
    facts = {"id": claim.job.request_id or str(claim.job.public_id)}
    if claim.attempts >= MAX_ATTEMPTS:
        _fail(claim, WENT_WRONG, facts, detail=told(fault))
        return
    _reconnect()
    pause = BACKOFF_SECONDS[claim.attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311
    claim.update(
        state=JobState.QUEUED,
        dedupe_key="",  # the same work may have been asked for meanwhile, and waits under it
        lease_until=None,
        published_at=None,
        run_after=Now() + timedelta(seconds=pause),
        last_error=WENT_WRONG,
        error_facts=facts,
        error_detail=told(fault),
    )


def _reconnect() -> None:
    """The fault may have been the connection's end."""
    if not connection.in_atomic_block:
        with suppress(DatabaseError):
            connection.close_if_unusable_or_obsolete()


def run_waiting(*, limit: int = 1000) -> int:
    """Do what waits here and now, in this process, oldest first; for commands, demos and tests.

    Jobs whose time has not come stay. Returns how many were started.
    """
    from celery import current_app

    current_app.loader.import_default_modules()
    for started in range(limit):
        job = Job.objects.filter(state=JobState.QUEUED).exclude(run_after__gt=Now()).first()
        if job is None:
            return started
        current_app.tasks[job.name](str(job.public_id), **job.args)
    return limit
