from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from people.models import OrgUnitClosure, RoleGrant
from workflows.choices import RouteState, StepState, Verdict
from workflows.models import Decision, RouteStep, StepAssignment
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
    """Open ones whose person is active, may sign, and still holds what the step asks for.

    Who has signed on the route, or was signed for on the step, cannot sign again.
    """
    signed = Decision.objects.filter(
        Q(decided_by=OuterRef("person"))
        | Q(on_behalf_of=OuterRef("person"), step=OuterRef("step")),
        route=OuterRef("step__route"),
    )
    return StepAssignment.objects.filter(
        role_held(),
        ~Exists(signed),
        ended_at__isnull=True,
        person__is_active=True,
        person__signing_enabled=True,
    )


def orphaned_steps() -> QuerySet[RouteStep]:
    """Unanswered steps of open routes that too few people can still sign."""
    approvals = Decision.objects.filter(step=OuterRef("pk"), verdict=Verdict.APPROVED)
    return RouteStep.objects.annotate(
        able=_count(able_assignments().filter(step=OuterRef("pk"))), given=_count(approvals)
    ).filter(
        able__lt=F("quorum") - F("given"),
        state__in=[StepState.ACTIVE, StepState.WAITING],
        route__state=RouteState.OPEN,
    )


def _count(rows: QuerySet[Decision] | QuerySet[StepAssignment]) -> Coalesce:
    counted = rows.order_by().values("step").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
