"""Planning: who, when, what, and what is refused at which field."""

from datetime import timedelta

import pytest

from core.models import AuditEvent, Job
from people.choices import Role
from surveys import operations
from surveys.errors import NoReasonGiven, NotPossibleNow, NotYours, WaveNotPossible
from surveys.models import Instrument
from surveys.promise import PROMISE
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import NOON, in_review, live, workflow_below
from tests.factories.surveys import (
    AFTER,
    BEFORE,
    TODAY,
    closed,
    instrument,
    office,
    opened,
    planned,
    staffed,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def test_plan_is_recorded_with_all_it_promises():
    asked = planned((8,), agreement="BV 12/2026", attributes=["site", "tenure"], minimum_group=8)

    assert asked.wave.state == "draft"
    assert asked.wave.is_simulated
    event = AuditEvent.objects.get(verb="wave.planned")
    assert event.actor == asked.office
    assert event.after == {
        "instrument": "AWT-16 1.0",
        "workflow": str(asked.wave.workflow.public_id),
        "redesign": str(asked.redesign.public_id),
        "opens": "2026-11-24",
        "closes": "2026-12-15",
        "minimum_group": 8,
        "asks_comment": True,
        "attributes": ["site", "tenure"],
        "contact": "dpo@example.test",
        "agreement": "BV 12/2026",
    }


def test_a_wave_of_today_is_opened_at_once_by_a_worker():
    asked = planned()

    job = Job.objects.get(name="surveys.open_wave")
    assert job.args == {"wave_id": asked.wave.pk}


def test_a_wave_of_tomorrow_waits():
    planned(opens_date=TODAY + DAY, closes_date=TODAY + 15 * DAY)

    assert not Job.objects.filter(name="surveys.open_wave").exists()


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMINISTRATOR, Role.WORKS_COUNCIL])
def test_nobody_but_the_program_office_plans(role):
    actor = PersonFactory()
    if role:
        RoleGrantFactory(person=actor, role=role)
    with pytest.raises(NotYours):
        planned(actor=actor)


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("closes_date", {"closes_date": TODAY + 9 * DAY}),
        ("closes_date", {"closes_date": TODAY + 29 * DAY}),
        ("closes_date", {"closes_date": TODAY - DAY}),
        ("opens_date", {"opens_date": TODAY + 800 * DAY, "closes_date": TODAY + 815 * DAY}),
        ("minimum_group", {"minimum_group": 4}),
        ("minimum_group", {"minimum_group": 0}),
        ("minimum_group", {"minimum_group": 101}),
        ("attributes", {"attributes": ["site", "job", "tenure", "function"]}),
        ("attributes", {"attributes": ["site", "site"]}),
        ("attributes", {"attributes": ["salary"]}),
        ("contact", {"contact": "   "}),
        ("contact", {"contact": "x" * 201}),
        ("agreement", {"agreement": "x" * 201}),
        ("", {"minimum_group": 7}),
    ],
)
def test_a_wrong_plan_names_its_field(field, wrong):
    with pytest.raises(WaveNotPossible) as refusal:
        planned(**wrong)
    assert refusal.value.field == field
    assert str(refusal.value)


@pytest.mark.parametrize("days", [10, 28])
def test_ten_to_twenty_eight_days(days):
    assert planned(closes_date=TODAY + days * DAY).wave.pk


def test_organisations_minimum_is_no_waves_to_lower(settings):
    settings.MINIMUM_GROUP = 8
    with pytest.raises(WaveNotPossible) as refusal:
        planned((9,), minimum_group=7)
    assert refusal.value.field == "minimum_group"
    assert planned((9,), minimum_group=8).wave.minimum_group == 8


def test_a_promise_that_is_missing_in_a_language_is_told_at_once(without_french):
    without_french(PROMISE[0])

    with pytest.raises(WaveNotPossible) as refusal:
        planned()

    assert str(refusal.value) == "The promise to those who answer is missing in a language: fr."


@pytest.mark.parametrize("part", ["text", "name"])
def test_a_questionnaire_without_a_translation_is_refused(part):
    instrument = Instrument.objects.get(code="AWT-16")
    rows = instrument.items if part == "text" else instrument.scales
    one = rows.first()
    setattr(one, part, getattr(one, part) | {"de": ""})
    one.save()

    with pytest.raises(WaveNotPossible, match="every language: de") as refusal:
        planned()

    assert refusal.value.field == "instrument"


