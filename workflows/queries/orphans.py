from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import OrgUnitClosure, RoleGrant
from workflows.choices import RouteState, StepState
from workflows.models import RouteStep, StepAssignment
from workflows.policy import LINE_MANAGER


def able_assignments() -> QuerySet[StepAssignment]:
    """Open ones whose person is active, may sign, and still holds what the step asks for."""
    above = OrgUnitClosure.objects.filter(
        descendant=OuterRef("step__route__redesign__workflow__unit")
    )
    grants = RoleGrant.objects.filter(
        Q(unit__isnull=True)
        | Exists(
            OrgUnitClosure.objects.filter(
                descendant=OuterRef(OuterRef("step__route__redesign__workflow__unit")),
                ancestor=OuterRef("unit"),
            )
        ),
        person=OuterRef("person"),
        role=OuterRef("step__role"),
        ended_at__isnull=True,
    )
    return StepAssignment.objects.filter(
        Q(step__role=LINE_MANAGER) & Exists(above.filter(ancestor__head=OuterRef("person")))
        | ~Q(step__role=LINE_MANAGER) & Exists(grants),
        ended_at__isnull=True,
        person__is_active=True,
        person__signing_enabled=True,
    )


def orphaned_steps() -> QuerySet[RouteStep]:
    """Unanswered steps of open routes that nobody can sign any more."""
    return RouteStep.objects.filter(
        ~Exists(able_assignments().filter(step=OuterRef("pk"))),
        state__in=[StepState.ACTIVE, StepState.WAITING],
        route__state=RouteState.OPEN,
    )
