"""What a reading of one redesign takes in: arrays, windows, counts."""

import math
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Sum
from django.db.models.fields.json import KeyTextTransform

from measurement.choices import ReadingKind
from measurement.evaluating import Arrays, Call
from measurement.models import CaseImport, CaseSource, CaseSummary, ImportRejection
from measurement.queries.arrays import CaseArrays, case_arrays
from measurement.queries.registered import changed_since
from measurement.statistics import Design, OpeningHours, opening_hours, plan
from people.calendars import opening_hours_arguments
from people.models import WorkCalendarVersion
from workflows.models import GoLive, Guardrail, Hypothesis, Workflow

LATER_DAYS = {ReadingKind.DAY_90: 90, ReadingKind.DAY_180: 180}
DAY = 86_400.0
AS_SLOW = (0.8, 1.25)  # medians this near count as "about as slow" for gate G10


@dataclass(frozen=True, slots=True)
class Prepared:
    """One call ready to evaluate. ``calendar`` is None for the wall clock."""

    call: Call
    arrays: Arrays
    calendar: OpeningHours | None


def due_at(go_live: GoLive, kind: ReadingKind) -> datetime:
    """When a reading of this kind is taken; early ones from six weeks after the washout on."""
    if kind == ReadingKind.EARLY:
        return go_live.at + timedelta(days=go_live.revision.hypothesis.washout_days + 42)
    return go_live.reading_at + timedelta(days=LATER_DAYS.get(kind, 0))


def prepared(go_live: GoLive, kind: ReadingKind, *, at: datetime) -> Prepared:
    """Collect the call for ``kind`` as known at ``at``: a fixed number of queries.

    The cutoff is the reading's date, or the end of the data when that is earlier (or ``at``, for an
    early reading).
    """
    workflow = go_live.redesign.workflow
    hypothesis = go_live.revision.hypothesis
    guards = list(hypothesis.guardrails.order_by("position", "id"))
    own = case_arrays(workflow.pk, tuple(guard.field for guard in guards))
    errors = clock_errors(workflow)
    arrays = named_arrays(own, unreadable_starts=errors)
    calendar = calendar_of(go_live.calendar_version)
    reach = reach_of(go_live, kind, at=at)
    cutoff = _cutoff(go_live, kind, at=at, covered=reach.both or reach.own)
    source = CaseSource.objects.filter(workflow=workflow).select_related("workflow").first()
    begins = [data_begin(source, own)]
    as_slow, other_source = None, None
    comparison, dropped = reach.comparison, reach.dropped
    if comparison is not None:
        other = case_arrays(comparison.pk)
        other_source = (
            CaseSource.objects.filter(workflow=comparison).select_related("workflow").first()
        )
        begins.append(data_begin(other_source, other))
        arrays |= named_arrays(other, prefix="other_")
        as_slow = _about_as_slow(arrays, go_live.at.timestamp(), calendar)
    delivered = _delivered(workflow)
    begin = latest_begin(*begins)
    changed = changed_since(go_live, source, other_source)
    call = Call(
        go_live=go_live.at.timestamp(),
        cutoff=cutoff,
        data_from=begin.at,
        data_from_first_case=begin.of_first_case,
        design=design_of(go_live, kind, source) | {"post_hoc": go_live.post_hoc or bool(changed)},
        changed_since_go_live=changed,
        guards=tuple(_guard(guard) for guard in guards),
        comparison=str(comparison.public_id) if comparison else None,
        comparison_dropped_for=None if dropped is None else dropped.timestamp(),
        calendar=str(go_live.calendar_version.public_id) if go_live.calendar_version else None,
        delivered_rows=delivered[0],
        duplicate_rows=delivered[1],
        picked_because_slow=workflow.picked_because_slow,
        comparison_as_slow=as_slow,
    )
    return Prepared(call, arrays, calendar)


@dataclass(frozen=True, slots=True)
class DataBegin:
    """Where complete data begin, in UTC epoch seconds (None: no cases), and who says so."""

    at: float | None
    of_first_case: bool


