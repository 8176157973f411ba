from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection

from core import panels
from core.errors import Forbidden, Stale
from core.models import AuditEvent, Job
from tests.factories.people import (
    PersonFactory,
    WorkCalendarFactory,
    WorkCalendarVersionFactory,
)
from tests.factories.sign_offs import NOON, approved, in_review, live, sign, workflow_below
from tests.factories.workflows import WorkflowVersionFactory
from workflows.choices import Change, RedesignState, Verdict
from workflows.content import canonical_bytes, version_content
from workflows.errors import GoLiveNotPossible, NotPossibleNow
from workflows.models import GoLive, Workflow
from workflows.operations.approval import submit_redesign
from workflows.operations.go_live import go_live, lock_content
from workflows.operations.redesigns import bring_up_to_date, copy_redesign, revise
from workflows.operations.stopping import retire_redesign
from workflows.signing import sha256

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts(monkeypatch):
    asked = {}

    def know(**known):
        def answer(rows):
            asked["at"] = [row.go_live_at for row in rows]
            return {row.pk: known for row in rows}

        monkeypatch.setitem(panels._facts, "measurement.go_live", answer)
        return asked

    return know


def test_go_live_fixes_the_reading_date_and_locks_the_hypothesis(facts):
    asked = facts(follow_up_days=9, planned_information=120.5, detectable_ratio=0.81)
    boss = PersonFactory()
    review = approved(boss=boss, workflow=workflow_below(boss, is_simulated=True))
    start = NOON + timedelta(days=7)

    row = go_live(
        redesign=review.redesign,
        actor=review.redesign.workflow.owner,
        at_instant=start,
        at=NOON,
    )

    row = GoLive.objects.get(pk=row.pk)
    assert asked["at"] == [start]
    assert row.reading_at == start + timedelta(days=14 + 84 + 9)
    assert (row.follow_up_days, row.planned_information, row.detectable_ratio) == (9, 120.5, 0.81)
    assert row.post_hoc is False
    locked = canonical_bytes(lock_content(row, row.revision.hypothesis)).decode()
    assert sha256(locked) == row.lock_sha256
    assert not Job.objects.filter(name="measurement.measure_redesign").exists()


@pytest.mark.parametrize(
    "name", ["data_from", "completed_only", "horizon_days", "picked_because_slow"]
)
def test_what_the_source_said_is_under_the_lock(facts, name):
    said = {"data_from": NOON - timedelta(days=300), "completed_only": True, "horizon_days": 30}
    facts(source=said)
    review = approved()

    row = go_live(
        redesign=review.redesign,
        actor=review.redesign.workflow.owner,
        at_instant=NOON + timedelta(days=7),
        at=NOON,
    )

    row = GoLive.objects.get(pk=row.pk)
    assert {key: getattr(row, key) for key in said} == said
    content = lock_content(row, row.revision.hypothesis)
    assert sha256(canonical_bytes(content).decode()) == row.lock_sha256
    assert name in content


def test_a_lock_of_before_these_facts_stays_as_it_was():
    row = live().redesign.go_live
    row.picked_because_slow = None

    assert "data_from" not in lock_content(row, row.revision.hypothesis)


def test_the_database_refuses_half_a_source():
    row = live().redesign.go_live
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflows_golive DISABLE TRIGGER USER")

    with pytest.raises(IntegrityError, match="golive_source_known_whole"):
        GoLive.objects.filter(pk=row.pk).update(completed_only=None, horizon_days=30)


def test_without_cases_the_longest_follow_up_is_taken(facts):
    facts()

    assert live().redesign.go_live.follow_up_days == 28


def test_a_past_go_live_is_post_hoc_and_read_at_once():
    review = approved()
    past = NOON - timedelta(days=300)

    row = go_live(
        redesign=review.redesign, actor=review.redesign.workflow.owner, at_instant=past, at=NOON
    )

    assert row.post_hoc is True
    job = Job.objects.get(name="measurement.measure_redesign")
    assert job.args["redesign_id"] == review.redesign.pk


