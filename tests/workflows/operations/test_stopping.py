"""Suspend, resume, retire: who may, from which state, and what stays."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.errors import Forbidden, Stale
from core.models import AuditEvent, Job
from people.choices import Role
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import NOON, approved, in_review, live, put_into
from workflows.choices import RedesignState
from workflows.errors import NoReasonGiven, NotPossibleNow, ToolChanged
from workflows.models import AiTool, Redesign
from workflows.operations.go_live import go_live
from workflows.operations.stopping import resume_redesign, retire_redesign, suspend_redesign
from workflows.operations.workflows import StillRunning, retire_workflow

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=3)


def acted(operation, redesign, actor=None, **given):
    redesign.refresh_from_db()
    said = {"reason": " Wrong twice ", "row_version": redesign.row_version, "at": LATER} | given
    return operation(redesign=redesign, actor=actor or redesign.workflow.owner, **said)


def suspended(**options):
    review = live(**options)
    acted(suspend_redesign, review.redesign)
    return review


def test_suspending_says_who_why_and_since_when():
    redesign = live().redesign

    acted(suspend_redesign, redesign)

    redesign.refresh_from_db()
    assert (redesign.state, redesign.stopped_at) == (RedesignState.SUSPENDED, LATER)
    event = AuditEvent.objects.order_by("-pk").first()
    assert (event.verb, event.actor, event.reason) == (
        "redesign.suspended",
        redesign.workflow.owner,
        "Wrong twice",
    )
    assert (event.before, event.after) == ({"state": "live"}, {"state": "suspended"})


def test_resuming_makes_it_live_and_asks_for_what_is_due():
    redesign = suspended().redesign

    acted(resume_redesign, redesign)

    redesign.refresh_from_db()
    assert (redesign.state, redesign.stopped_at) == (RedesignState.LIVE, None)
    job = Job.objects.get(name="measurement.measure_redesign")
    assert job.args["redesign_id"] == redesign.pk


@pytest.mark.parametrize("build", [approved, live, suspended])
def test_retiring_ends_it_for_good(build):
    redesign = build().redesign

    acted(retire_redesign, redesign)

    redesign.refresh_from_db()
    assert (redesign.state, redesign.stopped_at) == (RedesignState.RETIRED, LATER)
    for operation in (suspend_redesign, resume_redesign, retire_redesign):
        with pytest.raises(NotPossibleNow):
            acted(operation, redesign)


def test_what_was_measured_can_be_suspended_and_retired():
    redesign = live().redesign
    put_into(redesign, RedesignState.MEASURED)

    acted(suspend_redesign, redesign)
    acted(resume_redesign, redesign)
    put_into(redesign, RedesignState.MEASURED)
    acted(retire_redesign, redesign)

    redesign.refresh_from_db()
    assert redesign.state == RedesignState.RETIRED


def test_overseer_and_quality_of_the_unit_stop_it_too():
    overseer = PersonFactory()
    redesign = live(gxp=True, overseer=overseer).redesign
    quality = Redesign.objects.get(pk=redesign.pk).routes.get().steps.get(role="quality")
    signer = quality.assignments.get().person

    acted(suspend_redesign, redesign, overseer)
    acted(resume_redesign, redesign, signer)

    redesign.refresh_from_db()
    assert redesign.state == RedesignState.LIVE


def test_nobody_else_does():
    review = live(overseer=PersonFactory())
    far = RoleGrantFactory(role=Role.QUALITY, unit=OrgUnitFactory()).person
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person

    for person in (review.boss, far, office):
        with pytest.raises(Forbidden):
            acted(suspend_redesign, review.redesign, person)
    for person in (review.boss, far, office, review.redesign.current_revision.overseer):
        with pytest.raises(Forbidden):
            acted(retire_redesign, review.redesign, person)
    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.LIVE


def test_a_reason_is_needed():
    redesign = live().redesign

    with pytest.raises(NoReasonGiven):
        acted(suspend_redesign, redesign, reason=" \n")


def test_what_was_shown_must_still_be_so():
    redesign = live().redesign
    shown = redesign.row_version
    acted(suspend_redesign, redesign)

    with pytest.raises(Stale):
        acted(retire_redesign, redesign, row_version=shown)


def test_only_what_is_in_use_can_be_stopped():
    waiting, signed = in_review().redesign, approved().redesign

    for redesign, operation in (
        (waiting, suspend_redesign),
        (waiting, retire_redesign),
        (signed, suspend_redesign),
        (signed, resume_redesign),
    ):
        with pytest.raises(NotPossibleNow):
            acted(operation, redesign)


@pytest.mark.parametrize("change", [{"approved": False}, {"retired_at": LATER}])
def test_a_changed_tool_does_not_come_back_into_use(change):
    redesign = suspended().redesign
    AiTool.objects.filter(pk=redesign.current_revision.tool_id).update(**change)

    with pytest.raises(ToolChanged):
        acted(resume_redesign, redesign)

    redesign.refresh_from_db()
    assert redesign.state == RedesignState.SUSPENDED
    assert not Job.objects.filter(name="measurement.measure_redesign").exists()


def test_a_newer_version_beside_the_signed_one_does_not_matter():
    redesign = suspended().redesign
    signed = redesign.current_revision.tool
    AiTool.objects.create(name=signed.name, version="5.0", approved=True)

    acted(resume_redesign, redesign)

    redesign.refresh_from_db()
    assert redesign.state == RedesignState.LIVE


@pytest.mark.parametrize(
    "build, since",
    [(live, NOON + timedelta(days=9)), (suspended, LATER), (approved, NOON + timedelta(days=9))],
)
def test_a_newer_redesign_supersedes_it_from_its_own_go_live_on(build, since):
    first = build()
    workflow = first.redesign.workflow
    workflow.refresh_from_db()
    second = approved(workflow=workflow, boss=first.boss)

    go_live(
        redesign=second.redesign,
        actor=workflow.owner,
        at_instant=NOON + timedelta(days=9),
        at=LATER,
    )

    first.redesign.refresh_from_db()
    assert (first.redesign.state, first.redesign.stopped_at) == (RedesignState.SUPERSEDED, since)
    with pytest.raises(NotPossibleNow):
        acted(resume_redesign, first.redesign)


@pytest.mark.parametrize("build", [approved, live, suspended])
def test_the_workflow_can_be_retired_once_its_redesign_is(build):
    redesign = build().redesign
    workflow = redesign.workflow
    end = {"actor": workflow.owner, "reason": "Over", "at": LATER}
    with pytest.raises(StillRunning) as refusal:
        retire_workflow(workflow=workflow, **end)
    redesign.refresh_from_db()
    assert refusal.value.redesign == redesign
    assert str(refusal.value) == (
        f"The redesign that {redesign.proposer.full_name} proposed is in the way. "
        f"It is now: {redesign.get_state_display()}. Retire it first."
    )

    acted(retire_redesign, redesign)
    retire_workflow(workflow=workflow, **end)

    workflow.refresh_from_db()
    assert workflow.retired_at == LATER


@pytest.mark.parametrize(
    "state, stopped_at", [(RedesignState.SUSPENDED, None), (RedesignState.LIVE, LATER)]
)
def test_the_database_wants_the_time_with_the_stop(state, stopped_at):
    redesign = live().redesign

    with (
        pytest.raises(IntegrityError, match="redesign_stopped_with_its_time"),
        transaction.atomic(),
    ):
        Redesign.objects.filter(pk=redesign.pk).update(state=state, stopped_at=stopped_at)
