"""How far a workflow has come: derived from its redesign, go-live and readings, never stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.charts import words
from core.charts.marks import word
from core.panels import facts_about
from people.models import Person
from workflows.choices import STOPPED, RedesignState, Stage, StepState
from workflows.models import GoLive, Redesign, Route, RouteStep, StepAssignment, Workflow
from workflows.queries.redesigns import (
    beyond_others_drafts,
    redesigns_visible_to,
    sign_offs_visible_to,
)

FIRST_CHECK, LAST_CHECK = 90, 180  # days after the reading
# The redesign that speaks for its workflow: what runs before what is planned, then the newest.
_S = RedesignState
LEADING = (
    _S.LIVE,
    _S.MEASURED,
    _S.SUSPENDED,
    _S.APPROVED,
    _S.IN_REVIEW,
    _S.CHANGES_REQUESTED,
    _S.DRAFT,
)
RUNNING = frozenset({_S.LIVE, _S.MEASURED, _S.SUSPENDED})
READ = RUNNING | frozenset(STOPPED)  # may have readings
# Stages a list can be filtered by; what comes after Measured is known to the readings alone.
STATES_OF_STAGE: Mapping[Stage, frozenset[RedesignState]] = {
    Stage.REDESIGNED: frozenset({_S.DRAFT, _S.CHANGES_REQUESTED, _S.IN_REVIEW}),
    Stage.SIGNED_OFF: frozenset({_S.APPROVED}),
    Stage.LIVE: frozenset({_S.LIVE, _S.SUSPENDED}),
    Stage.MEASURED: frozenset({_S.MEASURED}),
}
NAMES = list(Stage)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Finished cases from before the change, and how many a verdict needs (gate G1)."""

    done: int
    needed: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.done)


@dataclass(frozen=True, slots=True)
class CasesSoFar:
    """What the cases of a workflow say by themselves: weekly medians in seconds, oldest first."""

    baseline: Baseline
    before: Sequence[float | None] = ()
    after: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class RailStage:
    """One stage of the rail as ``{% stage_rail %}`` draws it."""

    label: str
    state: str  # done, current, future
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowStage:
    """``done`` stages are reached; ``current`` is the number of the one under way, or 0."""

    stage: Stage
    done: int
    current: int
    word: str
    changed: bool = False
    baseline: Baseline | None = None  # asked only of work that is not measured yet
    fact: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[Stage, tuple[str, str]] = field(default_factory=dict)

    @property
    def rail(self) -> list[RailStage]:
        return [
            RailStage(
                label=str(stage.label),
                state="done" if at <= self.done else "current" if at == self.current else "future",
                note=self.notes.get(stage, ("", ""))[0],
                mark=self.notes.get(stage, ("", ""))[1],
            )
            for at, stage in enumerate(NAMES, 1)
        ]

    @property
    def verdict(self) -> str:
        """The verdict to show; an early look is none."""
        return "" if self.fact.get("early") else self.fact.get("verdict", "")


def leading_redesign(person: Person) -> QuerySet[Redesign]:
    """For a subquery on a workflow: the one that speaks for it, if any."""
    return leading_among(beyond_others_drafts(person))


def leading_among(redesigns: QuerySet[Redesign]) -> QuerySet[Redesign]:
    """The same for a subquery, of these alone."""
    return redesigns.filter(workflow=OuterRef("pk"), state__in=LEADING).order_by(
        _rank(), "-created_at", "-pk"
    )


def shown_redesign(
    workflow: Workflow, person: Person, redesign: Redesign | None = None
) -> "ShownRedesign | None":
    """``redesign``, else the leading one that ``person`` may see, with what can be seen of it."""
    rows = Redesign.objects.filter(workflow=workflow).annotate(
        may_be_seen=Exists(redesigns_visible_to(person).filter(pk=OuterRef("pk"))),
        has_sign_off=Exists(sign_offs_visible_to(person).filter(pk=OuterRef("pk"))),
        is_live=Exists(GoLive.objects.filter(redesign=OuterRef("pk"))),
    )
    if redesign is not None:
        return rows.filter(pk=redesign.pk).first()
    leading = rows.filter(state__in=LEADING, may_be_seen=True)
    return leading.order_by(_rank(), "-created_at", "-pk").first()


def _rank() -> Case:
    return Case(
        *(When(state=state, then=Value(at)) for at, state in enumerate(LEADING)),
        output_field=IntegerField(),
    )


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Shown(TypedDict):
        may_be_seen: bool
        has_sign_off: bool
        is_live: bool

    ShownRedesign = WithAnnotations[Redesign, Shown]

    class Lead(TypedDict):
        lead_pk: int | None
        lead_state: str | None

    LedWorkflow = WithAnnotations[Workflow, Lead]


