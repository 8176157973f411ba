"""Workflows as lists and pages show them; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db.models import (
    Count,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.audit import EXPORT, subject_of
from core.charts import Sparkline, words
from core.models import AuditEvent
from core.panels import facts_about, facts_among
from people.models import Assignment, Person
from workflows.choices import RedesignState, Stage
from workflows.comparison import Comparison, Totals, compare
from workflows.models import Activity, AiTool, Redesign, Revision, Workflow, WorkflowVersion
from workflows.queries.redesigns import (
    beyond_others_drafts,
    may_propose,
    redesigns_visible_to,
)
from workflows.queries.stages import (
    STATES_OF_STAGE,
    CasesSoFar,
    WorkflowStage,
    leads_of,
    stages_of,
    with_lead,
)
from workflows.rules import may_edit, units_to_log_in, workflows_of_reach, workflows_seen

if TYPE_CHECKING:
    from workflows.queries.stages import LedWorkflow


MOST_SUGGESTED = 100  # words a cell offers


def workflows_visible_to(person: Person, *, at: datetime | None = None) -> QuerySet[Workflow]:
    """Everything ``person`` may read, retired ones included."""
    return Workflow.objects.filter(workflows_seen(person, at))


# --- the list -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowFilter:
    """What the address asks for; an empty value asks for nothing."""

    text: str = ""
    unit: int | None = None
    stage: str = ""
    function: str = ""
    tool: int | None = None
    mine: bool = False
    retired: bool = False


def workflow_list(person: Person, wanted: WorkflowFilter) -> "QuerySet[LedWorkflow]":
    """Visible workflows by name, with ``lead_pk`` and ``lead_state``; retired ones on demand."""
    rows = with_lead(workflows_visible_to(person), person).filter(
        retired_at__isnull=not wanted.retired
    )
    if wanted.mine:
        rows = rows.filter(workflows_of_reach(person))
    if wanted.text:
        rows = rows.filter(
            Q(name__icontains=wanted.text)
            | Q(purpose__icontains=wanted.text)
            | Q(unit__name__icontains=wanted.text)
        )
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.function:
        rows = rows.filter(function=wanted.function)
    if wanted.tool:
        named = (
            beyond_others_drafts(person)
            .filter(workflow=OuterRef("pk"), current_revision__tool=wanted.tool)
            .values("pk")
        )
        rows = rows.filter(
            Q(lead_pk__in=named) | Q(candidate_tools=wanted.tool, lead_pk__isnull=True)
        )
    if wanted.stage == Stage.LOGGED:
        rows = rows.filter(lead_pk__isnull=True)
    elif wanted.stage in set(STATES_OF_STAGE):
        rows = rows.filter(lead_state__in=STATES_OF_STAGE[Stage(wanted.stage)])
    return rows.select_related("unit").order_by("name", "pk")


def improved_among(rows: "QuerySet[LedWorkflow]") -> int:
    """Of a whole list, how many are measured as improved by what runs now; one query."""
    leads = Redesign.objects.filter(pk__in=rows.order_by().values("lead_pk"))
    return int(facts_among("measurement.verdicts", leads, early=False).get("improved", 0))


def filter_choices(person: Person) -> dict[str, list[tuple[str, str]]]:
    """What the list can be narrowed to, in one query: units, functions and tools in use."""
    seen = workflows_visible_to(person).order_by()
    redesigns = beyond_others_drafts(person).filter(workflow__in=seen.values("pk"))
    units = seen.values_list(Value("unit"), F("unit"), F("unit__name"))
    functions = seen.values_list(Value("function"), Value(0), F("function"))
    tools = AiTool.objects.filter(revisions__redesign__in=redesigns).values_list(
        Value("tool"), F("pk"), Concat("name", Value(" "), "version")
    )
    choices: dict[str, list[tuple[str, str]]] = {"unit": [], "function": [], "tool": []}
    for kind, key, name in sorted(units.union(functions, tools), key=lambda row: row[2].casefold()):
        choices[kind].append((name if kind == "function" else str(key), name))
    return choices


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    workflow: Workflow
    tool: str
    stage: WorkflowStage
    sparkline: Sparkline | None
    redesign: Redesign | None = None  # the one that speaks for the workflow

    @property
    def ratio(self) -> float | None:
        """Shown only once a final reading could compute one."""
        fact = self.stage.fact
        return None if fact.get("early") else fact.get("ratio")

    @property
    def interval(self) -> str:
        return words.interval_words(self.stage.fact.get("low"), self.stage.fact.get("high"))


def workflow_rows(workflows: "Sequence[LedWorkflow]", person: Person) -> list[WorkflowRow]:
    """One page of ``workflow_list`` with tool, stage and trend: a fixed number of queries."""
    rows = list(workflows)
    if not rows:
        return []
    leads = leads_of(rows, person)
    cases = facts_about("measurement.cases", rows)
    stages = stages_of(rows, leads, cases)
    return [
        WorkflowRow(
            workflow=row,
            tool=_tool_name(leads.get(row.pk)),
            stage=stages[row.pk],
            sparkline=_sparkline(cases[row.pk]),
            redesign=leads.get(row.pk),
        )
        for row in rows
    ]


def _tool_name(redesign: Redesign | None) -> str:
    revision = redesign.current_revision if redesign else None
    return str(revision.tool) if revision and revision.tool else ""


def _sparkline(cases: CasesSoFar) -> Sparkline | None:
    if not cases.before and not cases.after:
        return None
    return Sparkline(
        values=(*cases.before, *cases.after),
        after_from=len(cases.before) if cases.after else None,
    )


# --- one workflow ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AsIs:
    """Today's steps with their totals; ``sentence`` says them, the bar draws them."""

    steps: tuple[Activity, ...]
    totals: Totals

    @property
    def sentence(self) -> str:
        count = ngettext("%(count)s step.", "%(count)s steps.", self.totals.steps) % {
            "count": words.number(self.totals.steps)
        }
        if not self.totals.known or not self.totals.minutes:
            return _("%(steps)s No times stated yet.") % {"steps": count}
        if not self.totals.wait:
            return _("%(steps)s %(work)s of work, no waiting stated.") % {
                "steps": count,
                "work": words.minutes(self.totals.work),
            }
        return _("%(steps)s %(work)s of work; the other %(percent)s is waiting.") % {
            "steps": count,
            "work": words.minutes(self.totals.work),
            "percent": words.percent(self.totals.wait_percent),
        }


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    workflow: Workflow
    stage: WorkflowStage
    lead: Redesign | None
    as_is: AsIs
    comparison: Comparison | None
    redesigns: tuple[Redesign, ...]
    people: int | None
    tool: str
    may_edit: bool
    may_propose: bool
    draft: Redesign | None = None
    open_redesign: Redesign | None = None  # neither running nor ended
    beyond_reach: bool = False  # somebody's redesign that the person may not read
    tools: tuple[AiTool, ...] = field(default=())


