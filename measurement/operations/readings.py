"""Taking readings: the one writer of measurement_reading."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from core.audit import record
from core.jobs import enqueue
from core.models import Job
from measurement.choices import CONCLUSIVE, ReadingKind, ReadingVerdict
from measurement.evaluating import (
    Arrays,
    Call,
    canonical,
    code_version,
    content_hash,
    evaluated,
    packed,
    sha256_of,
    unpacked,
)
from measurement.models import Reading, ReadingInput, Recomputation
from measurement.queries.calls import (
    Prepared,
    calendar_of,
    due_at,
    moment,
    prepared,
    reach_of,
)
from measurement.queries.charts import pictures_of
from measurement.queries.readers import too_few_on
from measurement.statistics import Reading as Result
from people.models import Person
from workflows.choices import TRANSITIONS, Action, RedesignState
from workflows.models import GoLive, Redesign
from workflows.operations import asking

# Nothing is read while work is suspended; what ended is read up to its end.
MEASURABLE = (
    RedesignState.LIVE,
    RedesignState.MEASURED,
    RedesignState.SUPERSEDED,
    RedesignState.RETIRED,
)
DATA_GRACE = timedelta(days=28)
ENDED_GRACE = DATA_GRACE + timedelta(days=7)  # then the last reading of an ended one is taken
COMPARISON = "go_live__revision__hypothesis__comparison"
FINAL_KINDS = (ReadingKind.PRIMARY, ReadingKind.DAY_90, ReadingKind.DAY_180)


@transaction.atomic
def ask_for_reading(*, redesign: Redesign, actor: Person | None) -> Job:
    """Queue a reading of whatever is due; asked twice, it is queued once.

    Somebody who asks wants the verdict the data allow now; the nightly run waits for its date.
    """
    return asking.ask_for_reading(
        redesign=redesign, actor=actor, with_data_as_it_is=actor is not None
    )


def measure_redesign(
    *, redesign_id: int, at: datetime, with_data_as_it_is: bool = False
) -> Reading | None:
    """Take every final reading that is due at ``at`` and not there yet, else an early one.

    A final reading is due at its date once the data reach that date. Data that never do cannot put
    it off: after four weeks it is taken with what there is, the primary one at once when somebody
    asks for it (``with_data_as_it_is``). A go-live entered for the past waits for its data instead.

    Returns the newest reading, None when nothing can be read yet (six weeks after the washout).
    Safe to run twice: a reading is keyed by redesign, kind, design, input and code. A final reading
    is taken once; rows that arrive later never make a second one.

    A suspended redesign is not read. One that was retired or superseded is read for the dates
    before its end alone: later cases are not its own.
    """
    with transaction.atomic():
        redesign = Redesign.objects.select_for_update(no_key=True).get(pk=redesign_id)
        go_live = (
            GoLive.objects.filter(redesign=redesign)
            .select_related(
                "redesign__workflow", "revision__hypothesis__comparison", "calendar_version"
            )
            .first()
        )
        if go_live is None or redesign.state not in MEASURABLE:
            return None
        taken = {
            reading.kind: reading
            for reading in Reading.objects.filter(redesign=redesign).order_by("measured_at")
        }
        if ReadingKind.PRIMARY in taken and taken[ReadingKind.PRIMARY].verdict in CONCLUSIVE:
            _mark_measured(redesign)  # it may have been suspended since
        newest: Reading | None = None
        ended = redesign.stopped_at
        # Without an end of the after-window the one reading goes to the end of the data already.
        ends = go_live.revision.hypothesis.after_days is not None
        for kind in FINAL_KINDS if ends else FINAL_KINDS[:1]:
            if (
                kind not in taken
                and _its_own(redesign, go_live, kind)
                and _is_due(go_live, kind, at=at, with_data_as_it_is=with_data_as_it_is)
            ):
                newest = take_reading(go_live=go_live, redesign=redesign, kind=kind, at=at)
                taken[kind] = newest
        if newest is None and ReadingKind.PRIMARY not in taken and ended is None:
            if not _early_possible(go_live, at=at):
                return None
            newest = take_reading(go_live=go_live, redesign=redesign, kind=ReadingKind.EARLY, at=at)
        return newest


def _is_due(go_live: GoLive, kind: ReadingKind, *, at: datetime, with_data_as_it_is: bool) -> bool:
    due = due_at(go_live, kind)
    if at < due:
        return False
    reach = reach_of(go_live, kind, at=at)
    if reach.own is None or reach.own <= go_live.at:
        return False
    waited = not go_live.post_hoc and at >= due + DATA_GRACE
    # One ask must not spend the readings at 90 and 180 days as well.
    asked = with_data_as_it_is and kind == ReadingKind.PRIMARY
    return waited or asked or (reach.both is not None and reach.both >= due)


def take_reading(
    *, go_live: GoLive, redesign: Redesign, kind: ReadingKind, at: datetime
) -> Reading:
    """Evaluate and store. The caller holds the redesign's row."""
    taken_in = prepared(go_live, kind, at=at)
    reading, made = _stored(taken_in, go_live=go_live, redesign=redesign, kind=kind, at=at)
    if made:
        record(
            "reading.taken",
            subject=redesign,
            actor=None,
            after={
                "reading": str(reading.public_id),
                "kind": kind.value,
                "verdict": reading.verdict,
                "grade": reading.grade,
            },
        )
        if kind == ReadingKind.PRIMARY and reading.verdict in CONCLUSIVE:
            _mark_measured(redesign)
    return reading