def with_lead(workflows: QuerySet[Workflow], person: Person) -> "QuerySet[LedWorkflow]":
    """Annotated with ``lead_pk`` and ``lead_state``; both None without a redesign under way."""
    lead = leading_redesign(person)
    return workflows.annotate(
        lead_pk=Subquery(lead.values("pk")[:1]), lead_state=Subquery(lead.values("state")[:1])
    )


def leads_of(workflows: "Iterable[LedWorkflow]", person: Person) -> dict[int, Redesign]:
    """The leading redesigns of ``with_lead`` rows by workflow, with what a stage needs; 1 query."""
    steps = RouteStep.objects.filter(
        route=Subquery(
            Route.objects.filter(redesign=OuterRef(OuterRef("pk")))
            .order_by("-opened_at", "-pk")
            .values("pk")[:1]
        )
    )
    waits = StepAssignment.objects.filter(
        person=person,
        ended_at__isnull=True,
        step__state=StepState.ACTIVE,
        step__route__redesign=OuterRef("pk"),
    )
    rows = (
        Redesign.objects.filter(pk__in=[row.lead_pk for row in workflows if row.lead_pk])
        .select_related("current_revision__tool", "go_live")
        .annotate(
            steps_total=_number(steps, Count("pk")),
            steps_signed=_number(steps, Count("pk", filter=Q(state=StepState.APPROVED))),
            route_closed_at=Subquery(
                Route.objects.filter(redesign=OuterRef("pk"))
                .order_by("-opened_at", "-pk")
                .values("closed_at")[:1]
            ),
            waits_for_me=Exists(waits),
        )
    )
    return {row.workflow_id: row for row in rows}


def _number(steps: QuerySet[RouteStep], count: Count) -> Subquery:
    return Subquery(
        steps.order_by().values("route").annotate(n=count).values("n"), output_field=IntegerField()
    )


def stages_of(
    workflows: Sequence[Workflow],
    leads: Mapping[int, Redesign],
    cases: Mapping[int, CasesSoFar],
) -> dict[int, WorkflowStage]:
    """The stage of each workflow by primary key; the readings' app is asked once for all."""
    running = [lead for lead in leads.values() if lead.state in RUNNING]
    facts = facts_about("measurement.stage", running) if running else {}
    stages = {}
    for workflow in workflows:
        lead = leads.get(workflow.pk)
        fact = facts.get(lead.pk, {}) if lead else {}
        found = cases[workflow.pk].baseline if lead is None or not _runs(lead) else None
        stages[workflow.pk] = replace(stage_of(workflow, lead, fact, found), baseline=found)
    return stages


def _runs(redesign: Redesign) -> bool:
    return redesign.state in RUNNING


def stage_of(
    workflow: Workflow,
    redesign: Redesign | None,
    fact: Mapping[str, Any],
    baseline: Baseline | None = None,
) -> WorkflowStage:
    """``fact``: what "measurement.stage" says of ``redesign``; ``baseline``: its cases so far."""
    notes = {Stage.LOGGED: (words.day(workflow.created_at), "")}
    if redesign is None:
        current = 2 if baseline and baseline.done else 0
        return WorkflowStage(Stage.LOGGED, 1, current, _baseline_word(baseline), notes=notes)
    state = RedesignState(redesign.state)
    notes |= _planned_notes(redesign)
    if state in STOPPED:
        return _stopped_stage(redesign, fact, notes)
    if state in RUNNING:
        return _running_stage(state, fact, notes)
    if state == RedesignState.APPROVED:
        return WorkflowStage(Stage.SIGNED_OFF, 3, 4, str(Stage.SIGNED_OFF.label), notes=notes)
    if state == RedesignState.IN_REVIEW:
        return WorkflowStage(Stage.REDESIGNED, 2, 3, _review_word(redesign), notes=notes)
    return WorkflowStage(
        Stage.LOGGED, 1, 2, _baseline_word(baseline, str(state.label)), notes=notes
    )


def _baseline_word(baseline: Baseline | None, otherwise: str = "") -> str:
    """What holds a workflow up early is too few cases: say so first."""
    if baseline is not None and baseline.done and baseline.missing:
        return _("Baseline %(count)s / %(needed)s") % {
            "count": baseline.done,
            "needed": baseline.needed,
        }
    return otherwise or str(Stage.LOGGED.label)


def _review_word(redesign: Redesign) -> str:
    if getattr(redesign, "waits_for_me", False):
        return _("Waiting for you")
    return _signed(redesign)