def workflow_detail(person: Person) -> "QuerySet[LedWorkflow]":
    """For one page: everything the header and the as-is steps need."""
    here = (
        Assignment.objects.filter(
            unit=OuterRef("unit"), valid__contains=timezone.localdate(), person__is_active=True
        )
        .order_by()
        .values("unit")
        .annotate(n=Count("person", distinct=True))
        .values("n")
    )
    return (
        with_lead(workflows_visible_to(person), person)
        .select_related("unit", "owner", "current_version")
        .annotate(people=Coalesce(Subquery(here, output_field=IntegerField()), 0))
    )


def workflow_page(workflow: "LedWorkflow", person: Person, *, minimum_group: int) -> WorkflowPage:
    """``workflow`` as of ``workflow_detail``. People are counted from ``minimum_group`` on."""
    redesigns = tuple(redesigns_of(workflow, person))
    leads = leads_of([workflow], person)
    lead = leads.get(workflow.pk)
    shown = next((row for row in redesigns if lead and row.pk == lead.pk), None)
    stage = stages_of([workflow], leads, facts_about("measurement.cases", [workflow]))[workflow.pk]
    steps = steps_of(workflow.current_version)
    people = cast("int", workflow.people)  # type: ignore[attr-defined]
    return WorkflowPage(
        workflow=workflow,
        stage=stage,
        lead=shown,
        as_is=as_is(steps),
        comparison=_comparison(shown, steps),
        redesigns=redesigns,
        people=people if people >= minimum_group else None,
        tool=_tool_name(lead) if shown else "",
        may_edit=may_edit(person, workflow),
        may_propose=workflow.retired_at is None and bool(steps) and may_propose(person, workflow),
        open_redesign=next((row for row in redesigns if row.state in OPEN), None),
        beyond_reach=not redesigns
        and beyond_others_drafts(person).filter(workflow=workflow).exists(),
        draft=next((row for row in redesigns if row.state == RedesignState.DRAFT), None),
        tools=tuple(workflow.candidate_tools.order_by("name", "version")),
    )


