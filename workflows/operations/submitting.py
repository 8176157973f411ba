"""From draft to review: freeze, register, and ask the right people."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.audit import record
from core.errors import Forbidden, Stale
from core.jobs import enqueue
from people.models import OrgUnit, Person
from workflows.choices import (
    TRANSITIONS,
    Action,
    AiActRisk,
    Automation,
    GxpImpact,
    PersonalData,
    RedesignState,
    StepState,
)
from workflows.comparison import compare
from workflows.completeness import checks, stopping
from workflows.content import canonical_content, content_sha256, version_content
from workflows.errors import LowerRiskUnexplained, NotPossibleNow, RouteNotPossible
from workflows.models import (
    Hypothesis,
    PolicyVersion,
    Redesign,
    Revision,
    RevisionAuthor,
    Route,
    RouteStep,
    StepAssignment,
    Workflow,
)
from workflows.operations.one_act import one_act
from workflows.policy import Plan, PlannedStep, kept_strict, plan_for
from workflows.queries.approvers import approvers_for, barred_ids
from workflows.queries.earlier import line_of, routes_of, worked_on
from workflows.queries.policies import current_policy

NO_ROUTE = gettext_lazy(
    "The approval policy asks nobody to sign this redesign. Ask the program office."
)
# Each class from the lowest to the highest.
RISK_CLASSES: dict[str, list[Any]] = {
    "gxp": [False, True],
    "gxp_impact": GxpImpact.values,
    "personal_data": PersonalData.values,
    "ai_act_risk": AiActRisk.values,
    "automation": Automation.values,
}


@one_act()
def submit_redesign(*, redesign: Redesign, actor: Person, at: datetime) -> Route:
    """Freeze the current revision, register its hypothesis and open its route.

    Locks the workflow, then the redesign. The route keeps the policy's version and the attributes
    it was planned from; whoever an earlier revision needed, also of what this is a copy of, is
    asked again where its risk is lower now, and a workflow that was made less strict meanwhile
    counts as it stood when the work began.

    Raises Forbidden for somebody who did not write it, NotPossibleNow from any other state, Stale
    when the workflow moved on under it, RouteNotPossible naming what is missing, and
    LowerRiskUnexplained where a class fell and the note on the revision is empty.
    """
    Workflow.objects.select_for_update(no_key=True).get(pk=redesign.workflow_id)
    redesign = (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workflow__unit", "base_version", "current_revision")
        .get(pk=redesign.pk)
    )
    revision = redesign.current_revision
    if redesign.state not in TRANSITIONS[Action.SUBMIT] or revision is None:
        raise NotPossibleNow
    if revision.frozen_at:
        raise NotPossibleNow(_("This revision was submitted before. Revise it first."))
    _refuse_strangers(redesign, actor)
    if redesign.base_version_id != redesign.workflow.current_version_id:
        raise Stale(_("The workflow has a newer version. Bring the redesign up to date first."))
    _refuse_incomplete(revision)

    policy = current_policy()
    line = line_of(redesign)
    worked = worked_on(line)
    attributes = attributes_of(revision, gxp=worked.gxp)
    earlier = routes_of(line)
    _refuse_unexplained(revision, attributes, [route.attributes for route in earlier])
    plan = plan_for(policy.rules, attributes)
    plan = kept_strict(
        plan, [plan_for(route.policy_version.rules, route.attributes) for route in earlier]
    )
    _refuse_plan(plan)
    barred = barred_ids(redesign, at)
    asked = [(step, _approvers(step, worked.unit, barred)) for step in plan.steps]

    freeze_revision(revision, at=at)
    route = _open_route(revision, policy, attributes, worked.unit, asked, at)
    before = redesign.state
    redesign.state = RedesignState.IN_REVIEW
    redesign.row_version += 1
    redesign.save(update_fields=["state", "row_version", "updated_at"])
    record(
        "redesign.submitted",
        subject=redesign,
        actor=actor,
        before={"state": before},
        after={
            "state": redesign.state,
            "revision": revision.number,
            "sha256": revision.sha256,
            "policy": str(policy),
            "steps": [step.title for step in plan.steps],
            **({"kept": worked.kept} if worked.kept else {}),
        },
    )
    enqueue("workflows.tell_signers", route_id=route.pk)
    return route


def attributes_of(revision: Revision, *, gxp: bool) -> dict[str, Any]:
    """What the policy looks at; None where no AI tool is named."""
    tool = revision.tool
    return {
        "gxp": gxp,
        "gxp_impact": revision.gxp_impact,
        "personal_data": revision.personal_data,
        "ai_act_risk": revision.ai_act_risk,
        "automation": revision.automation,
        "tool_approved": tool.approved if tool else None,
        "generative": tool.is_generative if tool else None,
    }


def freeze_revision(revision: Revision, *, at: datetime) -> None:
    """Content and hash as they stay; a base version nobody froze yet is frozen with it."""
    base = revision.redesign.base_version
    if base.frozen_at is None:
        base.sha256 = content_sha256(version_content(base))
        base.frozen_at = at
        base.save(update_fields=["sha256", "frozen_at"])
    Hypothesis.objects.filter(revision=revision).update(registered_at=at)
    content = canonical_content(revision)
    revision.content = content
    revision.sha256 = content_sha256(content)
    revision.frozen_at = at
    revision.save(update_fields=["content", "sha256", "frozen_at"])


def _refuse_strangers(redesign: Redesign, actor: Person) -> None:
    wrote = RevisionAuthor.objects.filter(revision__redesign=redesign, person=actor).exists()
    if not wrote and actor.pk != redesign.proposer_id:
        raise Forbidden(_("Only those who wrote the redesign can submit it."))


def _refuse_incomplete(revision: Revision) -> None:
    """What the editor lists as missing stops a submit here as well."""
    base = revision.redesign.base_version.activities.all()
    missing = stopping(checks(revision, compare(base, revision.activities.all())))
    if missing:
        raise RouteNotPossible(
            _("Before you submit: %(missing)s")
            % {"missing": " ".join(f"{check.title}: {check.note}" for check in missing)}
        )


def _refuse_unexplained(
    revision: Revision, attributes: dict[str, Any], earlier: list[dict[str, Any]]
) -> None:
    fell = any(
        name in before and order.index(attributes[name]) < order.index(before[name])
        for before in earlier
        for name, order in RISK_CLASSES.items()
    )
    if fell and not revision.change_note.strip():
        raise LowerRiskUnexplained


def _refuse_plan(plan: Plan) -> None:
    if plan.blocks:
        raise RouteNotPossible(" ".join(plan.blocks))
    if not plan.steps:
        raise RouteNotPossible(NO_ROUTE)


def _approvers(step: PlannedStep, unit: OrgUnit, barred: set[int]) -> list[Person]:
    found = approvers_for(step.role, unit, barred)
    if len(found) < step.quorum:
        raise RouteNotPossible(
            _(
                "Nobody can sign for “%(step)s” yet: it needs %(needed)s and there is %(found)s. "
                "The program office can name somebody."
            )
            % {"step": step.title, "needed": step.quorum, "found": len(found)}
        )
    return found


def _open_route(  # noqa: PLR0917
    revision: Revision,
    policy: PolicyVersion,
    attributes: dict[str, Any],
    unit: OrgUnit,
    asked: list[tuple[PlannedStep, list[Person]]],
    at: datetime,
) -> Route:
    route = Route.objects.create(
        redesign_id=revision.redesign_id,
        revision=revision,
        policy_version=policy,
        attributes=attributes,
        unit=unit,
        opened_at=at,
    )
    first = min(step.sequence for step, _people in asked)
    steps = RouteStep.objects.bulk_create(
        [
            _route_step(route, position, step, active=step.sequence == first, at=at)
            for position, (step, _people) in enumerate(asked, start=1)
        ]
    )
    StepAssignment.objects.bulk_create(
        [
            StepAssignment(step=row, person=person, via=row.role, started_at=at)
            for row, (_step, people) in zip(steps, asked, strict=True)
            for person in people
        ]
    )
    return route


def _route_step(
    route: Route, position: int, step: PlannedStep, *, active: bool, at: datetime
) -> RouteStep:
    """``due_at`` counts from now for the first steps and is set anew when a later one opens."""
    return RouteStep(
        route=route,
        sequence=step.sequence,
        position=position,
        role=step.role,
        title=step.title,
        why=step.why,
        meaning=step.meaning,
        level=step.level,
        quorum=step.quorum,
        due_days=step.due_days,
        state=StepState.ACTIVE if active else StepState.WAITING,
        opened_at=at if active else None,
        due_at=at + timedelta(days=step.due_days) if active else None,
    )
