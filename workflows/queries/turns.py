"""Whose turn it is: the one step a person may sign now, for themselves or for another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from people.models import Assignment, Person
from people.rules import principals_of
from workflows.choices import RouteState, StepState, Verdict
from workflows.models import Decision, Redesign, RouteStep, Signature, StepAssignment
from workflows.queries.orphans import role_held


@dataclass(frozen=True, slots=True)
class Turn:
    """A step and who signs it.

    ``others_open``: further unapproved steps of this sequence; ``next_sequence`` may be none;
    ``role_held``: the principal holds now what the step asked for when the route opened.
    """

    step: RouteStep
    principal: Person
    for_another: bool
    approvals: int
    others_open: int
    next_sequence: int | None
    previous_manifest: str
    actor_unit: str
    principal_unit: str
    role_held: bool


def turn_of(actor: Person, redesign: Redesign, at: datetime) -> Turn | None:
    """One query. Own turns come before those for another, then in the route's order."""
    found = (
        open_turns_of(actor, at)
        .filter(step__route__redesign=redesign)
        .select_related("step__route__policy_version__policy", "person")
        .annotate(
            approvals=_count(
                Decision.objects.filter(step=OuterRef("step"), verdict=Verdict.APPROVED)
            ),
            others_open=_count(
                RouteStep.objects.filter(
                    route=OuterRef("step__route"), sequence=OuterRef("step__sequence")
                )
                .exclude(pk=OuterRef("step"))
                .exclude(state=StepState.APPROVED),
            ),
            next_sequence=Subquery(
                RouteStep.objects.filter(route=OuterRef("step__route"), state=StepState.WAITING)
                .order_by()
                .values("route")
                .annotate(first=Min("sequence"))
                .values("first")
            ),
            previous_manifest=Coalesce(
                Subquery(
                    Signature.objects.filter(decision__route=OuterRef("step__route"))
                    .order_by("-decision_id")
                    .values("manifest_sha256")[:1]
                ),
                Value(""),
            ),
            actor_unit=_unit(Value(actor.pk), at),
            principal_unit=_unit(OuterRef("person"), at),
            role_held=ExpressionWrapper(role_held(), output_field=BooleanField()),
        )
        .first()
    )
    if found is None:
        return None
    return Turn(
        step=found.step,
        principal=found.person,
        for_another=found.for_another,
        approvals=found.approvals,
        others_open=found.others_open,
        next_sequence=found.next_sequence,
        previous_manifest=found.previous_manifest,
        actor_unit=found.actor_unit,
        principal_unit=found.principal_unit,
        role_held=found.role_held,
    )


def open_turns_of(actor: Person, at: datetime) -> QuerySet[Any]:
    """Every step that waits for ``actor``; ``for_another`` marks those they stand in for."""
    decided = Decision.objects.filter(route=OuterRef("step__route")).filter(
        Q(decided_by=actor)
        | Q(decided_by=OuterRef("person"), step=OuterRef("step"))
        | Q(on_behalf_of=OuterRef("person"), step=OuterRef("step"))
    )
    return (
        StepAssignment.objects.filter(
            Q(person=actor) | Q(person__in=principals_of(actor, at)),
            ~Exists(decided),
            ended_at__isnull=True,
            step__state=StepState.ACTIVE,
            step__route__state=RouteState.OPEN,
        )
        .annotate(
            for_another=Case(
                When(person=actor, then=Value(False)),  # noqa: FBT003
                default=Value(True),  # noqa: FBT003
                output_field=BooleanField(),
            )
        )
        .order_by("for_another", "step__position", "pk")
    )


def _count(rows: QuerySet[Decision] | QuerySet[RouteStep]) -> Coalesce:
    counted = rows.order_by().annotate(all_rows=Value(1)).values("all_rows")
    return Coalesce(
        Subquery(counted.annotate(rows=Count("pk")).values("rows"), output_field=IntegerField()), 0
    )


def _unit(person: Value | OuterRef, at: datetime) -> Coalesce:
    return Coalesce(
        Subquery(
            Assignment.objects.filter(person=person, valid__contains=at.date())
            .annotate(name=F("unit__name"))
            .values("name")[:1]
        ),
        Value(""),
    )
