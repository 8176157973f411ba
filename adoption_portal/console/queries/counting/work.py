"""How far each workflow has come and what each redesign's reading said, in a handful of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import FloatField, Max, Min, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from adoption_portal.console.choices import Pending
from adoption_portal.console.models import ReadingRow, WorkflowRow
from adoption_portal.console.queries.counting.places import Places
from measurement.choices import CONCLUSIVE, LastingState, ReadingKind, ReadingVerdict
from measurement.indicators.pooling import log_effect
from measurement.models import Reading
from measurement.queries.portfolios import survivors_of_quarters
from measurement.queries.use import Hidden, Use, WorkflowUse, use_by_workflow
from workflows.choices import RedesignState, RouteState
from workflows.models import Redesign, Workflow
from workflows.queries.stages import FIRST_CHECK, LAST_CHECK, LEADING, RUNNING

RANK = {state: place for place, state in enumerate(LEADING)}
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    workflows: list[WorkflowRow]
    readings: list[ReadingRow]


def work_now(places: Places, *, at: datetime, use: Use) -> Work:
    """Every workflow in use and every redesign that went live, with what it came to by ``at``."""
    redesigns = _redesigns()
    readings = _readings([pk for pk, facts in redesigns.items() if facts["go_live__at"]])
    survivors = survivors_of_quarters(
        {pk for pk, kinds in readings.items() if ReadingKind.PRIMARY in kinds}
    )
    work = {workflow.pk: workflow for workflow in Workflow.objects.all()}
    running = {
        facts["workflow_id"]: facts for facts in redesigns.values() if facts["state"] in RUNNING
    }
    uses = use_by_workflow(list(running), at, use=use)
    shown = {
        pk: _reading_row(facts, readings.get(pk, {}), survived=pk in survivors, at=at)
        for pk, facts in redesigns.items()
        if facts["go_live__at"]
    }
    leads = _leads(redesigns.values())
    rows = [
        _placed(_workflow_row(workflow, leads.get(workflow.pk), shown), workflow, places)
        for workflow in work.values()
        if workflow.retired_at is None
    ]
    for row in rows:
        lead = leads.get(row.workflow_id)
        row.tool_id = lead["current_revision__tool_id"] if lead else None
        if row.live_at is not None and row.workflow_id in uses:
            row.use = _use(uses[row.workflow_id])
    for pk, row in shown.items():
        facts = redesigns[pk]
        _placed(row, work[facts["workflow_id"]], places)
        row.tool_id = facts["current_revision__tool_id"]
    return Work(rows, list(shown.values()))


def _redesigns() -> dict[int, Facts]:
    approved = Q(routes__state=RouteState.APPROVED)
    rows = Redesign.objects.annotate(
        submitted_at=Min("routes__opened_at"),
        signed_at=Max("routes__closed_at", filter=approved),
    ).values(
        "pk",
        "workflow_id",
        "state",
        "created_at",
        "stopped_at",
        "base_version_id",
        "current_revision_id",
        "current_revision__tool_id",
        "go_live__at",
        "go_live__reading_at",
        "submitted_at",
        "signed_at",
    )
    return {row["pk"]: dict(row) for row in rows}


def _readings(redesigns: list[int]) -> dict[int, dict[str, Facts]]:
    """By redesign and kind; of early readings the newest."""
    rows = (
        Reading.objects.filter(redesign__in=redesigns)
        .annotate(
            promised=Cast(KT("design__design__target_ratio"), FloatField()),
            cases=Cast(KT("result__n_after"), FloatField()),
        )
        .order_by("cutoff", "pk")
        .values("pk", "redesign_id", "kind", "verdict", "grade", "ratio", "low", "high", "cutoff",
                "promised", "cases", "lasting__state")
    )  # fmt: skip
    found: dict[int, dict[str, Facts]] = {}
    for row in rows:
        found.setdefault(row["redesign_id"], {})[row["kind"]] = dict(row)
    return found


def _leads(redesigns: Iterable[Facts]) -> Mapping[int, Facts]:
    """The redesign that speaks for each workflow (``workflows.queries.stages``)."""
    leads: dict[int, Facts] = {}
    for facts in redesigns:
        if facts["state"] not in RANK:
            continue
        known = leads.get(facts["workflow_id"])
        if known is None or _before(facts, known):
            leads[facts["workflow_id"]] = facts
    return leads


def _before(one: Facts, other: Facts) -> bool:
    ranks = RANK[one["state"]], RANK[other["state"]]
    if ranks[0] != ranks[1]:
        return ranks[0] < ranks[1]
    return (one["created_at"], one["pk"]) > (other["created_at"], other["pk"])


def _workflow_row(
    workflow: Workflow,
    lead: Facts | None,
    shown: Mapping[int, ReadingRow],
) -> WorkflowRow:
    row = WorkflowRow(workflow=workflow, stage=1, logged_at=workflow.created_at)
    if lead is None:
        return row
    state = lead["state"]
    if state in {RedesignState.IN_REVIEW, RedesignState.APPROVED} or state in RUNNING:
        row.stage, row.redesigned_at = 2, lead["submitted_at"] or lead["created_at"]
    if state == RedesignState.APPROVED or state in RUNNING:
        row.stage, row.signed_at = 3, lead["signed_at"] or row.redesigned_at
    reading = shown.get(lead["pk"])
    if state not in RUNNING or reading is None:
        return row
    row.stage, row.live_at = 4, reading.live_at
    final = reading.verdict if reading.is_final else ""
    if state != RedesignState.MEASURED and final not in CONCLUSIVE:
        row.pending = (
            Pending.REFUSED
            if final == ReadingVerdict.REFUSED
            else Pending.LACKS
            if final
            else Pending.WAITS
        )
        return row
    row.stage, row.measured_at = 5, reading.read_at or reading.due_at
    if reading.is_changed:
        row.changed_at = row.measured_at
    row.is_relapsed = reading.is_relapsed
    if reading.held_180:
        row.stage, row.sustained_at = 6, row.measured_at + timedelta(days=LAST_CHECK)
    return row


def _reading_row(
    facts: Facts,
    kinds: Mapping[str, Facts],
    *,
    survived: bool,
    at: datetime,
) -> ReadingRow:
    row = ReadingRow(
        redesign_id=facts["pk"],
        live_at=facts["go_live__at"],
        due_at=facts["go_live__reading_at"],
        is_stopped=facts["stopped_at"] is not None,
    )
    primary = kinds.get(ReadingKind.PRIMARY)
    reading = primary or kinds.get(ReadingKind.EARLY)
    if reading is None:
        return row
    row.reading_id, row.read_at = reading["pk"], reading["cutoff"]
    row.verdict, row.grade, row.is_final = reading["verdict"], reading["grade"], bool(primary)
    row.ratio, row.low, row.high = reading["ratio"], reading["low"], reading["high"]
    row.promised = reading["promised"]
    row.cases = None if reading["cases"] is None else int(reading["cases"])
    if primary is not None:
        row.log_ratio, row.log_se = _on_log_scale(reading)
        row.is_changed = survived and reading["verdict"] == ReadingVerdict.IMPROVED
        for kind, days in ((ReadingKind.DAY_90, FIRST_CHECK), (ReadingKind.DAY_180, LAST_CHECK)):
            held = _held(row, facts, kinds.get(kind), days, at=at)
            if kind == ReadingKind.DAY_90:
                row.held_90 = held
            else:
                # Only an unbroken run counts: 180 days need the 90 days before.
                row.held_180 = held and row.held_90
        row.is_relapsed = any(
            later["lasting__state"] == LastingState.RELAPSE for later in kinds.values()
        )
    return row


def _use(found: WorkflowUse) -> Facts:
    breadth = found.breadth
    return {
        "breadth": None
        if isinstance(breadth, Hidden)
        else {"of": breadth.of, "count": breadth.count, "word": breadth.word},
        "depth": list(found.depth) if found.depth else None,
    }


def _held(
    row: ReadingRow, facts: Facts, later: Facts | None, days: int, *, at: datetime
) -> bool | None:
    """None while the day has not come, or has come and is not read; only for what changed."""
    if not row.is_changed or row.read_at is None:
        return None
    if later is not None:
        return bool(later["verdict"] == ReadingVerdict.IMPROVED)
    due = row.read_at + timedelta(days=days)
    stopped = facts["stopped_at"]
    return False if due <= at and stopped is not None and stopped <= due else None


def _on_log_scale(reading: Facts) -> tuple[float | None, float | None]:
    """Refused readings are shown pale and not counted."""
    if reading["verdict"] == ReadingVerdict.REFUSED:
        return None, None
    return log_effect(reading["ratio"], reading["low"], reading["high"]) or (None, None)


def _placed(row: Any, workflow: Workflow, places: Places) -> Any:
    unit = places.units[workflow.unit_id]
    row.name, row.function = workflow.name, workflow.function
    row.unit_id, row.top_unit_id, row.site_id = unit.pk, places.top[unit.pk], unit.site_id
    row.is_simulated = workflow.is_simulated
    return row