def _signed(redesign: Redesign) -> str:
    total = getattr(redesign, "steps_total", None)
    if not total:
        return str(RedesignState.IN_REVIEW.label)
    return _("%(signed)s of %(total)s signed") % {
        "signed": getattr(redesign, "steps_signed", None) or 0,
        "total": total,
    }


def _planned_notes(redesign: Redesign) -> dict[Stage, tuple[str, str]]:
    notes = {}
    revision = redesign.current_revision
    if revision is not None:
        told = _("Version %(number)s, %(day)s") % {
            "number": revision.number,
            "day": words.day(revision.frozen_at or revision.created_at),
        }
        notes[Stage.REDESIGNED] = (told, "")
    if redesign.state == RedesignState.IN_REVIEW:
        notes[Stage.SIGNED_OFF] = (_review_word(redesign), "")
    elif redesign.state in READ | {RedesignState.APPROVED}:
        closed: datetime | None = getattr(redesign, "route_closed_at", None)
        if closed:
            total = getattr(redesign, "steps_total", None) or 0
            notes[Stage.SIGNED_OFF] = (
                _("%(signed)s of %(total)s, %(day)s")
                % {
                    "signed": getattr(redesign, "steps_signed", None) or 0,
                    "total": total,
                    "day": words.day(closed),
                },
                "",
            )
    go_live = getattr(redesign, "go_live", None)
    if go_live is not None:
        notes[Stage.LIVE] = (words.day(go_live.at), "")
        told = _("Reading %(day)s") % {"day": words.day(go_live.reading_at)}
        if redesign.state == RedesignState.SUSPENDED:
            told = _("No reading while suspended")
        elif redesign.stopped_at is not None and redesign.stopped_at < go_live.reading_at:
            told = _("Ended before its reading")
        notes[Stage.MEASURED] = (told, "")
    return notes


def _stopped_stage(
    redesign: Redesign, fact: Mapping[str, Any], notes: dict[Stage, tuple[str, str]]
) -> WorkflowStage:
    """How far it came; nothing of it is under way."""
    state = RedesignState(redesign.state)
    if getattr(redesign, "go_live", None) is None:
        return WorkflowStage(Stage.SIGNED_OFF, 3, 0, str(state.label), notes=notes)
    came_to = _running_stage(state, fact, notes)
    if came_to.stage != Stage.SUSTAINED:
        notes.pop(Stage.SUSTAINED, None)  # the check announced there is not taken
    return replace(came_to, current=0, word=str(state.label))


def _running_stage(
    state: RedesignState,
    fact: Mapping[str, Any],
    notes: dict[Stage, tuple[str, str]],
) -> WorkflowStage:
    """Live until a final reading says something; held at 180 days is Sustained."""
    verdict = "" if fact.get("early") else fact.get("verdict", "")
    if state != RedesignState.MEASURED and not fact.get("conclusive"):
        if verdict:  # read, but nothing could be said
            notes[Stage.MEASURED] = (f"{word(verdict)}, {words.day(fact['measured_at'])}", verdict)
        label = str(Stage.LIVE.label)
        return WorkflowStage(Stage.LIVE, 4, 5, label, fact=fact, notes=notes)
    changed = bool(fact.get("changed"))
    held = int(fact.get("sustained_days") or 0)
    measured_at = fact.get("measured_at")
    told = _("Changed") if changed else word(verdict) if verdict else str(Stage.MEASURED.label)
    day = f", {words.day(measured_at)}" if measured_at else ""
    notes[Stage.MEASURED] = (told + day, verdict)
    if held >= LAST_CHECK:
        notes[Stage.SUSTAINED] = (_("Held at 180 days"), "")
        told = _("Sustained %(days)s d") % {"days": LAST_CHECK}
        return WorkflowStage(Stage.SUSTAINED, 6, 0, told, changed=changed, fact=fact, notes=notes)
    if fact.get("relapsed_at"):
        day = words.day(fact["relapsed_at"])
        notes[Stage.SUSTAINED] = (_("Relapse, %(day)s") % {"day": day}, "worse")
        told = pgettext("stage", "Relapse")
        return WorkflowStage(Stage.MEASURED, 5, 0, told, changed=changed, fact=fact, notes=notes)
    if changed and measured_at:
        check = LAST_CHECK if held >= FIRST_CHECK else FIRST_CHECK
        notes[Stage.SUSTAINED] = (
            _("%(days)s-day check %(day)s")
            % {"days": check, "day": words.day(measured_at + timedelta(days=check))},
            "",
        )
    told = _("Changed") if changed else pgettext("stage", "Measured")
    return WorkflowStage(
        Stage.MEASURED, 5, 6 if changed else 0, told, changed=changed, fact=fact, notes=notes
    )
