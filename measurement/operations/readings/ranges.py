"""A night's measuring, cut into ranges of workflow ids that any number of workers share."""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from core.jobs import Claim, enqueue
from measurement.models import MeasuringRun
from measurement.operations.readings.asking import ask_for_reading
from measurement.operations.readings.measuring import measure_redesigns
from measurement.queries.waiting import Waiting, waiting
from workflows.models import Redesign

log = logging.getLogger(__name__)
# A range keeps a worker busy for a few seconds, the largest workflow for less than a minute.
RANGE_CASES, RANGE_WORKFLOWS = 400_000, 400
# What is held in memory, and under lock, at once; the rows of a redesign are locked for under 1 s.
PIECE_CASES, PIECE_WORKFLOWS = 100_000, 50


@transaction.atomic
def start_run(*, at: datetime) -> MeasuringRun | None:
    """Queue one job for each range of workflows that have something to read; None without any.

    Jobs of an earlier night that still wait are left: whichever comes first reads, the other finds
    nothing to do.
    """
    found = list(waiting(at=at))
    if not found:
        return None
    ranges = list(cut(found, cases=RANGE_CASES, workflows=RANGE_WORKFLOWS))
    run = MeasuringRun.objects.create(
        at=at,
        ranges=len(ranges),
        workflows=len({one.workflow_id for one in found}),
        redesigns=len(found),
    )
    for part in ranges:
        first, last = part[0].workflow_id, part[-1].workflow_id
        enqueue(
            "measurement.measure_range",
            subject=run,
            dedupe_key=f"run:{run.pk}:{first}",
            run_id=run.pk,
            first=first,
            last=last,
        )
    return run


def measure_range(*, run_id: int, first: int, last: int, claim: Claim | None = None) -> int:
    """Read what is due of the workflows whose ids lie in the range; how many readings that made.

    Not in one transaction: each piece commits by itself, so that rows are locked for a moment only.
    Killed anywhere it begins anew with what has not been read. One whose data cannot be evaluated
    gets a job of its own, which then fails under its name.
    """
    at = MeasuringRun.objects.get(pk=run_id).at
    found = list(waiting(at=at, first=first, last=last))
    done = made = spared = 0
    for piece in pieces(found):
        taken, failed = _measured(piece, at=at)
        done, made, spared = done + len(piece), made + taken, spared + len(failed)
        if claim is not None:
            claim.progress(done, len(found))
    if claim is not None:
        claim.counts(read=done, created=made, rejected=spared)
    return made


def _measured(piece: Sequence[Waiting], *, at: datetime) -> tuple[int, set[int]]:
    """How many readings, and the redesigns that got a job of their own instead."""
    ids = [one.redesign_id for one in piece]
    try:
        with transaction.atomic():
            measured = measure_redesigns(redesign_ids=ids, at=at)
            failed = {redesign.pk for redesign in measured.failed}
            _leave(failed)
            return len(measured.readings), failed
    except (DataError, IntegrityError):  # a value or a row is not as it must be; nobody says whose
        log.exception("redesigns %s are read one by one", ids)
        _leave(ids)
        return 0, set(ids)


def _leave(redesign_ids: Collection[int]) -> None:
    for redesign in Redesign.objects.filter(pk__in=redesign_ids):
        ask_for_reading(redesign=redesign, actor=None)


def pieces(found: Iterable[Waiting]) -> Iterator[list[Waiting]]:
    """As much as one transaction measures."""
    return cut(found, cases=PIECE_CASES, workflows=PIECE_WORKFLOWS)


def cut(found: Iterable[Waiting], *, cases: int, workflows: int) -> Iterator[list[Waiting]]:
    """Consecutive parts of at most so many cases and workflows; a workflow is never cut."""
    part: list[Waiting] = []
    size = 0
    names: set[int] = set()
    for one in found:
        is_next = one.workflow_id not in names
        if part and is_next and (size + one.cases > cases or len(names) == workflows):
            yield part
            part, size, names = [], 0, set()
        part.append(one)
        size += one.cases if one.workflow_id not in names else 0
        names.add(one.workflow_id)
    if part:
        yield part
