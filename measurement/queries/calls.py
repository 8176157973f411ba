"""What a reading of one redesign takes in: arrays, windows, counts."""

import math
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np

from measurement.choices import ReadingKind
from measurement.evaluating import Arrays, Call
from measurement.models import CaseSource
from measurement.queries.arrays import CaseArrays
from measurement.queries.gathering import Due, Gathered
from measurement.queries.known import LATER_DAYS, cutoff_of
from measurement.queries.registered import changed_since
from measurement.season import TWO_YEARS, has_two_years
from measurement.statistics import Design, OpeningHours, plan
from measurement.statistics.arrays import DAY
from workflows.models import GoLive, Guardrail, Hypothesis, Workflow

AS_SLOW = (0.8, 1.25)  # medians this near count as "about as slow" for gate G10


@dataclass(frozen=True, slots=True)
class Prepared:
    """One call ready to evaluate. ``calendar`` is None for the wall clock."""

    call: Call
    arrays: Arrays
    calendar: OpeningHours | None


def prepared(due: Due, known: Gathered, *, at: datetime) -> Prepared:
    """The call of one reading as known at ``at``. No query: everything was ``gathered``.

    The cutoff is the reading's date, or the end of the data when that is earlier (or ``at``, for an
    early reading).
    """
    go_live, kind, reach = due.go_live, due.kind, due.reach
    workflow = go_live.redesign.workflow
    guards = known.guards.get(go_live.revision.hypothesis.pk, ())
    own = known.cases[workflow.pk].only(tuple(guard.field for guard in guards))
    arrays = named_arrays(own, unreadable_starts=known.clock_errors.get(workflow.pk, 0))
    calendar = known.calendars.get(go_live.calendar_version_id)
    source = known.sources.get(workflow.pk)
    begins = [data_begin(source, own)]
    other_source = None
    comparison = reach.comparison
    if comparison is not None:
        other = known.cases[comparison.pk].only(())
        other_source = known.sources.get(comparison.pk)
        begins.append(data_begin(other_source, other))
        lost = known.clock_errors.get(comparison.pk, 0)
        arrays |= named_arrays(other, prefix="other_", unreadable_starts=lost)
    read, repeated = _delivered(known, workflow, comparison)
    begin = latest_begin(*begins)
    design = design_of(go_live, kind, source)
    changed = changed_since(go_live, source, other_source, history=known.history)
    call = Call(
        go_live=go_live.at.timestamp(),
        cutoff=cutoff_of(go_live, kind, at=at, covered=reach.both or reach.own),
        data_from=begin.at,
        data_from_first_case=begin.of_first_case,
        design=design | {"post_hoc": go_live.post_hoc or bool(changed)},
        changed_since_go_live=changed,
        guards=tuple(_guard(guard) for guard in guards),
        comparison=str(comparison.public_id) if comparison else None,
        comparison_dropped_for=None if reach.dropped is None else reach.dropped.timestamp(),
        calendar=str(go_live.calendar_version.public_id) if go_live.calendar_version else None,
        delivered_rows=read,
        duplicate_rows=repeated,
        picked_because_slow=workflow.picked_because_slow,
        comparison_as_slow=None
        if comparison is None
        else about_as_slow(
            arrays, go_live.at.timestamp(), calendar, data_from=begin.at, design=Design(**design)
        ),
        season=_against_last_year(go_live, kind, comparison, begin, calendar),
    )
    return Prepared(call, arrays, calendar)


def _delivered(known: Gathered, workflow: Workflow, comparison: Workflow | None) -> tuple[int, int]:
    """Rows delivered and repeated, of the two workflows the one that repeats more (gate G9)."""
    both = [workflow.pk] if comparison is None else [workflow.pk, comparison.pk]
    counts = [known.delivered.get(pk, (0, 0)) for pk in both]
    return max(counts, key=lambda count: count[1] / count[0] if count[0] else 0.0)


def _against_last_year(
    go_live: GoLive,
    kind: ReadingKind,
    comparison: Workflow | None,
    begin: "DataBegin",
    calendar: OpeningHours | None,
) -> bool:
    """A registered season is taken out by last year's weeks, at the registered date and later.

    With a comparison there is no need: it went through the same season. The source must have said
    since when its data are complete: an older export brought in later must not change what is read.
    The work calendar must know those weeks, too.
    """
    at = go_live.at.timestamp()
    return (
        go_live.revision.hypothesis.season
        and kind != ReadingKind.EARLY
        and comparison is None
        and not begin.of_first_case
        and has_two_years(go_live=at, data_from=begin.at)
        and (calendar is None or calendar.covered_from <= at - TWO_YEARS)
    )


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


def _guard(guard: Guardrail) -> dict[str, Any]:
    return {
        "name": guard.name,
        "field": guard.field,
        "kind": guard.kind,
        "margin": float(guard.margin),
        "worse": guard.worse,
    }


def about_as_slow(
    arrays: Arrays,
    go_live: float,
    calendar: OpeningHours | None,
    *,
    data_from: float | None,
    design: Design,
) -> bool:
    """Whether the medians before go-live of the workflow and its comparison are near (G10)."""
    medians = [
        plan(
            arrays[f"{prefix}start"],
            arrays[f"{prefix}end"],
            go_live=go_live,
            cutoff=go_live,
            cancelled=arrays[f"{prefix}cancelled"],
            data_from=data_from,
            calendar=calendar,
            design=design,
        ).median
        for prefix in ("", "other_")
    ]
    nearness = medians[1] / medians[0] if medians[0] else math.nan
    return bool(AS_SLOW[0] <= nearness <= AS_SLOW[1])