def data_begin(source: CaseSource | None, cases: CaseArrays) -> DataBegin:
    """As the source says, else midnight (UTC) of the first case (decision 0030)."""
    if source is not None and source.data_from is not None:
        return DataBegin(source.data_from.timestamp(), of_first_case=False)
    if not cases.start.size:
        return DataBegin(None, of_first_case=False)
    return DataBegin(float(cases.start.min() // DAY * DAY), of_first_case=True)


def latest_begin(*begins: DataBegin) -> DataBegin:
    """Two workflows are compared where the data of both are complete."""
    return max(begins, key=lambda begin: -math.inf if begin.at is None else begin.at)


def design_of(go_live: GoLive, kind: ReadingKind, source: CaseSource | None) -> dict[str, Any]:
    """The registered hypothesis as ``Design``'s fields."""
    hypothesis = go_live.revision.hypothesis
    return registered_design(hypothesis, source) | {
        "washout_days": hypothesis.washout_days + LATER_DAYS.get(kind, 0),
        "early": kind == ReadingKind.EARLY,
        "planned_information": go_live.planned_information if kind == ReadingKind.EARLY else None,
    }


def registered_design(hypothesis: Hypothesis, source: CaseSource | None) -> dict[str, Any]:
    design = {field.name: field.default for field in fields(Design)} | {
        "before_days": hypothesis.before_days,
        "washout_days": hypothesis.washout_days,
        "after_days": hypothesis.after_days,
        "target_ratio": float(hypothesis.target_ratio),
        "margin": float(hypothesis.margin),
        "placebo": hypothesis.placebo,
        "drift_key": hypothesis.drift_key,
        "standardise": hypothesis.standardise,
    }
    if source is not None and source.completed_only:
        design["horizon_days"] = source.horizon_days
    return design


def named_arrays(cases: CaseArrays, *, prefix: str = "", unreadable_starts: int = 0) -> Arrays:
    """The arrays by name. Rows refused for their clock come back as cases without a start (G5)."""
    lost = np.full(unreadable_starts, math.nan)
    arrays: Arrays = {
        f"{prefix}start": np.concatenate((cases.start, lost)),
        f"{prefix}end": np.concatenate((cases.end, lost)),
        f"{prefix}cancelled": np.concatenate(
            (cases.cancelled, np.zeros(unreadable_starts, dtype=np.bool_))
        ),
    }
    if cases.kind is not None:
        arrays[f"{prefix}kind"] = np.concatenate(
            (cases.kind, np.zeros(unreadable_starts, dtype=np.int32))
        )
    for index, values in enumerate(cases.values):
        arrays[f"{prefix}guard{index}"] = np.concatenate((values, lost))
    return arrays


def calendar_of(version: WorkCalendarVersion | None) -> OpeningHours | None:
    return None if version is None else opening_hours(**opening_hours_arguments(version))


def data_reach(workflow: Workflow) -> datetime | None:
    """End of the data: what the source said it covers, else its newest event; None: no cases."""
    summary = CaseSummary.objects.filter(workflow=workflow).first()
    return summary.covers_to if summary else None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the data go. ``both``: where those of the comparison go as far, too.

    ``both`` is None while the comparison has no data after go-live; ``comparison`` is the one that
    is used, ``dropped`` says since when a registered one was redesigned itself.
    """

    own: datetime | None
    both: datetime | None
    comparison: Workflow | None
    dropped: datetime | None


def reach_of(go_live: GoLive, kind: ReadingKind, *, at: datetime) -> Reach:
    own = data_reach(go_live.redesign.workflow)
    comparison = go_live.revision.hypothesis.comparison
    if comparison is None:
        return Reach(own, own, None, None)
    until = _cutoff(go_live, kind, at=at, covered=own)
    dropped = _redesigned_at(comparison, go_live, until=until)
    if dropped is not None:
        return Reach(own, own, None, dropped)
    other = data_reach(comparison)
    if own is None or other is None or other <= go_live.at:
        return Reach(own, None, comparison, None)
    return Reach(own, min(own, other), comparison, None)


def _redesigned_at(comparison: Workflow, go_live: GoLive, *, until: float) -> datetime | None:
    first = go_live.at - timedelta(days=go_live.revision.hypothesis.before_days)
    itself = GoLive.objects.filter(
        redesign__workflow=comparison, at__gte=first, at__lt=moment(until)
    )
    return itself.order_by("at").values_list("at", flat=True).first()


def clock_errors(workflow: Workflow) -> int:
    """Cases that were refused for an impossible clock and never came right since (gate G5)."""
    refused = ImportRejection.objects.filter(
        case_import__source__workflow=workflow,
        case_import__merged_at__isnull=False,
        code="clock_error",
    )
    named = refused.annotate(case=KeyTextTransform("case_id", "row")).exclude(case__isnull=True)
    still = named.exclude(case__in=workflow.cases.values("case_id"))
    return still.values("case").distinct().count()


def _cutoff(go_live: GoLive, kind: ReadingKind, *, at: datetime, covered: datetime | None) -> float:
    hypothesis = go_live.revision.hypothesis
    limits = [at.timestamp()]
    if covered is not None:
        limits.append(covered.timestamp())
    # Without an end of the after-window the reading goes to the end of the data.
    if kind != ReadingKind.EARLY and hypothesis.after_days is not None:
        limits.append(due_at(go_live, kind).timestamp())
    ended = go_live.redesign.stopped_at
    if ended is not None:  # later cases are not its own
        limits.append(ended.timestamp())
    return min(limits)


def _guard(guard: Guardrail) -> dict[str, Any]:
    return {
        "name": guard.name,
        "field": guard.field,
        "kind": guard.kind,
        "margin": float(guard.margin),
        "worse": guard.worse,
    }


def _delivered(workflow: Workflow) -> tuple[int, int]:
    """Rows read and rows that repeat an id of their own file, over all merged imports."""
    sums = CaseImport.objects.filter(source__workflow=workflow, merged_at__isnull=False).aggregate(
        read=Sum("rows_read"), repeated=Sum("duplicate_rows")
    )
    return sums["read"] or 0, sums["repeated"] or 0


def _about_as_slow(arrays: Arrays, go_live: float, calendar: OpeningHours | None) -> bool:
    medians = [
        plan(
            arrays[f"{prefix}start"],
            arrays[f"{prefix}end"],
            go_live=go_live,
            cutoff=go_live,
            cancelled=arrays[f"{prefix}cancelled"],
            calendar=calendar,
        ).median
        for prefix in ("", "other_")
    ]
    nearness = medians[1] / medians[0] if medians[0] else math.nan
    return bool(AS_SLOW[0] <= nearness <= AS_SLOW[1])


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
