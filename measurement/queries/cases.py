"""A workflow's cases as pages and panels show them: from the summary, as far as it knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.charts import BarRow, Bars, words
from core.choices import JobState
from core.deliveries.limits import REFUSALS_KEPT
from measurement.choices import CaseStatus
from measurement.errors import row_refusal
from measurement.models import Case, CaseImport, CaseSource, CaseSummary, ImportRejection
from measurement.parsing import EVENT_FIELDS, FIELDS
from measurement.rules import median_shown
from measurement.statistics import FINISHED_BEFORE
from workflows.models import GoLive, Workflow
from workflows.queries.stages import Baseline, CasesSoFar

SHOWN = frozenset((*FIELDS, *EVENT_FIELDS))  # cells of a refused row that may be seen
WEEKS_SHOWN = 12
TREND_WEEKS = 24
PACE_WEEKS = 8
REJECTIONS_SHOWN = 20
WAITS = "new"  # a delivery that nobody has said yet how to read
SOON = timedelta(weeks=520)  # a date further off is no promise


@dataclass(frozen=True, slots=True)
class Readiness:
    """``done`` of ``needed`` finished cases; ``enough_on`` at the pace of the last weeks.

    Once work has changed only cases that started before ``go_live_at`` count.
    """

    done: int
    needed: int
    enough_on: date | None
    go_live_at: datetime | None = None

    @property
    def is_enough(self) -> bool:
        return self.done >= self.needed

    @property
    def shown(self) -> int:
        return min(self.done, self.needed)


@dataclass(frozen=True, slots=True)
class CasesPage:
    source: CaseSource | None
    summary: CaseSummary | None
    readiness: Readiness
    volume: Bars | None
    days_old: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows were refused, and how many of them."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    line: int
    case_id: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    state: str
    reasons: tuple[Reason, ...]
    rows: tuple[RefusedRow, ...]
    good: int  # cases that can be saved: a repeated row adds none
    is_saving: bool
    kept: int
    dropped_people: tuple[str, ...]
    dropped_others: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}


def cases_page(workflow: Workflow, *, at: datetime) -> CasesPage:
    """Three queries, and one more that counts the cases of before once a redesign is live."""
    source = CaseSource.objects.filter(workflow=workflow).first()
    summary = CaseSummary.objects.filter(workflow=workflow).first()
    readiness = readiness_of(workflow, summary)
    return CasesPage(
        source=source,
        summary=summary,
        readiness=readiness,
        volume=_volume(summary, readiness.go_live_at)
        if summary is not None and summary.weekly
        else None,
        days_old=(at - summary.covers_to).days if summary and summary.covers_to else None,
    )


def readiness_of(workflow: Workflow, summary: CaseSummary | None) -> Readiness:
    go_lives = GoLive.objects.filter(redesign__workflow=workflow).order_by("-at")
    go_live_at = go_lives.values_list("at", flat=True).first()
    if go_live_at is not None:
        before = Case.objects.filter(
            workflow=workflow, status=CaseStatus.COMPLETED, started_at__lt=go_live_at
        )
        return Readiness(before.count(), FINISHED_BEFORE, None, go_live_at)
    if summary is None:
        return Readiness(0, FINISHED_BEFORE, None)
    missing = FINISHED_BEFORE - summary.completed
    recent = [week[2] for week in summary.weekly[-PACE_WEEKS:]]
    finishing = summary.completed / summary.cases if summary.cases else 0.0
    pace = sum(recent) / len(recent) * finishing if recent else 0.0
    enough_on = None
    if missing > 0 and pace > 0 and summary.covers_to is not None:
        wait = timedelta(weeks=missing / pace)
        enough_on = (summary.covers_to + wait).date() if wait < SOON else None
    return Readiness(summary.completed, FINISHED_BEFORE, enough_on)


def _volume(summary: CaseSummary, go_live_at: datetime | None) -> Bars:
    """Before is grey, after is indigo, here too; a side without a week is no part."""
    weeks = [
        (date.fromisoformat(first_day), float(cases))
        for first_day, _median, cases, *_done in summary.weekly[-WEEKS_SHOWN:]
    ]
    live = go_live_at.date() if go_live_at else None
    sides = [live is not None and day >= live for day, _cases in weeks]
    rows: list[tuple[float, ...]]
    parts: tuple[str, ...]
    looks: tuple[str, ...]
    if len(set(sides)) == 1:
        rows = [(cases,) for _day, cases in weeks]
        parts, looks = (_("Cases started"),), ("after" if sides[0] else "before",)
    else:
        rows = [
            (0.0, cases) if after else (cases, 0.0)
            for (_day, cases), after in zip(weeks, sides, strict=True)
        ]
        parts, looks = (_("Before"), _("After")), ("before", "after")
    return Bars(
        rows=tuple(
            BarRow(words.day(day), values)
            for (day, _cases), values in zip(weeks, rows, strict=True)
        ),
        parts=parts,
        looks=looks,
        title=_("Cases started, by week"),
    )


def cases_so_far(workflows: Iterable[Workflow]) -> Mapping[int, CasesSoFar]:
    """Finished cases and weekly medians by workflow; one query.

    Weeks lie around the newest go-live, up to twelve on each side; of work that never went live
    they are the last 24, all of them before. None is a week without a point, as in the control
    chart.
    """
    newest = GoLive.objects.filter(redesign__workflow=OuterRef("workflow")).order_by("-at")
    rows = CaseSummary.objects.filter(workflow__in=workflows).values_list(
        "workflow_id", "completed", "weekly", Subquery(newest.values("at")[:1])
    )
    told = {row.pk: CasesSoFar(Baseline(0, FINISHED_BEFORE)) for row in workflows}
    for workflow_id, completed, weekly, live in rows:
        split = live.date().isoformat() if live else "9999"
        weeks = [
            (day, median_shown(median, finished=done[0] if done else cases))
            for day, median, cases, *done in weekly
        ]
        before = [median for day, median in weeks if day < split]
        after = [median for day, median in weeks if day >= split]
        most = TREND_WEEKS // 2 if after else TREND_WEEKS
        told[workflow_id] = CasesSoFar(
            Baseline(completed, FINISHED_BEFORE), before[-most:], after[:most]
        )
    return told


def imports_of(workflow: Workflow) -> QuerySet[CaseImport]:
    return (
        CaseImport.objects.filter(source__workflow=workflow)
        .select_related("job__token", "created_by")
        .order_by("-pk")
    )


def import_page(case_import: CaseImport, *, with_rows: bool) -> ImportPage:
    """At most two queries. ``with_rows`` for those who may bring cases: refused rows have cells."""
    reasons: list[Reason] = []
    rows: list[RefusedRow] = []
    theirs = case_import.options.get("mapping") or {}
    if case_import.rows_rejected:
        rejections = ImportRejection.objects.filter(case_import=case_import)
        counted = (
            rejections.order_by()
            .values("code", "column")
            .annotate(count=Count("pk"))
            .order_by("-count", "code", "column")
        )
        reasons = [
            Reason(row_refusal(one["code"], one["column"], mapping=theirs), one["count"])
            for one in counted
        ]
        rows = [
            RefusedRow(
                line=row.line,
                case_id=row.row.get("case_id", ""),
                reason=row_refusal(row.code, row.column, mapping=theirs),
                value=row.row.get(row.column, "") if row.column in SHOWN else "",
            )
            for row in rejections.order_by("line", "pk")[: REJECTIONS_SHOWN if with_rows else 0]
        ]
    return ImportPage(
        state=_state(case_import),
        reasons=tuple(reasons),
        rows=tuple(rows),
        good=case_import.rows_read - case_import.rows_rejected - case_import.duplicate_rows,
        is_saving=case_import.skip_bad_rows and case_import.rows_read > 0,
        kept=min(case_import.rows_rejected, REFUSALS_KEPT),
        dropped_people=_dropped(case_import, people=True),
        dropped_others=_dropped(case_import, people=False),
    )


def _state(case_import: CaseImport) -> str:
    """Without a job it waits for its mapping, or was discarded before anybody gave it one."""
    if case_import.job is not None:
        return case_import.job.state
    if case_import.merged_at is not None:
        return JobState.DONE
    return WAITS if case_import.stored_name else JobState.CANCELLED


def _dropped(case_import: CaseImport, *, people: bool) -> tuple[str, ...]:
    return tuple(
        column["column"]
        for column in case_import.dropped_columns
        if (column["why"] == "person") is people
    )


def rejections_of(case_import: CaseImport) -> QuerySet[ImportRejection]:
    return ImportRejection.objects.filter(case_import=case_import).order_by("line", "pk")
