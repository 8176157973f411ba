"""Nobody chooses their own signer, and no detour makes a route less strict."""

from datetime import date
from uuid import uuid4

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from core.errors import Forbidden, Stale
from core.models import AuditEvent
from people.choices import Role
from people.models import ReportingLine
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import NOON, credentials_of, in_review, sign, some_policy
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from workflows.choices import Verdict
from workflows.errors import LowerRiskUnexplained, RouteNotPossible
from workflows.models import Redesign, Revision, StepAssignment, Workflow
from workflows.operations import approval
from workflows.operations.redesigns import copy_redesign
from workflows.operations.workflows import ActivityFacts, WorkflowFacts, edit_workflow

pytestmark = pytest.mark.django_db


def submitted(redesign):
    some_policy()
    return approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)


def asked(route):
    return [row.person for row in StepAssignment.objects.filter(step__route=route).order_by("id")]


def edited(workflow, actor, **changed):
    """Saved as the workflow form saves it, with its steps as they are."""
    workflow = Workflow.objects.get(pk=workflow.pk)
    names = ("name", "owner", "unit", "function", "purpose", "yearly_volume", "gxp")
    steps = [
        ActivityFacts(title=row.title, role=row.role, system=row.system, step_key=row.step_key)
        for row in workflow.current_version.activities.order_by("position")
    ]
    return edit_workflow(
        workflow=workflow,
        actor=actor,
        facts=WorkflowFacts(**{name: getattr(workflow, name) for name in names} | changed),
        steps=steps,
        row_version=workflow.row_version,
    )


def three_levels():
    """Heads from the top: of the site, of the unit that owns the workflow, and of one below."""
    top, owner, report = PersonFactory(), PersonFactory(), PersonFactory()
    site = OrgUnitFactory(head=top)
    unit = OrgUnitFactory(head=owner, parent=site)
    below = OrgUnitFactory(head=report, parent=unit)
    return top, owner, report, unit, below


def test_the_line_manager_is_above_the_highest_author_not_below():
    top, owner, _report, _unit, below = three_levels()
    redesign = RedesignFactory(workflow=WorkflowFactory(unit=below, owner=owner))

    assert asked(submitted(redesign)) == [top]


@pytest.mark.parametrize("how", ["unit", "below", "manager", "manager_of_manager", "line"])
def test_no_role_holder_signs_who_reports_to_an_author(how):
    top, owner, report, unit, below = three_levels()
    signer = PersonFactory()
    RoleGrantFactory(person=signer, role=Role.QUALITY)
    elsewhere = OrgUnitFactory()
    if how == "manager":
        AssignmentFactory(person=signer, unit=elsewhere, manager=owner)
    elif how == "manager_of_manager":
        AssignmentFactory(person=signer, unit=elsewhere, manager=report)
    elif how == "line":
        ReportingLine.objects.create(
            person=signer, manager=owner, kind="matrix", valid=DateRange(date(2020, 1, 1), None)
        )
    else:
        AssignmentFactory(person=signer, unit={"unit": unit, "below": below}[how])
    redesign = RedesignFactory(workflow=WorkflowFactory(unit=unit, owner=owner, gxp=True))

    with pytest.raises(RouteNotPossible, match="Quality"):
        submitted(redesign)
    other = RoleGrantFactory(role=Role.QUALITY).person

    assert asked(submitted(redesign)) == [other, top]


def test_whoever_left_the_unit_of_an_author_may_sign():
    top, owner, _report, unit, _below = three_levels()
    signer = RoleGrantFactory(role=Role.QUALITY).person
    AssignmentFactory(person=signer, unit=unit, valid=DateRange(date(2020, 1, 1), date(2026, 1, 1)))
    redesign = RedesignFactory(workflow=WorkflowFactory(unit=unit, owner=owner, gxp=True))

    assert asked(submitted(redesign)) == [signer, top]


def test_a_head_above_who_sits_in_the_unit_is_no_report():
    top, owner, _report, unit, _below = three_levels()
    AssignmentFactory(person=top, unit=unit)
    redesign = RedesignFactory(workflow=WorkflowFactory(unit=unit, owner=owner))

    assert asked(submitted(redesign)) == [top]


def test_who_came_to_report_to_an_author_since_cannot_sign():
    _top, owner, _report, unit, _below = three_levels()
    quality = RoleGrantFactory(role=Role.QUALITY).person
    redesign = RedesignFactory(workflow=WorkflowFactory(unit=unit, owner=owner, gxp=True))
    submitted(redesign)
    redesign.refresh_from_db()
    AssignmentFactory(person=quality, unit=unit)

    with pytest.raises(Forbidden, match="report to one of them"):
        approval.decide(
            redesign=redesign,
            actor=quality,
            verdict=Verdict.APPROVED,
            shown_sha256=redesign.current_revision.sha256,
            request_key=uuid4(),
            credentials=credentials_of(quality),
            at=NOON,
        )


