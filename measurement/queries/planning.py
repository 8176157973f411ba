"""Before go-live: what the baseline says and what a reading on it could detect."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from measurement.models import Case, CaseSource, CaseSummary
from measurement.own_gates import SELECTION_WEEKS
from measurement.queries.arrays import case_arrays
from measurement.queries.calendars import calendar_of
from measurement.queries.calls import (
    about_as_slow,
    data_begin,
    latest_begin,
    named_arrays,
    registered_design,
)
from measurement.queries.registered import DESIGN_FACTS
from measurement.rules import median_shown
from measurement.statistics import FINISHED_BEFORE, Comparison, Design, Plan, follow_up_days, plan
from measurement.statistics.arrays import DAY
from people.models import WorkCalendarVersion
from workflows.models import Hypothesis, Redesign

DETAIL_LIMIT = 200_000  # what a request may read while somebody waits
EARLIEST = timedelta(weeks=6)  # after the washout, for a first early reading
GRADE_WEEKS = 26  # before go-live, for grade A or B (measurement-method.md section 8)


class TooManyCases(Exception):
    """More than ``DETAIL_LIMIT`` cases would have to be read, of which none was."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Figures for the hypothesis form. ``early_date`` and ``reading_date`` need a planned go-live.

    ``weeks`` whole ones before go-live that the data reach back. ``too_short_for_pick``: the work
    was picked because it was slow, and neither its history nor its comparison makes up for that
    (gate G10).
    """

    plan: Plan
    median: float | None
    completed_needed: int
    weeks: int
    enough_on: date | None
    early_date: date | None
    reading_date: date | None
    data_to: datetime | None
    detects_promise: bool | None
    picked_because_slow: bool
    too_short_for_pick: bool

    @property
    def weeks_wanted(self) -> int:
        return int(SELECTION_WEEKS)

    @property
    def weeks_for_grade(self) -> int:
        return GRADE_WEEKS


def planning_of(redesign: Redesign) -> Planning | None:
    """None without a hypothesis or without any case. Raises TooManyCases like ``figures_at``."""
    revision = redesign.current_revision
    hypothesis = getattr(revision, "hypothesis", None) if revision is not None else None
    summary = CaseSummary.objects.filter(workflow_id=redesign.workflow_id).first()
    if hypothesis is None or summary is None or not summary.cases or summary.covers_to is None:
        return None
    go_live = _assumed_go_live(hypothesis, summary)
    facts = figures_at(redesign, hypothesis, go_live=go_live)
    planned: Plan = facts["plan"]
    early_date = reading_date = None
    if hypothesis.planned_go_live_date is not None:
        counted_from = hypothesis.planned_go_live_date + timedelta(days=hypothesis.washout_days)
        early_date = counted_from + EARLIEST
        reading_date = counted_from + timedelta(
            days=(hypothesis.after_days or 84) + int(facts["follow_up_days"])
        )
    detects = None
    if not math.isnan(planned.detectable_ratio):
        detects = planned.detectable_ratio >= float(hypothesis.target_ratio)
    return Planning(
        plan=planned,
        median=median_shown(planned.median, finished=planned.completed),
        completed_needed=FINISHED_BEFORE,
        weeks=facts["weeks"],
        enough_on=_enough_on(planned, summary),
        early_date=early_date,
        reading_date=reading_date,
        data_to=summary.covers_to,
        detects_promise=detects,
        picked_because_slow=redesign.workflow.picked_because_slow,
        too_short_for_pick=redesign.workflow.picked_because_slow
        and facts["weeks"] < SELECTION_WEEKS
        and not facts["as_slow"],
    )


def at_go_live(redesign: Redesign) -> dict[str, Any]:
    """What go-live registers: ``follow_up_days``, ``planned_information``, ``detectable_ratio``.

    And ``source``: what it says of its data, empty while no case is in (decision 0031).
    ``too_many_cases`` instead of the figures where reading them would take too long (decision
    0020).
    """
    revision = redesign.current_revision
    if revision is None:
        return {}
    source = {"source": registered_source(redesign.workflow_id)}
    try:
        facts = figures_at(redesign, revision.hypothesis, go_live=redesign.go_live_at)  # type: ignore[attr-defined]
    except TooManyCases:
        return source | {"too_many_cases": True}
    planned: Plan = facts["plan"]
    return source | {
        "follow_up_days": facts["follow_up_days"],
        "planned_information": _known(planned.information),
        "detectable_ratio": _known(planned.detectable_ratio),
    }


def registered_source(workflow_id: int) -> dict[str, Any]:
    source = CaseSource.objects.filter(
        workflow_id=workflow_id, imports__merged_at__isnull=False
    ).first()
    return {} if source is None else {name: getattr(source, name) for name in DESIGN_FACTS}


def figures_at(redesign: Redesign, hypothesis: Hypothesis, *, go_live: datetime) -> dict[str, Any]:
    """``plan`` and ``follow_up_days`` as the data stand now, for a go-live at that moment.

    Raises TooManyCases when the workflow and its comparison have more than ``DETAIL_LIMIT``.
    """
    if _beyond_limit(redesign.workflow_id, hypothesis.comparison_id):
        raise TooManyCases
    source = CaseSource.objects.filter(workflow_id=redesign.workflow_id).first()
    design = Design(**registered_design(hypothesis, source))
    own = case_arrays(redesign.workflow_id)
    arrays = named_arrays(own)
    at = go_live.timestamp()
    begins = [data_begin(source, own)]
    comparison, calendar = None, calendar_of(_calendar_version(hypothesis))
    both = None
    if hypothesis.comparison_id is not None:
        other = case_arrays(hypothesis.comparison_id)
        other_source = CaseSource.objects.filter(workflow_id=hypothesis.comparison_id).first()
        begins.append(data_begin(other_source, other))
        comparison = Comparison(other.start, other.end, other.kind, other.cancelled)
        both = arrays | named_arrays(other, prefix="other_")
    data_from = latest_begin(*begins).at
    known_at = min(at, timezone.now().timestamp())
    as_slow = both is not None and about_as_slow(
        both, known_at, calendar, data_from=data_from, design=design
    )
    planned = plan(
        arrays["start"],
        arrays["end"],
        go_live=at,
        cutoff=known_at,
        cancelled=arrays["cancelled"],
        data_from=data_from,
        comparison=comparison,
        calendar=calendar,
        design=design,
    )
    days = follow_up_days(
        arrays["start"],
        arrays["end"],
        go_live=at,
        cancelled=arrays["cancelled"],
        data_from=data_from,
        design=design,
    )
    begun = float(own.start.min()) if own.start.size else known_at
    window = max(at - design.before_days * DAY, -math.inf if data_from is None else data_from)
    first = window if begun - window < 7 * DAY else begun
    return {
        "plan": planned,
        "follow_up_days": days,
        "weeks": max(0, int((known_at - first) / (7 * DAY))),
        "as_slow": as_slow,
    }


def _beyond_limit(*workflow_ids: int | None) -> bool:
    """Asks the rows themselves: the summary is counted after an import, by a job."""
    cases = Case.objects.filter(workflow__in=[pk for pk in workflow_ids if pk is not None])
    return cases.order_by()[DETAIL_LIMIT : DETAIL_LIMIT + 1].exists()


def _assumed_go_live(hypothesis: Hypothesis, summary: CaseSummary) -> datetime:
    """The planned day, but never beyond the data: an empty tail would look like a slow-down."""
    covered: datetime = summary.covers_to or timezone.now()
    if hypothesis.planned_go_live_date is None:
        return covered
    planned = timezone.make_aware(
        datetime.combine(hypothesis.planned_go_live_date, datetime.min.time())
    )
    return min(planned, covered)


def _calendar_version(hypothesis: Hypothesis) -> WorkCalendarVersion | None:
    if hypothesis.calendar_id is None:
        return None
    return (
        WorkCalendarVersion.objects.filter(calendar_id=hypothesis.calendar_id)
        .order_by("-number")
        .first()
    )


def _enough_on(planned: Plan, summary: CaseSummary) -> date | None:
    """The day enough cases will be finished at the present pace; None when they are, or never."""
    missing = FINISHED_BEFORE - planned.completed
    if missing <= 0 or not planned.cases_a_week > 0 or summary.covers_to is None:
        return None
    return (summary.covers_to + timedelta(weeks=missing / planned.cases_a_week)).date()


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
