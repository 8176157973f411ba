"""What needs a person now, and how the own team stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.panels import facts_among
from people.models import Assignment, OrgUnit, OrgUnitClosure, Person
from people.rules import units_headed_by
from workflows.choices import RedesignState, RouteState, StepState
from workflows.models import GoLive, Redesign, RouteStep, StepAssignment, Workflow
from workflows.queries.redesigns import redesigns_visible_to
from workflows.queries.sign_offs import turns_of
from workflows.queries.stages import RUNNING, Baseline, with_lead
from workflows.queries.workflows import WorkflowRow, workflow_rows, workflows_visible_to
from workflows.rules import may_log, workflows_of_reach

MOST = 20
MOST_WAITING = 3
MEASURED_STATES = [RedesignState.LIVE, RedesignState.MEASURED]
MOST_OWN = 100
NEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class Inbox:
    to_sign: Sequence[StepAssignment]
    changes_requested: list[Redesign]
    to_go_live: list[Redesign]
    suspended: list[Redesign]
    relapses: list[tuple[Redesign, Mapping[str, Any]]]
    evidence: list[tuple[Redesign, Mapping[str, Any]]]
    too_small: list[tuple[Workflow, Baseline]]
    workflows: list[WorkflowRow]
    of_unit: bool  # they are the unit's, not the person's to answer for
    team: "Team | None"
    oversight: "Oversight | None"
    may_log: bool

    @property
    def news(self) -> int:
        return len(self.relapses) + len(self.evidence) + len(self.too_small)


@dataclass(frozen=True, slots=True)
class Oversight:
    """For those who read the whole organisation: what came of it, and what holds it up.

    ``verdicts`` are those at their date; under "early" is how many have been read early only.
    """

    verdicts: Mapping[str, int]
    waiting: list[RouteStep]


@dataclass(frozen=True, slots=True)
class Team:
    """``people`` is None for a group too small to be counted in public."""

    unit: OrgUnit
    people: int | None
    workflows: int
    live: int


def inbox_of(person: Person, at: datetime, *, oversees: bool) -> Inbox:
    """``oversees``: reads the whole organisation."""
    own = list(own_redesigns(person))
    near = list(with_lead(workflows_near(person), person)[:MOST])
    answers_for = [row for row in near if row.answered_for]  # type: ignore[attr-defined]
    rows = workflow_rows(answers_for or near, person)
    to_sign = list(turns_of(person, at)[:MOST])
    team = team_of(person)
    return Inbox(
        to_sign=to_sign,
        changes_requested=[one for one in own if one.state == RedesignState.CHANGES_REQUESTED],
        to_go_live=[one for one in own if one.state == RedesignState.APPROVED],
        suspended=[one for one in own if one.state == RedesignState.SUSPENDED],
        relapses=relapses_for(person),
        evidence=evidence_for(person, at),
        too_small=[
            (row.workflow, row.stage.baseline)
            for row in rows
            if row.stage.baseline is not None
            and row.stage.baseline.missing
            and row.workflow.owner_id == person.pk
        ],
        workflows=rows,
        of_unit=not answers_for,
        team=team,
        oversight=oversight_of() if oversees else None,
        may_log=team is not None or may_log(person),
    )


def evidence_for(person: Person, at: datetime) -> list[tuple[Redesign, Mapping[str, Any]]]:
    """The newest final readings of the last two weeks in reach, newest first; one query."""
    since = at - timedelta(days=NEW_DAYS)
    running = redesigns_visible_to(person).filter(
        state__in=RUNNING, workflow__retired_at__isnull=True
    )
    return list(facts_among("measurement.news", running, since=since, most=MOST).items())


def relapses_for(person: Person) -> list[tuple[Redesign, Mapping[str, Any]]]:
    """Effects in reach that have gone and that ``person`` is asked about, newest first."""
    running = redesigns_visible_to(person).filter(state__in=RUNNING)
    found = facts_among("measurement.relapses", running, person=person, most=MOST)
    return list(found.items())


def waiting_redesigns(person: Person) -> QuerySet[Redesign]:
    """To revise, by who proposed it; to bring live, or to end a stop, by who owns the work."""
    return Redesign.objects.filter(
        Q(proposer=person, state=RedesignState.CHANGES_REQUESTED)
        | Q(
            workflow__owner=person,
            state__in=[RedesignState.APPROVED, RedesignState.SUSPENDED],
        )
    )


def own_redesigns(person: Person) -> QuerySet[Redesign]:
    return waiting_redesigns(person).select_related("workflow").order_by("-updated_at")[:MOST_OWN]


def workflows_near(person: Person) -> QuerySet[Workflow]:
    """Those ``answered_for`` by the person first, then those of the units the person works in."""
    own = workflows_of_reach(person)
    units = Assignment.objects.filter(person=person, valid__contains=timezone.localdate()).values(
        "unit"
    )
    return (
        Workflow.objects.filter(own | Q(unit__in=units), retired_at__isnull=True)
        .annotate(answered_for=ExpressionWrapper(own, output_field=BooleanField()))
        .select_related("unit")
        .order_by("-answered_for", "name")
    )


def oversight_of() -> Oversight:
    """Two queries."""
    longest = (
        RouteStep.objects.filter(state=StepState.ACTIVE, route__state=RouteState.OPEN)
        .select_related("route__redesign__workflow")
        .order_by("opened_at", "pk")
    )
    return Oversight(
        verdicts=facts_among(
            "measurement.verdicts", Redesign.objects.filter(go_live__isnull=False), early=True
        ),
        waiting=list(longest[:MOST_WAITING]),
    )


def next_reading_for(person: Person, at: datetime) -> GoLive | None:
    """The next one due of work the person may see, whose rail tells its date; one query."""
    return (
        GoLive.objects.filter(
            redesign__workflow__in=workflows_visible_to(person),
            redesign__state=RedesignState.LIVE,
            reading_at__gt=at,
        )
        .select_related("redesign__workflow")
        .order_by("reading_at", "pk")
        .first()
    )


def team_of(person: Person) -> Team | None:
    """The first unit the person heads, with its subtree; one query."""
    # Asked inside the subqueries that count, hence two levels out.
    below = OrgUnitClosure.objects.filter(ancestor=OuterRef(OuterRef("pk"))).values("descendant")
    assigned = Assignment.objects.filter(
        unit__in=below, valid__contains=timezone.localdate(), person__is_active=True
    )
    running = Workflow.objects.filter(unit__in=below, retired_at__isnull=True)
    unit = (
        units_headed_by(person)
        .annotate(
            people=_how_many(assigned, "person"),
            running=_how_many(running, "pk"),
            live=_how_many(running.filter(redesigns__state__in=MEASURED_STATES), "pk"),
        )
        .order_by("name", "pk")
        .first()
    )
    if unit is None:
        return None
    enough = unit.people >= settings.MINIMUM_GROUP
    return Team(
        unit=unit,
        people=unit.people if enough else None,
        workflows=unit.running,
        live=unit.live,
    )


def _how_many(rows: QuerySet[Any], what: str) -> Coalesce:
    counted = rows.order_by().annotate(all_rows=Value(1)).values("all_rows")
    return Coalesce(
        Subquery(
            counted.annotate(found=Count(what, distinct=True)).values("found"),
            output_field=IntegerField(),
        ),
        0,
    )