def steps_of(version: WorkflowVersion | None) -> tuple[Activity, ...]:
    return tuple(version.activities.order_by("position")) if version else ()


def as_is(steps: Sequence[Activity]) -> AsIs:
    return AsIs(steps=tuple(steps), totals=compare(steps, ()).before)


def redesigns_of(workflow: Workflow, person: Person) -> QuerySet[Redesign]:
    """Those of its redesigns the person may see, newest first, with their to-be steps."""
    revisions = Revision.objects.select_related("tool").prefetch_related("activities")
    return (
        redesigns_visible_to(person)
        .filter(workflow=workflow)
        .select_related("proposer", "base_version", "go_live")
        .prefetch_related(Prefetch("current_revision", queryset=revisions))
        .order_by("-created_at", "-pk")
        .distinct()
    )


def _comparison(redesign: Redesign | None, steps: Sequence[Activity]) -> Comparison | None:
    """Against the version the redesign builds on, which may be older than today's."""
    if redesign is None or redesign.current_revision is None:
        return None
    base = redesign.base_version
    before = steps if base.pk == redesign.workflow.current_version_id else steps_of(base)
    after = redesign.current_revision.activities.all()
    return compare(before, after) if after else None


OPEN = (
    RedesignState.DRAFT,
    RedesignState.CHANGES_REQUESTED,
    RedesignState.IN_REVIEW,
    RedesignState.APPROVED,
)
DRAFTING = ("redesign.draft_saved", "redesign.rebased", "redesign.copied")


# --- history --------------------------------------------------------------------------------------
def history_of(workflow: Workflow) -> QuerySet[AuditEvent]:
    """What was done to the workflow itself, newest first."""
    kind, name = subject_of(workflow)
    return (
        AuditEvent.objects.filter(subject_type=kind, subject_id=name)
        .select_related("actor", "on_behalf_of")
        .order_by("-pk")
    )


def retirement_of(workflow: Workflow) -> AuditEvent | None:
    """Who took it out of use, when and why; no query while it is in use."""
    if workflow.retired_at is None:
        return None
    return history_of(workflow).filter(verb="workflow.retired").first()


def words_in_use(person: Person) -> dict[str, list[str]]:
    """Roles and systems said most often in the workflows ``person`` answers for, and functions."""
    used = Activity.objects.filter(
        version__in=Workflow.objects.filter(workflows_of_reach(person)).values("current_version")
    )
    functions = units_to_log_in(person).exclude(function="").order_by("function")
    return {
        "function": list(functions.values_list("function", flat=True).distinct()[:MOST_SUGGESTED])
    } | {
        name: list(
            used.exclude(**{name: ""})
            .values_list(name, flat=True)
            .annotate(times=Count("pk"))
            .order_by("-times", name)[:MOST_SUGGESTED]
        )
        for name in ("role", "system")
    }


def acts_on(workflow: Workflow, person: Person) -> QuerySet[AuditEvent]:
    """``history_of``, and what was done to those of its redesigns ``person`` may see.

    How a draft came about is told to those who answer for the workflow alone; a mistyped password
    is the signer's and the security officer's business, and who took a file away is the latter's.
    """
    kind, name = subject_of(workflow)
    seen = (
        redesigns_visible_to(person).filter(workflow=workflow).values_list("public_id", flat=True)
    )
    of_redesigns = (
        Q(
            subject_type=Redesign._meta.label_lower,  # noqa: SLF001  Django's public name
            subject_id__in=[str(public_id) for public_id in seen],
        )
        & ~Q(verb__startswith="signing.")
        & ~Q(verb=EXPORT)
    )
    if not may_propose(person, workflow):
        of_redesigns &= ~Q(verb__in=DRAFTING)
    return (
        AuditEvent.objects.filter(Q(subject_type=kind, subject_id=name) | of_redesigns)
        .select_related("actor", "on_behalf_of")
        .order_by("-pk")
    )


def versions_of(workflow: Workflow) -> QuerySet[WorkflowVersion]:
    return (
        workflow.versions.select_related("created_by")
        .annotate(steps=Count("activities"))
        .order_by("-number")
    )
