from django.db.models import Exists, OuterRef, Q, QuerySet

from people.models import OrgUnitClosure, RoleGrant
from workflows.choices import RouteState, StepState
from workflows.models import RouteStep, StepAssignment
from workflows.policy import LINE_MANAGER


def role_held() -> Q:
    """Whether an assignment's person holds now what its step asked for when the route opened."""
    unit = "step__route__unit"
    heads = OrgUnitClosure.objects.filter(
        descendant=OuterRef(unit), ancestor__head=OuterRef("person")
    )
    above = OrgUnitClosure.objects.filter(
        descendant=OuterRef(OuterRef(unit)), ancestor=OuterRef("unit")
    )
    grants = RoleGrant.objects.filter(
        Q(unit__isnull=True) | Exists(above),
        person=OuterRef("person"),
        role=OuterRef("step__role"),
        ended_at__isnull=True,
    )
    is_manager = Q(step__role=LINE_MANAGER)
    return (is_manager & Q(Exists(heads))) | (~is_manager & Q(Exists(grants)))


def able_assignments() -> QuerySet[StepAssignment]:
    """Open ones whose person is active, may sign, and still holds what the step asks for."""
    return StepAssignment.objects.filter(
        role_held(),
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
