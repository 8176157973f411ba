from datetime import timedelta

import pytest

from tests.factories.cases import NOW
from tests.factories.people import PersonFactory, WorkCalendarVersionFactory
from tests.factories.sign_offs import Review, put_into, sign, some_policy, workflow_below
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from workflows.choices import RedesignState
from workflows.models import Hypothesis
from workflows.operations import approval
from workflows.operations.go_live import go_live
from workflows.queries.calendar_use import calendar_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return WorkCalendarVersionFactory()


def planned(calendar, **fields):
    redesign = RedesignFactory(**fields)
    Hypothesis.objects.filter(revision=redesign.current_revision).update(calendar=calendar)
    return redesign


def went_live(calendar):
    some_policy()
    boss = PersonFactory()
    redesign = planned(calendar, workflow=workflow_below(boss, is_simulated=True))
    at = NOW - timedelta(weeks=20)
    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=at)
    redesign.refresh_from_db()
    sign(Review(redesign, route, boss), boss, at=at)
    redesign.refresh_from_db()
    go_live(redesign=redesign, actor=redesign.workflow.owner, at_instant=at, at=at)
    return redesign


def test_planned_ones_take_the_newest_and_who_wrote_them_sees_them(version):
    mine = planned(version.calendar)
    planned(version.calendar)
    put_into(planned(version.calendar), RedesignState.WITHDRAWN)
    planned(None)

    use = calendar_use(version.calendar, mine.proposer)

    assert (use.locked, use.planned, use.more) == ([], [mine], 1)


def test_live_ones_keep_the_version_of_their_go_live(version, client):
    redesign = went_live(version.calendar)
    WorkCalendarVersionFactory(calendar=version.calendar, number=2)

    use = calendar_use(version.calendar, redesign.proposer)
    client.force_login(redesign.proposer)
    page = client.get(f"/calendars/{version.calendar.public_id}/").content.decode()

    assert (use.locked, use.planned, use.more) == ([redesign], [], 0)
    assert "its readings stay on version 1, which go-live locked" in page


def test_a_stranger_learns_only_how_many(version, client):
    planned(version.calendar)
    person = PersonFactory()

    use = calendar_use(version.calendar, person)
    client.force_login(person)
    page = client.get(f"/calendars/{version.calendar.public_id}/").content.decode()

    assert (use.planned, use.more) == ([], 1)
    assert "1 redesign is read by it that is not within your reach." in page


def test_two_questions_whatever_their_number(version, django_assert_num_queries):
    person = planned(version.calendar).proposer
    for _row in range(3):
        planned(version.calendar, workflow=WorkflowFactory(owner=person))

    with django_assert_num_queries(2):
        assert len(calendar_use(version.calendar, person).planned) == 4