@transaction.atomic
def ask_for_recomputation(*, reading: Reading, actor: Person) -> Job:
    """Queue it; asked again while it waits, it is queued once."""
    return enqueue(
        "measurement.recompute_reading",
        actor=actor,
        subject=reading,
        dedupe_key=f"recompute:{reading.pk}",
        reading_id=reading.pk,
    )


@transaction.atomic
def recompute_reading(*, reading_id: int, actor: Person | None, at: datetime) -> Recomputation:
    """Evaluate the stored input again and keep whether every byte is the same.

    Compared are the result with its hash, and what pages and lists read: the stored result, the
    columns beside it, the call and the input under their hashes. Nothing is locked: a reading and
    its input never change.
    """
    reading = Reading.objects.select_related("redesign", "input", "calendar_version").get(
        pk=reading_id
    )
    arrays = unpacked(bytes(reading.input.arrays))
    calendar = calendar_of(reading.calendar_version)
    result = evaluated(Call.from_json(reading.design), arrays, calendar)
    again = Recomputation.objects.create(
        reading=reading,
        result_sha256=sha256_of(result),
        differs=_differing(reading, arrays, result),
        code_version=code_version(),
        recomputed_at=at,
    )
    record(
        "reading.recomputed",
        subject=reading.redesign,
        actor=actor,
        after={
            "reading": str(reading.public_id),
            "same": again.is_same,
            "sha256": again.result_sha256,
            "differs": again.differs,
        },
    )
    return again


def enqueue_due(*, workflow_id: int) -> None:
    """After an import: read every redesign of the workflow that went live."""
    for redesign in Redesign.objects.filter(workflow=workflow_id, go_live__isnull=False):
        ask_for_reading(redesign=redesign, actor=None)


def enqueue_all_due(*, at: datetime) -> int:
    """Nightly: queue what a reading could be taken of, and nothing else (decision 0004).

    That is a final reading that has become due, or an early one of cases that came since the last;
    or a measured redesign that was resumed and is to be marked so again.
    """
    asked = 0
    readings = Reading.objects.filter(redesign=OuterRef("pk"))
    waiting = (
        Redesign.objects.filter(
            Q(stopped_at__isnull=True) | Q(stopped_at__gt=at - ENDED_GRACE),
            state__in=MEASURABLE,
            go_live__at__lte=at,
        )
        .annotate(
            kinds=ArraySubquery(readings.order_by().values("kind").distinct()),
            read_at=Subquery(readings.order_by("-measured_at").values("measured_at")[:1]),
            conclusive=Exists(readings.filter(kind=ReadingKind.PRIMARY, verdict__in=CONCLUSIVE)),
            own_rows_at=F("workflow__case_summary__refreshed_at"),
            other_rows_at=F(f"{COMPARISON}__case_summary__refreshed_at"),
        )
        .select_related(
            "workflow", "go_live__revision__hypothesis__comparison", "go_live__redesign"
        )
        .order_by("pk")
    )
    for redesign in waiting.iterator(chunk_size=1000):
        if _worth_asking(redesign, at=at):
            ask_for_reading(redesign=redesign, actor=None)
            asked += 1
    return asked


