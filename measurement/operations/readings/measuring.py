"""Taking whatever readings are due, of one redesign or of many at once."""

import logging
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from measurement.choices import CONCLUSIVE, ReadingKind, SourceLayout
from measurement.evaluating import evaluated
from measurement.models import Reading
from measurement.operations.lasting import look_back
from measurement.operations.portfolios import ask_for_portfolios
from measurement.operations.readings.storing import Outcome, mark_measured, stored
from measurement.queries.calls import prepared
from measurement.queries.charts import activities_of, pictures_of
from measurement.queries.due import MEASURABLE, due_readings
from measurement.queries.gathering import Due, Gathered, gathered
from measurement.queries.known import known_of
from workflows.models import GoLive, Redesign

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Measured:
    """``readings``: those taken or found to be there already, by redesign, oldest date first.

    ``failed``: redesigns whose data could not be evaluated.
    """

    readings: Sequence[Reading]
    failed: Sequence[Redesign]


def measure_redesign(
    *, redesign_id: int, at: datetime, with_data_as_it_is: bool = False
) -> Reading | None:
    """``measure_redesigns`` of one: the newest reading, None when nothing can be read yet.

    What goes wrong is raised.
    """
    done = measure_redesigns(
        redesign_ids=[redesign_id], at=at, with_data_as_it_is=with_data_as_it_is, spare=False
    )
    return done.readings[-1] if done.readings else None


@transaction.atomic
def measure_redesigns(
    *,
    redesign_ids: Collection[int],
    at: datetime,
    with_data_as_it_is: bool = False,
    spare: bool = True,
) -> Measured:
    """Take the readings that are due at ``at``; see ``due_readings`` for which are.

    Their rows are locked first, in order of their ids; then a fixed number of queries, whatever the
    number of redesigns. All cases of their workflows are held in memory: callers cut.

    Safe to run twice: a reading is keyed by redesign, kind, design, input and code. A final reading
    is taken once; rows that arrive later never make a second one. A suspended redesign is not read.

    With ``spare`` one whose data cannot be evaluated costs the others nothing: it is logged and
    named, with its readings up to the one that failed.
    """
    go_lives = _locked(redesign_ids)
    taken: dict[int, dict[str, str]] = {}
    earlier = Reading.objects.filter(redesign__in=[one.redesign_id for one in go_lives])
    for redesign_id, kind, verdict in earlier.values_list("redesign", "kind", "verdict"):
        taken.setdefault(redesign_id, {})[kind] = verdict
    known = known_of(go_lives)
    due = [
        one
        for go_live in go_lives
        for one in due_readings(
            go_live,
            taken.get(go_live.redesign_id, ()),
            at=at,
            known=known,
            with_data_as_it_is=with_data_as_it_is,
        )
    ]
    outcomes, failed = _outcomes(due, at=at, spare=spare)
    told = stored(outcomes, at=at)
    new = [one.reading for one in told if one.is_new]
    primary = [reading for reading in new if reading.kind == ReadingKind.PRIMARY]
    mark_measured(
        # One that was measured before may have been suspended since.
        [one.redesign for one in go_lives if _is_conclusive(taken.get(one.redesign_id, {}))]
        + [reading.redesign for reading in primary if reading.verdict in CONCLUSIVE]
    )
    look_back(readings=new, at=at)
    ask_for_portfolios(readings=primary)
    return Measured([one.reading for one in told], failed)


def _locked(redesign_ids: Collection[int]) -> list[GoLive]:
    """Go-lives of those that may be read, in order of the redesigns, whose rows are held."""
    locked = list(
        Redesign.objects.select_for_update(no_key=True)
        .filter(pk__in=redesign_ids)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return list(
        GoLive.objects.filter(redesign__in=locked, redesign__state__in=MEASURABLE)
        .select_related(
            "redesign__workflow", "revision__hypothesis__comparison", "calendar_version"
        )
        .order_by("redesign")
    )


def _is_conclusive(taken: dict[str, str]) -> bool:
    return taken.get(ReadingKind.PRIMARY) in CONCLUSIVE


def _outcomes(
    due: Sequence[Due], *, at: datetime, spare: bool
) -> tuple[list[Outcome], list[Redesign]]:
    if not due:
        return [], []
    known = gathered(due)
    outcomes: list[Outcome] = []
    failed: dict[int, Redesign] = {}
    for one in due:
        if one.go_live.redesign_id in failed:  # a later reading needs the one before it
            continue
        try:
            outcomes.append(_outcome(one, known, at=at))
        except Exception:
            if not spare:
                raise
            redesign = one.go_live.redesign
            log.exception("the cases of redesign %s could not be evaluated", redesign.pk)
            failed[redesign.pk] = redesign
    return outcomes, list(failed.values())


def _outcome(due: Due, known: Gathered, *, at: datetime) -> Outcome:
    taken_in = prepared(due, known, at=at)
    result = evaluated(taken_in.call, taken_in.arrays, taken_in.calendar)
    workflow_id = due.go_live.redesign.workflow_id
    source = known.sources.get(workflow_id)
    is_log = source is not None and source.layout == SourceLayout.EVENTS
    # The one query of an outcome: when it fails, the others' transaction must not be lost with it.
    with transaction.atomic() if is_log else nullcontext():
        activities = activities_of(workflow_id, source, taken_in)
    return Outcome(due, taken_in, result, pictures_of(taken_in) | activities)
