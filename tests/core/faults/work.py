"""Work whose effect is one row more: so it can be counted. Known to the faults' processes only."""

import os
import signal
from datetime import timedelta

from celery import shared_task
from django.db import connection

from core.audit import record
from core.jobs import claimed
from core.schedule import periodic

MARK = "tests.marked"


@shared_task(name="tests.leave_mark", acks_late=True, reject_on_worker_lost=True)
def leave_mark(job_id, milliseconds=0):
    """Its effect is there but not committed while it takes its time."""
    with claimed(job_id) as claim:
        if claim is None:
            return
        record(MARK, subject=claim.job, actor=None)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [milliseconds / 1000])


@shared_task(name="tests.tick", acks_late=True, reject_on_worker_lost=True)
def tick(job_id):
    leave_mark(job_id)


@shared_task(name="tests.poison", acks_late=True, reject_on_worker_lost=True)
def poison(job_id):
    with claimed(job_id) as claim:
        if claim is not None:
            record(MARK, subject=claim.job, actor=None)
            os.kill(os.getpid(), signal.SIGKILL)


def every_second():
    periodic("tests.tick", every=timedelta(seconds=1))
