"""What must hold of sign-offs at every moment (I1 to I14 of the method)."""

from core.models import AuditEvent
from workflows.choices import RedesignState, RouteState, StepState, Verdict
from workflows.models import Decision, Reauthentication, Redesign, Route, RouteStep, Signature

SIGNED_OFF = {RedesignState.APPROVED, RedesignState.LIVE, RedesignState.MEASURED}


def holds():
    """The invariants, asked of the tables as they are; each query gives what must not be."""
    for redesign in Redesign.objects.all():
        routes = Route.objects.filter(redesign=redesign)
        is_open = routes.filter(state=RouteState.OPEN)
        assert is_open.count() == (redesign.state == RedesignState.IN_REVIEW)
        for route in is_open:
            assert route.revision_id == redesign.current_revision_id
        if redesign.state in SIGNED_OFF:
            signed = routes.get(state=RouteState.APPROVED)
            assert signed.revision_id == redesign.current_revision_id
            assert {step.state for step in signed.steps.all()} == {StepState.APPROVED}
    for decision in Decision.objects.select_related("route__redesign", "revision", "step"):
        redesign = decision.route.redesign
        authors = {redesign.proposer_id}
        for revision in redesign.revisions.all():
            authors |= set(revision.authorships.values_list("person_id", flat=True))
        assert not authors & {decision.decided_by_id, decision.on_behalf_of_id}
        assert decision.content_sha256 == decision.revision.sha256
        assert decision.revision_id == decision.route.revision_id
        assert decision.verdict == Verdict.APPROVED or decision.comment.strip()
        assert decision.signature.level >= decision.step.level
    signed = [
        (row.route_id, person)
        for row in Decision.objects.all()
        for person in {row.decided_by_id, row.on_behalf_of_id} - {None}
    ]
    assert len(signed) == len(set(signed))
    for step in RouteStep.objects.filter(state=StepState.APPROVED):
        approvals = step.decisions.filter(verdict=Verdict.APPROVED).count()
        assert approvals == step.quorum
        earlier = RouteStep.objects.filter(route=step.route, sequence__lt=step.sequence)
        assert {one.state for one in earlier} <= {StepState.APPROVED}
    running = Redesign.objects.filter(
        state__in=[RedesignState.LIVE, RedesignState.SUSPENDED, RedesignState.MEASURED]
    )
    assert running.count() == running.values("workflow").distinct().count()
    for redesign in running:
        assert redesign.go_live.revision_id == redesign.current_revision_id
    count = Decision.objects.count()
    assert Signature.objects.count() == Reauthentication.objects.count() == count
    verbs = ["redesign.approved_step", "redesign.rejected", "redesign.changes_requested"]
    assert AuditEvent.objects.filter(verb__in=verbs).count() == count
