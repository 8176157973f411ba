"""Doing a job in the process that asked for it, and saying how far it is; for commands."""

import threading
from collections.abc import Callable
from time import sleep

from django.db import connections

from core.choices import ENDED, JobState
from core.models import Job

LOOK_SECONDS = 0.5


def work_here(job: Job, task: Callable[..., None], tell: Callable[[str], None]) -> None:
    """Until it has ended or needs review; a worker that was faster is waited for.

    The work is done in a thread with a connection of its own. ``tell`` is given each new state.
    """

    def work() -> None:
        try:
            task(str(job.public_id), **job.args)
        finally:
            connections.close_all()

    told = ""
    worker = _started(work)
    while True:
        worker.join(LOOK_SECONDS)
        job.refresh_from_db()
        now = f"{job.get_state_display()} {job.progress_done} %"
        if now != told:
            tell(now)
            told = now
        if worker.is_alive():
            continue
        if job.state in {*ENDED, JobState.NEEDS_REVIEW}:
            return
        if job.state == JobState.QUEUED:
            sleep(LOOK_SECONDS)  # a turn is over, it was put back after a fault, or nobody took it
            worker = _started(work)


def _started(work: Callable[[], None]) -> threading.Thread:
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    return worker
