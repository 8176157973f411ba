"""How far a night's measuring is, from the jobs of its ranges."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, Sum

from core.audit import subject_of
from core.choices import ENDED, JobState
from core.models import Job
from measurement.models import MeasuringRun


@dataclass(frozen=True, slots=True)
class RunProgress:
    """``read`` of the run's redesigns so far, ``taken`` readings; ``left`` got a job of their own.

    ``ended_at`` is None while a range waits or is at work.
    """

    run: MeasuringRun
    done: int
    failed: int
    read: int
    taken: int
    left: int
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


def newest_run() -> RunProgress | None:
    """Two queries."""
    run = MeasuringRun.objects.order_by("-pk").first()
    return None if run is None else progress_of(run)


def progress_of(run: MeasuringRun) -> RunProgress:
    kind, name = subject_of(run)
    failed = Q(state__in=[JobState.FAILED, JobState.CANCELLED])
    at_work = Q(state=JobState.RUNNING)
    told = Job.objects.filter(subject_type=kind, subject_id=name).aggregate(
        ended=Count("pk", filter=Q(state__in=ENDED)),
        failed=Count("pk", filter=failed),
        under_way=Sum("progress_done", filter=at_work, default=0),
        read=Sum("read", default=0),
        taken=Sum("created", default=0),
        left=Sum("rejected", default=0),
        last=Max("finished_at"),
    )
    return RunProgress(
        run=run,
        done=told["ended"] - told["failed"],
        failed=told["failed"],
        read=told["read"] + told["under_way"],
        taken=told["taken"],
        left=told["left"],
        ended_at=told["last"] if told["ended"] >= run.ranges else None,
    )
