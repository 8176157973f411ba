"""What later readings say of an effect, and the alarm when it has gone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.changing import NoReason
from core.models import AuditEvent
from measurement.errors import AlarmAnswered
from measurement.models import Lasting, RelapseAnswer
from measurement.operations.lasting import answer_relapse
from measurement.queries.readings import stages_of
from people.choices import Role
from tests.factories.cases import NOW
from tests.factories.measurement import reading_of
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import live

pytestmark = pytest.mark.django_db
WENT = {"verdict": "no_measurable_change", "ratio": 0.9, "low": 0.75, "high": 1.1, "p": 0.2}


def gate(name, *, passed):
    return {"gates": {name: {"passed": passed, "value": 0, "limit": 0, "text": ""}}}


def read(later, *, primary=None, kind="day_90"):
    redesign = live(at=NOW - timedelta(weeks=40)).redesign
    reading_of(redesign, **(primary or {}))
    return reading_of(redesign, kind=kind, **later)


@pytest.mark.parametrize(
    "later, primary, state",
    [
        ({}, {}, "sustained"),
        (WENT, {}, "relapse"),
        (WENT | {"verdict": "insufficient_evidence"}, {}, "relapse"),
        (WENT | {"low": 0.69}, {}, "not_shown"),
        (WENT | {"result": gate("G4", passed=False)}, {}, "not_known"),
        (WENT | {"result": gate("G7", passed=False)}, {}, "relapse"),
        (WENT, {"verdict": "no_measurable_change"}, "not_shown"),
        (WENT | {"ratio": None, "low": None, "high": None}, {}, "not_shown"),
    ],
)
@pytest.mark.parametrize("kind", ["day_90", "day_180"])
def test_a_later_reading_says_whether_the_effect_held(later, primary, state, kind):
    """The first reading was a ratio of 0.7; a relapse rules that out."""
    reading = read(later, primary=primary, kind=kind)

    assert reading.lasting.state == state
    alarms = AuditEvent.objects.filter(verb="redesign.relapsed")
    assert alarms.count() == (1 if state == "relapse" else 0)
    fact = stages_of([reading.redesign])[reading.redesign_id]
    assert ("relapsed_at" in fact) is (state == "relapse")


@pytest.mark.parametrize(
    "changed, state",
    [
        ({}, "relapse"),
        ({"comparison": "another"}, "not_known"),
        ({"data_from": 0.0}, "not_known"),
        ({"design": {"target_ratio": 0.8, "washout_days": 104}}, "relapse"),
        ({"design": {"target_ratio": 0.8, "standardise": False}}, "not_known"),
    ],
)
def test_only_the_same_call_speaks_of_the_same_effect(changed, state):
    """Such as a comparison that was redesigned meanwhile: another effect is measured without it."""
    design = {"design": {"target_ratio": 0.8}} | changed

    assert read(WENT | {"design": design}).lasting.state == state


def test_last_year_s_weeks_without_a_verdict_raise_no_alarm():
    season = {"design": {"target_ratio": 0.8}, "season": True}
    weak = WENT | {"verdict": "insufficient_evidence"}
    first = {"design": season}

    assert read(weak | first, primary=first).lasting.state == "not_known"
    assert read(WENT | first, primary=first).lasting.state == "relapse"


def test_what_a_later_reading_said_stands_and_fits_its_readings():
    reading = read(WENT)
    row = reading.lasting
    for act in (
        lambda: Lasting.objects.update(state="sustained"),
        lambda: Lasting.objects.all().delete(),
        lambda: Lasting.objects.create(
            reading=row.primary, primary=row.primary, state="relapse", found_at=NOW
        ),
        lambda: Lasting.objects.create(
            reading=read({}), primary=row.primary, state="relapse", found_at=NOW
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_an_alarm_is_answered_once_with_why_and_what():
    row = read(WENT).lasting
    owner = row.reading.redesign.workflow.owner
    for reason, plan in (("", "Train again"), ("New staff", " ")):
        with pytest.raises(NoReason):
            answer_relapse(lasting=row, actor=owner, reason=reason, plan=plan, at=NOW)

    answer_relapse(lasting=row, actor=owner, reason="New staff", plan="Train again", at=NOW)

    event = AuditEvent.objects.get(verb="redesign.relapse_answered")
    assert (event.reason, event.after["plan"], event.actor) == ("New staff", "Train again", owner)
    with pytest.raises(AlarmAnswered):
        answer_relapse(lasting=row, actor=owner, reason="Other", plan="Else", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RelapseAnswer.objects.update(plan="Nothing")


def opened(client, person, path="/"):
    client.force_login(person)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_owner_and_program_office_are_asked_until_somebody_answers(client):
    redesign = read(WENT).redesign
    owner = redesign.workflow.owner
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE, person=PersonFactory()).person
    auditor = RoleGrantFactory(role=Role.AUDITOR, person=PersonFactory()).person
    address = reverse("measurement:relapse", args=[redesign.public_id])
    assert address in opened(client, owner)
    assert address in opened(client, office)
    assert address not in opened(client, auditor)
    client.force_login(auditor)
    assert client.post(address, {"reason": "Why", "plan": "What"}).status_code == 403
    evidence = reverse("measurement:evidence", args=[redesign.public_id])

    client.force_login(office)
    kept = client.post(address, {"reason": "New staff", "plan": ""})
    assert kept.status_code == 422
    assert "New staff" in kept.content.decode()
    client.post(address, {"reason": "New staff", "plan": "Train again"})

    assert RelapseAnswer.objects.get().answered_by == office
    assert address not in opened(client, owner)
    assert "Relapse" in opened(client, owner, reverse("measurement:evidence_list"))
    assert client.get(address).url == evidence
