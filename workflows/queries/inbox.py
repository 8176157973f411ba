"""What needs a person now, and how the own team stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.panels import facts_about
from people.models import OrgUnit, OrgUnitClosure, Person
from people.rules import headed_unit_ids
from workflows.choices import RedesignState
from workflows.models import Redesign, StepAssignment, Workflow
from workflows.queries.sign_offs import waiting_for

MOST = 20
BASELINE = 40
MEASURED_STATES = [RedesignState.LIVE, RedesignState.MEASURED]
WAITING_STATES = [RedesignState.CHANGES_REQUESTED, RedesignState.APPROVED]
NEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class Inbox:
    to_sign: list[StepAssignment]
    changes_requested: list[Redesign]
    to_go_live: list[Redesign]
    evidence: list[tuple[Redesign, Mapping[str, Any]]]
    too_small: list[tuple[Workflow, int]]
    workflows: list[Workflow]
    stages: Mapping[Any, Mapping[str, Any]]
    team: "Team | None"

    @property
    def count(self) -> int:
        return (
            len(self.to_sign)
            + len(self.changes_requested)
            + len(self.to_go_live)
            + len(self.evidence)
            + len(self.too_small)
        )


@dataclass(frozen=True, slots=True)
class Team:
    """``people`` is None for a group too small to be counted in public."""

    unit: OrgUnit
    people: int | None
    workflows: int
    live: int


def inbox_of(person: Person, at: datetime) -> Inbox:
    own = list(own_redesigns(person))
    workflows = list(own_workflows(person)[:MOST])
    live = [one for one in own if one.state in MEASURED_STATES]
    stages = _facts("measurement.stage", live)
    small = _facts("measurement.baseline", workflows)
    return Inbox(
        to_sign=list(waiting_for(person, at, stand_in=False)[:MOST])
        + list(waiting_for(person, at, stand_in=True)[:MOST]),
        changes_requested=[
            one
            for one in own
            if one.state == RedesignState.CHANGES_REQUESTED and one.proposer_id == person.pk
        ],
        to_go_live=[
            one
            for one in own
            if one.state == RedesignState.APPROVED and one.workflow.owner_id == person.pk
        ],
        evidence=[(one, stages[one.pk]) for one in live if is_news(stages.get(one.pk), at)],
        too_small=[
            (one, small[one.pk])
            for one in workflows
            if one.pk in small and small[one.pk] < BASELINE and one.owner_id == person.pk
        ],
        workflows=workflows,
        stages=stages,
        team=team_of(person),
    )


def is_news(fact: Mapping[str, Any] | None, at: datetime) -> bool:
    """A final reading of the last two weeks."""
    measured = fact.get("measured_at") if fact else None
    return measured is not None and (at - measured).days < NEW_DAYS


def own_redesigns(person: Person) -> QuerySet[Redesign]:
    return (
        Redesign.objects.filter(
            Q(proposer=person) | Q(workflow__owner=person),
            state__in=[*WAITING_STATES, *MEASURED_STATES],
        )
        .select_related("workflow", "current_revision__hypothesis")
        .order_by("-updated_at")[:100]
    )


def own_workflows(person: Person) -> QuerySet[Workflow]:
    return (
        Workflow.objects.filter(
            Q(owner=person) | Q(unit__in=headed_unit_ids(person)), retired_at__isnull=True
        )
        .select_related("unit")
        .order_by("name")
    )


def team_of(person: Person) -> Team | None:
    """The first unit the person heads, with its subtree; two queries."""
    unit = (
        OrgUnit.objects.filter(head=person, closed_date__isnull=True).order_by("name", "pk").first()
    )
    if unit is None:
        return None
    below = OrgUnitClosure.objects.filter(ancestor=unit).values("descendant")
    found = OrgUnit.objects.filter(pk__in=below).aggregate(
        people=Count(
            "assignments__person",
            filter=Q(
                assignments__valid__contains=timezone.localdate(),
                assignments__person__is_active=True,
            ),
            distinct=True,
        ),
        running=Count("workflows", filter=Q(workflows__retired_at__isnull=True), distinct=True),
        live=Count(
            "workflows",
            filter=Q(workflows__redesigns__state__in=MEASURED_STATES),
            distinct=True,
        ),
    )
    enough = found["people"] >= settings.MINIMUM_GROUP
    return Team(
        unit=unit,
        people=found["people"] if enough else None,
        workflows=found["running"],
        live=found["live"],
    )


def _facts(name: str, rows: list[Any]) -> Mapping[Any, Any]:
    try:
        return facts_about(name, rows) if rows else {}
    except KeyError:  # the app that knows is not installed
        return {}
