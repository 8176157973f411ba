"""How far a stopped redesign came, and that nothing of it is announced any more."""

from datetime import timedelta

import pytest

from tests.factories.sign_offs import NOON, approved, live, put_into
from workflows.choices import RedesignState, Stage
from workflows.operations.stopping import retire_redesign
from workflows.queries.stages import stage_of

pytestmark = pytest.mark.django_db
READ = {
    "verdict": "improved",
    "conclusive": True,
    "changed": True,
    "measured_at": NOON,
    "early": False,
}


def retired(review, *, days):
    return retire_redesign(
        redesign=review.redesign,
        actor=review.redesign.workflow.owner,
        reason="Over",
        row_version=review.redesign.row_version,
        at=NOON + timedelta(days=days),
    )


def test_a_retired_one_keeps_the_stage_it_came_to():
    row = retired(live(), days=200)

    stage = stage_of(row.workflow, row, READ)

    assert (stage.stage, stage.done, stage.current, stage.word) == (
        Stage.MEASURED,
        5,
        0,
        "Retired",
    )
    assert stage.changed
    assert Stage.SUSTAINED not in stage.notes


def test_one_that_ended_before_its_reading_says_so():
    row = retired(live(), days=20)

    stage = stage_of(row.workflow, row, {})

    assert (stage.stage, stage.done, stage.current) == (Stage.LIVE, 4, 0)
    assert stage.notes[Stage.MEASURED] == ("Ended before its reading", "")


def test_one_that_never_went_live_stays_signed_off():
    row = retired(approved(), days=1)

    stage = stage_of(row.workflow, row, {})

    assert (stage.stage, stage.done, stage.current, stage.word) == (
        Stage.SIGNED_OFF,
        3,
        0,
        "Retired",
    )


def test_a_suspended_one_says_so_whatever_was_read():
    row = live().redesign
    put_into(row, RedesignState.SUSPENDED, stopped_at=NOON + timedelta(days=120))
    row.refresh_from_db()

    stage = stage_of(row.workflow, row, READ)

    assert (stage.stage, stage.current, stage.word) == (Stage.MEASURED, 0, "Suspended")
    assert Stage.SUSTAINED not in stage.notes