@pytest.mark.parametrize("simulated", [False, True])
def test_the_clock_of_the_database_says_what_is_past(simulated):
    """A caller's clock that runs late makes nothing prospective."""
    boss = PersonFactory()
    review = approved(boss=boss, workflow=workflow_below(boss, is_simulated=simulated))
    yesterday = datetime.now(UTC) - timedelta(days=1)

    row = go_live(
        redesign=review.redesign,
        actor=review.redesign.workflow.owner,
        at_instant=yesterday,
        at=yesterday - timedelta(days=1),
    )

    assert row.post_hoc is not simulated
    stored = GoLive.objects.get(pk=row.pk)
    assert stored.lock_sha256 == sha256(
        canonical_bytes(lock_content(stored, stored.revision.hypothesis)).decode()
    )
    if not simulated:
        assert abs(stored.decided_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_day_has_as_many_seconds_where_clocks_change():
    """A moment typed in local time: the reading lies behind the end of summer time."""
    review = approved()
    typed = datetime(2026, 9, 1, 9, tzinfo=ZoneInfo("Europe/Zurich"))

    go_live(
        redesign=review.redesign, actor=review.redesign.workflow.owner, at_instant=typed, at=NOON
    )

    stored = GoLive.objects.get()
    assert stored.at == typed
    assert stored.reading_at == typed.astimezone(UTC) + timedelta(days=14 + 84 + 28)
    locked = canonical_bytes(lock_content(stored, stored.revision.hypothesis)).decode()
    assert sha256(locked) == stored.lock_sha256


def test_the_to_be_steps_become_the_frozen_new_version():
    review = in_review()
    sign(review, review.boss)
    go_live(
        redesign=review.redesign,
        actor=review.redesign.workflow.owner,
        at_instant=NOON,
        at=NOON,
    )

    workflow = Workflow.objects.get(pk=review.redesign.workflow_id)
    version = workflow.current_version
    assert version.number == 2
    assert version.frozen_at == NOON
    assert version.sha256 == sha256(canonical_bytes(version_content(version)).decode())
    to_be = review.redesign.current_revision.activities.exclude(change=Change.REMOVED)
    assert [step.step_key for step in version.activities.order_by("position")] == [
        step.step_key for step in to_be.order_by("position")
    ]


def test_a_newer_redesign_supersedes_the_one_before():
    first = live()
    workflow = Workflow.objects.get(pk=first.redesign.workflow_id)
    second = approved(workflow=workflow, boss=first.boss)

    go_live(redesign=second.redesign, actor=workflow.owner, at_instant=NOON, at=NOON)

    first.redesign.refresh_from_db()
    assert first.redesign.state == RedesignState.SUPERSEDED
    assert [event.verb for event in AuditEvent.objects.order_by("id")][-2:] == [
        "redesign.superseded",
        "redesign.went_live",
    ]


def test_the_calendar_of_today_is_pinned():
    calendar = WorkCalendarFactory()
    WorkCalendarVersionFactory(calendar=calendar, number=1)
    newest = WorkCalendarVersionFactory(calendar=calendar, number=2)
    from tests.factories.sign_offs import Review, sign, some_policy, workflow_below
    from tests.factories.workflows import RedesignFactory
    from workflows.operations import approval

    some_policy()
    boss = PersonFactory()
    redesign = RedesignFactory(workflow=workflow_below(boss))
    redesign.current_revision.hypothesis.calendar = calendar
    redesign.current_revision.hypothesis.save()
    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)
    redesign.refresh_from_db()
    sign(Review(redesign, route, boss), boss)

    row = go_live(redesign=redesign, actor=redesign.workflow.owner, at_instant=NOON, at=NOON)

    assert row.calendar_version == newest


def test_only_the_owner_only_once_only_when_approved():
    review = in_review()
    owner = review.redesign.workflow.owner
    with pytest.raises(NotPossibleNow):
        go_live(redesign=review.redesign, actor=owner, at_instant=NOON, at=NOON)
    done = approved()
    with pytest.raises(Forbidden):
        go_live(redesign=done.redesign, actor=done.boss, at_instant=NOON, at=NOON)
    owner = done.redesign.workflow.owner
    go_live(redesign=done.redesign, actor=owner, at_instant=NOON, at=NOON)
    with pytest.raises(NotPossibleNow):
        go_live(redesign=done.redesign, actor=owner, at_instant=NOON, at=NOON)


@pytest.mark.parametrize(
    "instant", [datetime(1999, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]
)
def test_an_instant_far_away_is_refused(instant):
    done = approved()

    with pytest.raises(GoLiveNotPossible):
        go_live(
            redesign=done.redesign,
            actor=done.redesign.workflow.owner,
            at_instant=instant,
            at=NOON,
        )


def test_what_builds_on_an_outdated_version_is_neither_signed_nor_live():
    """The newer way of working is not taken back by a redesign that never knew it."""
    first = in_review()
    workflow = first.redesign.workflow
    second = approved(workflow=workflow, boss=first.boss)
    go_live(redesign=second.redesign, actor=workflow.owner, at_instant=NOON, at=NOON)

    with pytest.raises(Stale, match="newer version"):
        sign(first, first.boss)

    sign(first, first.boss, Verdict.CHANGES_REQUESTED)
    draft = revise(redesign=first.redesign, actor=first.redesign.proposer, at=NOON)
    with pytest.raises(Stale, match="up to date"):
        submit_redesign(redesign=draft, actor=draft.proposer, at=NOON)
    bring_up_to_date(redesign=draft, actor=draft.proposer, at=NOON)
    submit_redesign(redesign=draft, actor=draft.proposer, at=NOON)


def test_an_approved_redesign_whose_workflow_was_changed_starts_anew():
    review = approved()
    redesign = review.redesign
    newer = WorkflowVersionFactory(workflow=redesign.workflow, number=2)
    Workflow.objects.filter(pk=redesign.workflow_id).update(current_version=newer)

    with pytest.raises(Stale, match="Retire it, start anew"):
        go_live(redesign=redesign, actor=redesign.workflow.owner, at_instant=NOON, at=NOON)

    assert not GoLive.objects.exists()
    owner = redesign.workflow.owner
    retired = retire_redesign(
        redesign=redesign,
        actor=owner,
        reason="Outdated",
        row_version=redesign.row_version,
        at=NOON,
    )
    assert copy_redesign(redesign=retired, actor=owner, at=NOON).base_version == newer