def test_before_go_live_has_no_question_in_free_words():
    with pytest.raises(WaveNotPossible) as refusal:
        planned(code=BEFORE, asks_comment=True)
    assert refusal.value.field == "asks_comment"


def test_a_real_workflow_has_no_past():
    boss = PersonFactory()
    review = live(boss=boss, workflow=workflow_below(boss), live_at=NOON - 200 * DAY)
    staffed(review.redesign, (6,))
    with pytest.raises(WaveNotPossible) as refusal:
        operations.plan_wave(**plan(review.redesign, opens=TODAY - DAY))
    assert refusal.value.field == "opens_date"


def plan(redesign, *, opens=TODAY, code=AFTER):
    return {
        "actor": office(),
        "redesign": redesign,
        "instrument": instrument(code),
        "opens_date": opens,
        "closes_date": opens + 14 * DAY,
        "minimum_group": 5,
        "asks_comment": False,
        "attributes": [],
        "contact": "dpo",
        "agreement": "",
        "at": NOON,
    }


# --- its time -------------------------------------------------------------------------------------
def test_after_go_live_it_waits_thirty_days():
    with pytest.raises(WaveNotPossible) as refusal:
        planned(live_days_ago=29)
    assert refusal.value.field == "opens_date"
    assert "25 Nov" in str(refusal.value)
    assert planned(live_days_ago=30).wave.pk


def test_the_second_waits_ninety_days_and_later_ones_are_as_far_apart():
    asked = planned()

    def next_one(opens):
        return operations.plan_wave(**plan(asked.redesign, opens=opens) | {"actor": asked.office})

    live_day = TODAY - 30 * DAY
    with pytest.raises(WaveNotPossible) as refusal:
        next_one(live_day + 89 * DAY)
    assert refusal.value.field == "opens_date"
    second = next_one(live_day + 90 * DAY)
    with pytest.raises(WaveNotPossible):
        next_one(second.opens_date + 89 * DAY)
    assert next_one(second.opens_date + 90 * DAY).pk


def test_a_cancelled_one_counts_for_nothing():
    asked = planned()
    operations.cancel_wave(wave=asked.wave, actor=asked.office, reason="Strike", at=NOON)

    assert operations.plan_wave(**plan(asked.redesign)).pk


def test_two_surveys_of_a_workflow_never_meet():
    asked = planned()
    with pytest.raises(WaveNotPossible) as refusal:
        operations.plan_wave(**plan(asked.redesign, opens=asked.wave.closes_date))
    assert refusal.value.field == "opens_date"


def test_after_needs_a_live_redesign_and_before_one_that_is_not():
    review = in_review()
    staffed(review.redesign, (6,))
    with pytest.raises(WaveNotPossible) as refusal:
        operations.plan_wave(**plan(review.redesign))
    assert refusal.value.field == "instrument"
    assert operations.plan_wave(**plan(review.redesign, code=BEFORE)).pk

    gone = live()
    staffed(gone.redesign, (6,))
    with pytest.raises(WaveNotPossible):
        operations.plan_wave(**plan(gone.redesign, code=BEFORE))


# --- giving up ------------------------------------------------------------------------------------
def test_cancelled_with_a_reason():
    asked = planned()
    with pytest.raises(NoReasonGiven):
        operations.cancel_wave(wave=asked.wave, actor=asked.office, reason="  ", at=NOON)
    with pytest.raises(NotYours):
        operations.cancel_wave(wave=asked.wave, actor=asked.boss, reason="No", at=NOON)

    wave = operations.cancel_wave(wave=asked.wave, actor=asked.office, reason="Strike", at=NOON)

    assert wave.state == "cancelled"
    event = AuditEvent.objects.get(verb="wave.cancelled")
    assert (event.reason, event.actor) == ("Strike", asked.office)


@pytest.mark.parametrize("stage", [opened, closed])
def test_what_has_opened_is_not_cancelled(stage):
    asked = stage()
    with pytest.raises(NotPossibleNow):
        operations.cancel_wave(wave=asked.wave, actor=asked.office, reason="No", at=NOON)
