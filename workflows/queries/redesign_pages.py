"""What the pages of redesigns show: the list, one redesign, and its revisions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from core.audit import EXPORT, subject_of
from core.models import AuditEvent
from core.panels import facts_about
from people.models import OrgUnit, OrgUnitClosure, Person
from workflows.choices import TALKED_ABOUT, Action, RedesignState
from workflows.comparison import Comparison, compare
from workflows.completeness import Check, checks
from workflows.content import canonical_content
from workflows.differences import Difference, differences
from workflows.models import (
    Activity,
    AiTool,
    Guardrail,
    Hypothesis,
    Redesign,
    Revision,
    RevisionActivity,
    RevisionAuthor,
    TeamTalk,
)
from workflows.queries.decision_page import SignOff, sign_off_of
from workflows.queries.redesigns import possible, redesigns_visible_to
from workflows.queries.stages import READ, WorkflowStage, stage_of
from workflows.rules import may_retire, may_suspend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import WithAnnotations

    class Standing(TypedDict):
        wrote: bool
        manages: bool
        talks_to_hold: bool

    SeenRedesign = WithAnnotations[Redesign, Standing]

USUAL_AFTER_DAYS = 84
# Retired as well: what was approved when the workflow moved on has no other way to go on.
COPIED_FROM = (RedesignState.REJECTED, RedesignState.WITHDRAWN, RedesignState.RETIRED)


# --- the list -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class RedesignsWanted:
    """What the address asks for; an empty value asks for nothing."""

    text: str = ""
    state: str = ""
    unit: OrgUnit | None = None
    tool: AiTool | None = None
    mine: bool = False


UNTOLD = (RedesignState.DRAFT, RedesignState.CHANGES_REQUESTED, RedesignState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class RedesignRow:
    redesign: Redesign
    stage: WorkflowStage
    comparison: Comparison

    @property
    def state_untold(self) -> bool:
        """Whether the stage leaves out what holds it up."""
        state = RedesignState(self.redesign.state)
        return state in UNTOLD and self.stage.word != str(state.label)


def redesign_list(person: Person, wanted: RedesignsWanted) -> QuerySet[Redesign]:
    """Visible redesigns, the one touched last first."""
    rows = redesigns_visible_to(person)
    if wanted.text:
        rows = rows.filter(
            Q(workflow__name__icontains=wanted.text)
            | Q(workflow__unit__name__icontains=wanted.text)
            | Q(current_revision__summary__icontains=wanted.text)
        )
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.unit:
        rows = rows.filter(workflow__unit=wanted.unit)
    if wanted.tool:
        rows = rows.filter(current_revision__tool=wanted.tool)
    if wanted.mine:
        wrote = RevisionAuthor.objects.filter(revision__redesign=OuterRef("pk"), person=person)
        rows = rows.filter(Q(proposer=person) | Exists(wrote))
    return (
        rows.select_related(
            "workflow__unit", "proposer", "base_version", "current_revision__tool", "go_live"
        )
        .prefetch_related("base_version__activities", "current_revision__activities")
        .order_by("-updated_at", "-pk")
    )


def redesign_rows(redesigns: list[Redesign]) -> list[RedesignRow]:
    """One page of ``redesign_list`` with stage and sentence; the readings are asked once."""
    running = [row for row in redesigns if row.state in READ]
    facts = facts_about("measurement.stage", running) if running else {}
    return [
        RedesignRow(
            redesign=row,
            stage=stage_of(row.workflow, row, facts.get(row.pk, {})),
            comparison=compare(
                row.base_version.activities.all(),
                row.current_revision.activities.all() if row.current_revision else (),
            ),
        )
        for row in redesigns
    ]


def units_with_redesigns(person: Person) -> QuerySet[OrgUnit]:
    seen = redesigns_visible_to(person).values("workflow__unit")
    return OrgUnit.objects.filter(pk__in=seen).order_by("name")


def tools_with_redesigns(person: Person) -> QuerySet[AiTool]:
    seen = redesigns_visible_to(person).values("current_revision__tool")
    return AiTool.objects.filter(pk__in=seen).order_by("name", "version")


# --- one redesign -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Rights:
    """What the person may do now: the table of transitions and who they are, both."""

    edit: bool
    submit: bool
    revise: bool
    withdraw: bool
    copy: bool
    go_live: bool
    rebase: bool
    suspend: bool
    resume: bool
    retire: bool
    talk: bool


@dataclass(frozen=True, slots=True)
class RedesignPage:
    redesign: Redesign
    revision: Revision
    hypothesis: Hypothesis | None
    comparison: Comparison
    checks: tuple[Check, ...]
    stage: WorkflowStage
    sign_off: SignOff | None
    rights: Rights
    reading_date: date | None
    stop: "Stop | None"

    @property
    def complete(self) -> bool:
        return not any(check.stops for check in self.checks)


def redesign_detail(person: Person) -> "QuerySet[SeenRedesign]":
    """For one page: ``wrote`` and ``manages`` say what ``person`` is to it.

    ``talks_to_hold``: heads people who do the work, and has not said that the talk was held.
    """
    wrote = RevisionAuthor.objects.filter(revision__redesign=OuterRef("pk"), person=person)
    heads = OrgUnitClosure.objects.filter(
        descendant=OuterRef("workflow__unit"), ancestor__head=person
    )
    heads_below = OrgUnitClosure.objects.filter(
        ancestor=OuterRef("workflow__unit"), descendant__head=person
    )
    said = TeamTalk.objects.filter(redesign=OuterRef("pk"), recorded_by=person)
    steps = Activity.objects.order_by("position")
    return (
        redesigns_visible_to(person)
        .annotate(
            wrote=Exists(wrote),
            manages=Exists(heads),
            talks_to_hold=(Exists(heads) | Exists(heads_below)) & ~Exists(said),
        )
        .select_related("workflow__unit", "workflow__owner", "proposer", "base_version", "go_live")
        .prefetch_related(Prefetch("base_version__activities", steps))
    )


def loaded_revision(redesign: Redesign) -> Revision:
    """The current revision with all a page or a content needs; set on ``redesign`` too."""
    revision = (
        Revision.objects.select_related(
            "tool",
            "overseer",
            "created_by",
            "hypothesis__comparison",
            "hypothesis__calendar",
        )
        .prefetch_related(
            Prefetch("activities", RevisionActivity.objects.order_by("position")),
            Prefetch("hypothesis__guardrails", Guardrail.objects.order_by("position")),
        )
        .get(pk=redesign.current_revision_id or 0)
    )
    revision.redesign = redesign
    redesign.current_revision = revision
    return revision


def redesign_page(redesign: "SeenRedesign", person: Person, at: datetime) -> RedesignPage:
    """``redesign`` as of ``redesign_detail``."""
    sign_off = None
    if redesign.state != RedesignState.DRAFT:
        sign_off = sign_off_of(redesign, person, at)
    if sign_off is not None and sign_off.revision.pk == redesign.current_revision_id:
        revision, comparison, found = sign_off.revision, sign_off.comparison, sign_off.checks
        redesign.current_revision = revision
    else:
        revision = loaded_revision(redesign)
        comparison = compare(redesign.base_version.activities.all(), revision.activities.all())
        found = checks(revision, comparison, today=timezone.localdate(at))
    fact: Mapping[str, Any] = {}
    if redesign.state in READ:
        fact = facts_about("measurement.stage", [redesign]).get(redesign.pk, {})
    hypothesis = getattr(revision, "hypothesis", None)
    return RedesignPage(
        redesign=redesign,
        revision=revision,
        hypothesis=hypothesis,
        comparison=comparison,
        checks=found,
        stage=stage_of(redesign.workflow, redesign, fact),
        sign_off=sign_off,
        rights=rights_of(redesign, person),
        reading_date=planned_reading(hypothesis) if hypothesis else None,
        stop=stop_of(redesign, person),
    )


def rights_of(redesign: "SeenRedesign", person: Person) -> Rights:
    workflow = redesign.workflow
    owns = workflow.owner_id == person.pk
    wrote = redesign.wrote or redesign.proposer_id == person.pk
    proposes = owns or redesign.manages
    is_draft = redesign.state == RedesignState.DRAFT
    outdated = redesign.base_version_id != workflow.current_version_id
    edits = is_draft and may_write(redesign, person)
    return Rights(
        edit=edits,
        submit=wrote and is_draft,
        revise=(wrote or owns) and possible(redesign, Action.REVISE),
        withdraw=(owns or redesign.proposer_id == person.pk)
        and possible(redesign, Action.WITHDRAW),
        copy=proposes and redesign.state in COPIED_FROM and workflow.retired_at is None,
        go_live=owns and possible(redesign, Action.GO_LIVE),
        rebase=edits and outdated,
        suspend=possible(redesign, Action.SUSPEND) and may_suspend(person, redesign),
        resume=possible(redesign, Action.RESUME) and may_suspend(person, redesign),
        retire=possible(redesign, Action.RETIRE) and may_retire(person, redesign),
        talk=redesign.state in TALKED_ABOUT and redesign.talks_to_hold,
    )


def may_write(redesign: "SeenRedesign", person: Person) -> bool:
    """Whether ``person`` may edit it while it is a draft, whatever it is now."""
    mine = {redesign.proposer_id, redesign.workflow.owner_id}
    return redesign.wrote or redesign.manages or person.pk in mine


def planned_reading(hypothesis: Hypothesis) -> date | None:
    """The earliest reading date; up to 28 days of follow-up are added at go-live."""
    if hypothesis.planned_go_live_date is None:
        return None
    days = hypothesis.washout_days + (hypothesis.after_days or USUAL_AFTER_DAYS)
    return hypothesis.planned_go_live_date + timedelta(days=days)


# --- out of use ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Stop:
    """Who suspended, retired or replaced it, and why; ``newer``: what replaced it, if visible."""

    event: AuditEvent
    newer: Redesign | None


def stop_of(redesign: Redesign, person: Person) -> Stop | None:
    """No query while it is in use, or not yet."""
    if redesign.stopped_at is None:
        return None
    kind, name = subject_of(redesign)
    event = (
        AuditEvent.objects.filter(
            subject_type=kind, subject_id=name, verb=f"redesign.{redesign.state}"
        )
        .select_related("actor")
        .order_by("-pk")
        .first()
    )
    if event is None:
        return None
    by = (event.after or {}).get("by")
    newer = redesigns_visible_to(person).filter(public_id=by).first() if by else None
    return Stop(event, newer)


# --- its revisions ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """One revision and what it says differently from the one before; None for the first."""

    revision: Revision
    authors: list[Person]
    changed: list[Difference] | None


def revisions_of(redesign: Redesign) -> list[RevisionEntry]:
    """Newest first. Frozen ones are read from what was signed, an open one from its rows."""
    authors = RevisionAuthor.objects.select_related("person").order_by("pk")
    rows = list(
        Revision.objects.filter(redesign=redesign)
        .select_related("created_by")
        .prefetch_related(Prefetch("authorships", authors))
        .order_by("number")
    )
    entries: list[RevisionEntry] = []
    before: Mapping[str, Any] | None = None
    for row in rows:
        content = row.content
        if content is None:
            content = canonical_content(loaded_revision(redesign))
        entries.append(
            RevisionEntry(
                revision=row,
                authors=[authorship.person for authorship in row.authorships.all()],
                changed=differences(before, content) if before is not None else None,
            )
        )
        before = content
    return entries[::-1]


def last_saved(redesign: Redesign) -> AuditEvent | None:
    """Who saved the draft last, and when."""
    kind, name = subject_of(redesign)
    return (
        AuditEvent.objects.filter(subject_type=kind, subject_id=name)
        .exclude(verb=EXPORT)
        .select_related("actor")
        .order_by("-pk")
        .first()
    )