def _worth_asking(redesign: Any, *, at: datetime) -> bool:
    go_live: GoLive = redesign.go_live
    if redesign.own_rows_at is None:
        return False
    if redesign.conclusive and redesign.state == RedesignState.LIVE:
        return True
    ends = go_live.revision.hypothesis.after_days is not None
    for kind in FINAL_KINDS if ends else FINAL_KINDS[:1]:
        missing = kind not in redesign.kinds and _its_own(redesign, go_live, kind)
        if missing and _is_due(go_live, kind, at=at, with_data_as_it_is=False):
            return True
    if ReadingKind.PRIMARY in redesign.kinds or redesign.stopped_at is not None:
        return False
    rows_at = max(filter(None, (redesign.own_rows_at, redesign.other_rows_at)))
    if redesign.read_at is not None and rows_at <= redesign.read_at:
        return False
    return _early_possible(go_live, at=at)


def _its_own(redesign: Redesign, go_live: GoLive, kind: ReadingKind) -> bool:
    """Whether it was still in use at the date of this reading."""
    return redesign.stopped_at is None or due_at(go_live, kind) <= redesign.stopped_at


def _early_possible(go_live: GoLive, *, at: datetime) -> bool:
    covered = reach_of(go_live, ReadingKind.EARLY, at=at).both
    return covered is not None and min(at, covered) >= due_at(go_live, ReadingKind.EARLY)


def _stored(
    taken_in: Prepared, *, go_live: GoLive, redesign: Redesign, kind: ReadingKind, at: datetime
) -> tuple[Reading, bool]:
    call, arrays = taken_in.call, taken_in.arrays
    result = evaluated(call, arrays, taken_in.calendar)
    content, _made = ReadingInput.objects.get_or_create(
        sha256=content_hash(arrays),
        defaults={"cases": len(arrays["start"]), "arrays": packed(arrays)},
    )
    return Reading.objects.get_or_create(
        redesign=redesign,
        kind=kind,
        design_sha256=sha256_of(call.as_json()),
        input=content,
        code_version=code_version(),
        defaults={
            "go_live": go_live,
            "cutoff": moment(call.cutoff),
            "calendar_version": go_live.calendar_version,
            "design": canonical(call.as_json()),
            "result": canonical(result),
            "result_sha256": sha256_of(result),
            "chart": pictures_of(taken_in),
            **_columns(result),
            "post_hoc": call.design["post_hoc"],
            "is_simulated": redesign.workflow.is_simulated,
            "measured_at": at,
        },
    )


def _columns(result: Result) -> dict[str, Any]:
    """The copies beside the result, for lists and figures: no change of too few cases."""
    computable = result.low == result.low and not too_few_on(canonical(result))
    return {
        "verdict": ReadingVerdict(result.verdict),
        "grade": result.grade,
        "ratio": result.ratio if computable else None,
        "low": result.low if computable else None,
        "high": result.high if computable else None,
        "p": canonical(result.p),
        "negligible": result.negligible,
    }


def _differing(reading: Reading, arrays: Arrays, result: Result) -> list[str]:
    """Names of what is stored otherwise than it came out now."""
    same = {
        "result": reading.result == canonical(result),
        "design": reading.design_sha256 == sha256_of(reading.design),
        "input": reading.input_id == content_hash(arrays),
    } | {name: getattr(reading, name) == value for name, value in _columns(result).items()}
    return [name for name, holds in same.items() if not holds]


def _mark_measured(redesign: Redesign) -> None:
    after = TRANSITIONS[Action.MEASURED].get(RedesignState(redesign.state))
    if after is None:
        return
    before, redesign.state = redesign.state, after
    redesign.save(update_fields=["state", "updated_at"])
    record(
        "redesign.measured",
        subject=redesign,
        actor=None,
        before={"state": before},
        after={"state": redesign.state},
    )
