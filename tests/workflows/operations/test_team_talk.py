"""A manager says that the team was talked to."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, Forbidden
from core.models import AuditEvent
from tests.factories.people import OrgUnitFactory, PersonFactory
from tests.factories.sign_offs import in_review
from tests.factories.workflows import RedesignFactory
from workflows.errors import NotPossibleNow
from workflows.models import TeamTalk
from workflows.operations.team_talk import record_team_talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def redesign():
    return in_review().redesign


def today():
    return timezone.localdate()


def test_head_of_the_unit_records_it_once(redesign):
    head = redesign.workflow.unit.head
    talk = record_team_talk(redesign=redesign, actor=head, held_date=today(), at=timezone.now())
    assert (talk.redesign, talk.recorded_by, talk.held_date) == (redesign, head, today())
    event = AuditEvent.objects.get(verb="redesign.talk_held")
    assert (event.actor, event.after) == (head, {"held_date": today().isoformat()})
    with pytest.raises(NotPossibleNow, match="already"):
        record_team_talk(redesign=redesign, actor=head, held_date=today(), at=timezone.now())


def test_heads_above_and_below_may_and_nobody_else(redesign):
    above = redesign.workflow.unit.parent.head
    below = OrgUnitFactory(parent=redesign.workflow.unit).head
    for manager in (above, below):
        record_team_talk(redesign=redesign, actor=manager, held_date=today(), at=timezone.now())
    assert TeamTalk.objects.count() == 2
    with pytest.raises(Forbidden):
        record_team_talk(
            redesign=redesign, actor=PersonFactory(), held_date=today(), at=timezone.now()
        )


def test_not_about_a_draft():
    redesign = RedesignFactory()
    with pytest.raises(NotPossibleNow, match="submitted"):
        record_team_talk(
            redesign=redesign,
            actor=redesign.workflow.unit.head,
            held_date=today(),
            at=timezone.now(),
        )


@pytest.mark.parametrize("days, words", [(1, "still to come"), (-400, "not proposed yet")])
def test_days_that_make_no_sense(redesign, days, words):
    with pytest.raises(DomainError, match=words):
        record_team_talk(
            redesign=redesign,
            actor=redesign.workflow.unit.head,
            held_date=today() + timedelta(days=days),
            at=timezone.now(),
        )
    assert TeamTalk.objects.count() == 0


def test_the_day_is_that_of_the_place_not_of_utc(redesign, settings):
    settings.TIME_ZONE = "Europe/Zurich"
    late = datetime.combine(today() + timedelta(days=3), datetime.min.time())
    at = late.replace(hour=0, minute=30, tzinfo=ZoneInfo("Europe/Zurich"))
    with timezone.override("Europe/Zurich"):
        talk = record_team_talk(
            redesign=redesign,
            actor=redesign.workflow.unit.head,
            held_date=today() + timedelta(days=3),
            at=at,
        )
    assert talk.pk


def test_a_talk_never_changes(redesign):
    talk = TeamTalk.objects.create(
        redesign=redesign, held_date=date(2026, 3, 2), recorded_by=PersonFactory()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamTalk.objects.filter(pk=talk.pk).update(held_date=date(2026, 3, 3))
    with pytest.raises(IntegrityError), transaction.atomic():
        talk.delete()


def test_page(redesign, client):
    head = redesign.workflow.unit.head
    client.force_login(head)
    address = f"/redesigns/{redesign.public_id}/talk/"
    assert (
        "Record the team talk" in client.get(f"/redesigns/{redesign.public_id}/").content.decode()
    )
    assert "No talk has been recorded yet." in client.get(address).content.decode()
    wrong = client.post(address, {"held_date": "31.02.2026"})
    assert wrong.status_code == 422
    assert "31.02.2026" in wrong.content.decode()
    future = client.post(address, {"held_date": (today() + timedelta(days=2)).isoformat()})
    assert future.status_code == 422
    assert "This day is still to come." in future.content.decode()
    done = client.post(address, {"held_date": today().isoformat()}, follow=True)
    assert "The team talk is recorded." in done.content.decode()
    assert str(head.full_name) in client.get(address).content.decode()
    assert client.post(address, {"held_date": today().isoformat()}).status_code == 409
    client.force_login(PersonFactory())
    assert client.get(address).status_code == 404