def test_a_workflow_made_less_strict_under_a_draft_keeps_its_route(client):
    """GxP off and into the unit of a report: quality and the manager above are asked all the same."""
    top, owner, report, unit, below = three_levels()
    quality = RoleGrantFactory(role=Role.QUALITY).person
    workflow = WorkflowFactory(unit=unit, owner=owner, gxp=True)
    redesign = RedesignFactory(workflow=workflow)
    edited(workflow, owner, gxp=False, unit=below)

    route = submitted(redesign)

    assert asked(route) == [quality, top]
    assert report not in asked(route)
    assert (route.attributes["gxp"], route.unit) == (True, unit)
    assert AuditEvent.objects.get(verb="redesign.submitted").after["kept"] == ["gxp", "unit"]
    client.force_login(top)
    page = client.get(reverse("workflows:decide", args=[redesign.public_id])).content.decode()
    assert "no longer marked as GxP relevant" in page
    assert f"moved to {below.name}" in page
    history = client.get(reverse("workflows:history", args=[workflow.public_id])).content.decode()
    assert "Counted as when the work began: GxP relevant, Unit" in " ".join(history.split())


def test_a_workflow_that_moves_under_a_review_is_signed_no_more():
    review = in_review()
    edited(
        review.redesign.workflow,
        review.redesign.workflow.owner,
        unit=OrgUnitFactory(parent=review.redesign.workflow.unit),
    )
    review.redesign.refresh_from_db()

    with pytest.raises(Stale, match="newer version"):
        approval.decide(
            redesign=review.redesign,
            actor=review.boss,
            verdict=Verdict.APPROVED,
            shown_sha256=review.sha256,
            request_key=uuid4(),
            credentials=credentials_of(review.boss),
            at=NOON,
        )

    review.redesign.refresh_from_db()
    assert review.redesign.state == "in_review"


def test_a_workflow_made_less_strict_before_the_work_began_counts_as_it_is():
    _top, owner, _report, unit, _below = three_levels()
    workflow = WorkflowFactory(unit=unit, owner=owner, gxp=True)
    edited(workflow, owner, gxp=False)
    redesign = RedesignFactory(workflow=Workflow.objects.get(pk=workflow.pk))

    route = submitted(redesign)

    assert route.attributes["gxp"] is False
    assert "kept" not in AuditEvent.objects.get(verb="redesign.submitted").after


@pytest.mark.parametrize("ending", ["withdrawn", "rejected"])
@pytest.mark.parametrize("copies", [1, 2])
def test_a_copy_keeps_the_signers_of_what_it_was_copied_from(client, ending, copies):
    """Also the copy of a copy, and it says why a class of risk is lower."""
    privacy = RoleGrantFactory(role=Role.PRIVACY).person
    review = in_review(personal_data="ordinary")
    owner = review.redesign.proposer
    if ending == "withdrawn":
        approval.withdraw_redesign(redesign=review.redesign, actor=owner, reason="Not yet", at=NOON)
    else:
        sign(review, privacy, Verdict.REJECTED)
    copy = Redesign.objects.get(pk=review.redesign.pk)
    for _time in range(copies):
        if copy.state == "draft":
            approval.withdraw_redesign(redesign=copy, actor=owner, reason="Again", at=NOON)
            copy.refresh_from_db()
        copy = copy_redesign(redesign=copy, actor=owner, at=NOON)
    revision = Revision.objects.filter(pk=copy.current_revision_id)
    revision.update(personal_data="none")

    with pytest.raises(LowerRiskUnexplained, match="What is new"):
        approval.submit_redesign(redesign=copy, actor=owner, at=NOON)
    client.force_login(owner)
    edit = client.get(reverse("workflows:redesign_edit", args=[copy.public_id]))
    assert "What is new in this revision" in edit.content.decode()
    revision.update(change_note="The names are masked")
    route = approval.submit_redesign(redesign=copy, actor=owner, at=NOON)

    assert asked(route) == [privacy, review.boss]


def test_a_first_revision_that_is_no_copy_has_no_note_to_write(client):
    redesign = RedesignFactory()
    client.force_login(redesign.proposer)

    edit = client.get(reverse("workflows:redesign_edit", args=[redesign.public_id]))

    assert "What is new in this revision" not in edit.content.decode()
