"""Sign-offs as lists: what waits for a person, what they signed, and where their team's stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from people.models import Person
from people.rules import headed_unit_ids
from workflows.choices import RouteState, StepState
from workflows.models import Decision, Redesign, Revision, Route, StepAssignment
from workflows.queries.turns import open_turns_of

TABS = ("waiting", "stand_in", "team", "done")


@dataclass(frozen=True, slots=True)
class SignOffRow:
    """One line of a list. ``step`` is empty where several steps are meant.

    ``revision`` is the one the route is for; the redesign may be a draft again.
    """

    redesign: Redesign
    revision: Revision
    step: str
    since: datetime | None
    due: datetime | None
    done: int
    total: int
    for_whom: Person | None = None
    decision: Decision | None = None


def waiting_for(person: Person, at: datetime, *, stand_in: bool) -> QuerySet[StepAssignment]:
    """Own turns, or those one stands in for, the one due first on top."""
    return with_progress(open_turns_of(person, at).filter(for_another=stand_in)).order_by(
        "step__due_at", "pk"
    )


def turns_of(person: Person, at: datetime) -> QuerySet[StepAssignment]:
    """All of ``waiting_for``: own turns first, then those one stands in for."""
    turns = open_turns_of(person, at).order_by("for_another", "step__due_at", "pk")
    return with_progress(turns)


def with_progress(turns: QuerySet[StepAssignment]) -> QuerySet[StepAssignment]:
    return turns.select_related(
        "person",
        "step__route__redesign__workflow__unit",
        "step__route__redesign__proposer",
        "step__route__revision__tool",
    ).annotate(
        steps_total=Count("step__route__steps", distinct=True),
        steps_done=Count(
            "step__route__steps",
            filter=Q(step__route__steps__state=StepState.APPROVED),
            distinct=True,
        ),
    )


def of_team(person: Person) -> QuerySet[Route]:
    """Open routes for work in the units below ``person``."""
    return (
        Route.objects.filter(
            state=RouteState.OPEN, redesign__workflow__unit__in=headed_unit_ids(person)
        )
        .select_related("redesign__workflow__unit", "redesign__proposer", "revision__tool")
        .annotate(
            steps_total=Count("steps", distinct=True),
            steps_done=Count("steps", filter=Q(steps__state=StepState.APPROVED), distinct=True),
        )
        .order_by("opened_at", "pk")
    )


def done_by(person: Person) -> QuerySet[Decision]:
    """What ``person`` signed, or had signed for them, the newest first."""
    return (
        Decision.objects.filter(Q(decided_by=person) | Q(on_behalf_of=person))
        .select_related(
            "step",
            "on_behalf_of",
            "route__redesign__workflow__unit",
            "route__redesign__proposer",
            "route__revision__tool",
        )
        .order_by(F("decided_at").desc(), "-pk")
    )


def rows_of(tab: str, person: Person, at: datetime) -> QuerySet[Any]:
    if tab == "done":
        return done_by(person)
    if tab == "team":
        return of_team(person)
    return waiting_for(person, at, stand_in=tab == "stand_in")


def row_of(found: StepAssignment | Route | Decision) -> SignOffRow:
    if isinstance(found, Decision):
        return SignOffRow(
            redesign=found.route.redesign,
            revision=found.route.revision,
            step=found.step.shown_title,
            since=found.decided_at,
            due=None,
            done=0,
            total=0,
            for_whom=found.on_behalf_of,
            decision=found,
        )
    done, total = found.steps_done, found.steps_total  # type: ignore[union-attr]
    if isinstance(found, Route):
        return SignOffRow(found.redesign, found.revision, "", found.opened_at, None, done, total)
    return SignOffRow(
        redesign=found.step.route.redesign,
        revision=found.step.route.revision,
        step=found.step.shown_title,
        since=found.step.opened_at,
        due=found.step.due_at,
        done=done,
        total=total,
        for_whom=found.person if found.for_another else None,  # type: ignore[attr-defined]
    )
