"""All the decision page shows, read once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import Person
from workflows.choices import (
    Automation,
    GxpImpact,
    PersonalData,
    StepState,
    Verdict,
)
from workflows.comparison import Comparison, compare
from workflows.completeness import Check, checks
from workflows.models import (
    Decision,
    Guardrail,
    Redesign,
    Revision,
    RevisionActivity,
    Route,
    RouteStep,
    StepAssignment,
    WorkflowVersion,
)
from workflows.policy import plan_for
from workflows.queries.turns import Turn, turn_of


@dataclass(frozen=True, slots=True)
class SignOff:
    """``route`` is the newest one; ``turn`` is None for whoever only reads."""

    redesign: Redesign
    revision: Revision
    route: Route
    steps: list[RouteStep]
    turn: Turn | None
    comparison: Comparison
    checks: tuple[Check, ...]
    flags: list[str]

    @property
    def signed(self) -> int:
        return sum(step.state == StepState.APPROVED for step in self.steps)

    @property
    def revised(self) -> bool:
        """Whether another revision was begun since."""
        return self.revision.pk != self.redesign.current_revision_id


def sign_off_of(redesign: Redesign, actor: Person, at: datetime) -> SignOff | None:
    """None when it was never submitted."""
    route = newest_route(redesign)
    if route is None:
        return None
    revision = route.revision
    route.redesign = revision.redesign = redesign
    base = _base_of(revision)
    comparison = compare(base.activities.all(), revision.activities.all())
    return SignOff(
        redesign=redesign,
        revision=revision,
        route=route,
        steps=list(route.steps.all()),
        turn=turn_of(actor, redesign, at),
        comparison=comparison,
        checks=checks(revision, comparison, today=timezone.localdate(at)),
        flags=red_flags(route),
    )


def _base_of(revision: Revision) -> WorkflowVersion:
    """What the revision was compared with; a draft after it may stand on a newer version."""
    redesign = revision.redesign
    if revision.pk == redesign.current_revision_id or not revision.content:
        return redesign.base_version
    number = revision.content["workflow"]["base_version"]
    return WorkflowVersion.objects.get(workflow=redesign.workflow_id, number=number)


def newest_route(redesign: Redesign) -> Route | None:
    signed = Decision.objects.select_related("signature", "decided_by").order_by("pk")
    asked = StepAssignment.objects.filter(ended_at__isnull=True).select_related("person")
    steps = RouteStep.objects.order_by("sequence", "position").prefetch_related(
        Prefetch("decisions", signed), Prefetch("assignments", asked.order_by("pk"))
    )
    return (
        Route.objects.filter(redesign=redesign)
        .select_related(
            "policy_version",
            "unit",
            "revision__tool",
            "revision__overseer",
            "revision__hypothesis__comparison",
            "revision__hypothesis__calendar",
            "revision__created_by",
        )
        .prefetch_related(
            Prefetch("steps", steps),
            Prefetch("revision__activities", RevisionActivity.objects.order_by("position")),
            Prefetch("revision__hypothesis__guardrails", Guardrail.objects.order_by("position")),
        )
        .order_by("-pk")
        .first()
    )


def red_flags(route: Route) -> list[str]:
    """What a signer should see before anything else."""
    facts: dict[str, Any] = route.attributes
    found = list(plan_for(route.policy_version.rules, facts).warnings)
    workflow = route.redesign.workflow
    if facts.get("gxp") and not workflow.gxp:
        found.append(
            _("The workflow is no longer marked as GxP relevant. It was when this work began.")
        )
    if route.unit is not None and route.unit_id != workflow.unit_id:
        found.append(
            _("The workflow moved to %(now)s. Those who answer for %(then)s sign.")
            % {"now": workflow.unit.name, "then": route.unit.name}
        )
    if facts.get("automation") == Automation.NONE:
        found.append(_("No person is in the loop."))
    if facts.get("gxp_impact") == GxpImpact.DIRECT:
        found.append(_("Direct or critical GxP impact."))
    if facts.get("personal_data") == PersonalData.SPECIAL:
        found.append(_("Special categories of personal data are used."))
    if facts.get("ai_act_risk") == "high":
        found.append(_("High risk under the AI Act."))
    if facts.get("tool_approved") is False:
        found.append(_("The AI tool is not approved for use yet."))
    return found


def shown_before(redesign: Redesign, sha256: str) -> Revision | None:
    """The revision a page showed, when it is not the current one any more."""
    return Revision.objects.filter(redesign=redesign, sha256=sha256).first()


def answered(step: RouteStep) -> Decision | None:
    """The decision that closed the step, else the newest one on it."""
    decisions = list(step.decisions.all())
    against = [one for one in decisions if one.verdict != Verdict.APPROVED]
    found = against or decisions
    return found[-1] if found else None
