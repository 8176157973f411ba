"""Closing, reminding and what time does to waves."""

from datetime import timedelta

import pytest

from core.jobs import run_waiting
from core.models import AuditEvent, Job
from surveys import keys, operations
from surveys.errors import NoReasonGiven, NotPossibleNow, NotYours
from surveys.models import Ballot, Participation, Reminder, Wave
from surveys.operations import tending
from surveys.queries import about_rate
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import NOON
from tests.factories.surveys import TODAY, closed, opened, planned, released, send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def close(asked, reason="Enough", **fields):
    return operations.close_wave(
        **{"wave": asked.wave, "actor": asked.office, "reason": reason, "at": NOON} | fields
    )


# --- closing --------------------------------------------------------------------------------------
def test_closed_early_with_a_reason_and_for_good():
    asked = opened()

    wave = close(asked, " Everybody is here. ")

    assert (wave.state, wave.closed_early_by, wave.closed_date) == ("closed", asked.office, TODAY)
    assert wave.closed_early_reason == "Everybody is here."
    event = AuditEvent.objects.get(verb="wave.closed")
    assert (event.reason, event.actor) == ("Everybody is here.", asked.office)
    assert Job.objects.get(name="surveys.release_wave").args == {"wave_id": wave.pk}
    with pytest.raises(NotPossibleNow):
        close(asked)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_early_needs_a_reason_that_can_be_shown(reason):
    with pytest.raises(NoReasonGiven):
        close(opened(), reason)


def test_nobody_else_closes():
    asked = opened()
    for actor in (asked.boss, asked.team[0], asked.redesign.workflow.owner):
        with pytest.raises(NotYours):
            close(asked, actor=actor)


def test_a_draft_is_not_closed():
    with pytest.raises(NotPossibleNow):
        close(planned())


def test_scheduler_closes_after_the_last_day_only():
    asked = opened()
    tending.tend_waves(at=NOON + 21 * DAY)
    assert asked.fresh().state == "open"

    tending.tend_waves(at=NOON + 22 * DAY)

    wave = asked.fresh()
    assert (wave.state, wave.closed_date) == ("closed", TODAY + 22 * DAY)
    assert (wave.closed_early_by, wave.closed_early_reason) == (None, "")
    assert AuditEvent.objects.get(verb="wave.closed").actor is None


def test_scheduler_opens_what_is_due():
    asked = planned(opens_date=TODAY + DAY, closes_date=TODAY + 15 * DAY)
    tending.tend_waves(at=NOON)
    assert not Job.objects.filter(name="surveys.open_wave").exists()

    tending.tend_waves(at=NOON + DAY)
    tending.tend_waves(at=NOON + DAY)

    assert [job.args for job in Job.objects.filter(name="surveys.open_wave")] == [
        {"wave_id": asked.wave.pk}
    ]


@pytest.mark.parametrize("state", ["closed", "released", "too_few", "stopped"])
def test_what_was_left_half_done_is_asked_for_again(state):
    asked = closed() if state != "too_few" else opened()
    if state == "too_few":
        close(asked)
    if state != "closed":
        keys.made_for(asked.wave.public_id)
        from surveys.operations import releasing

        if state == "stopped":
            keys.destroy(asked.wave.public_id)
        releasing._count(asked.wave.pk)
    assert asked.fresh().state == state
    Job.objects.filter(name="surveys.release_wave").delete()

    tending.tend_waves(at=NOON)
    assert Job.objects.filter(name="surveys.release_wave").count() == 1
    run_waiting()

    assert asked.fresh().state in {"done", "too_few", "stopped"}
    assert not Ballot.objects.exists()
    assert keys.waves_with_a_key() == set()
    tending.tend_waves(at=NOON)
    assert not Job.objects.filter(name="surveys.release_wave", state="queued").exists()


def test_a_key_of_a_cancelled_wave_goes():
    asked = planned()
    keys.made_for(asked.wave.public_id)
    operations.cancel_wave(wave=asked.wave, actor=asked.office, reason="No", at=NOON)

    tending.tend_waves(at=NOON)
    run_waiting()

    assert keys.waves_with_a_key() == set()


# --- the share ------------------------------------------------------------------------------------
def answered(asked, count):
    for person in asked.team[:count]:
        send(asked, person)


@pytest.mark.parametrize(
    "invited, count, words",
    [
        (20, 0, "Up to 10% have answered"),
        (20, 2, "Up to 10% have answered"),
        (20, 13, "About 65% have answered"),
        (20, 19, "90% or more have answered"),
        (20, 20, "90% or more have answered"),
        (10, 5, "About 50% have answered"),
        (9, 5, None),
    ],
)
def test_share_is_said_in_steps_of_five(invited, count, words):
    asked = opened((invited,))
    answered(asked, count)

    tending.count_answered(at=NOON + DAY)

    assert about_rate(asked.fresh()) == words


def test_share_stays_for_the_day_whatever_comes_in():
    asked = opened((20,))
    assert about_rate(asked.fresh()) is None
    tending.count_answered(at=NOON)
    assert about_rate(asked.fresh()) is None  # not on the first day: it has hardly begun
    answered(asked, 10)
    tending.count_answered(at=NOON + DAY)
    answered_then = about_rate(asked.fresh())
    for person in asked.team[10:]:
        send(asked, person)

    assert about_rate(asked.fresh()) == answered_then == "About 50% have answered"


def test_nothing_of_the_share_is_left_after_closing():
    asked = opened((20,))
    answered(asked, 10)
    tending.count_answered(at=NOON + DAY)

    wave = close(asked)

    assert wave.answered_percent is None
    assert about_rate(wave) is None


# --- reminders ------------------------------------------------------------------------------------
def remind(asked, days=0, **fields):
    facts = {"wave": asked.wave, "actor": asked.office, "at": NOON + days * DAY}
    return operations.remind(**facts | fields)


def test_two_reminders_three_days_apart():
    asked = opened()

    first = remind(asked)
    assert (first.started_by, first.started_date) == (asked.office, TODAY)
    for days in (0, 1, 2):
        with pytest.raises(NotPossibleNow):
            remind(asked, days)
    remind(asked, 3)
    with pytest.raises(NotPossibleNow):
        remind(asked, 10)
    assert [job.args for job in Job.objects.filter(name="surveys.tell_unanswered")] == [
        {"wave_id": asked.wave.pk, "number": 1},
        {"wave_id": asked.wave.pk, "number": 2},
    ]
    assert {str(event.after) for event in AuditEvent.objects.filter(verb="wave.reminded")} == {
        "{'number': 1}",
        "{'number': 2}",
    }


@pytest.mark.parametrize("stage", [planned, closed])
def test_no_reminder_but_of_an_open_wave(stage):
    with pytest.raises(NotPossibleNow):
        remind(stage())


def test_no_reminder_after_the_last_day():
    with pytest.raises(NotPossibleNow):
        remind(opened(), 22)


def test_nobody_else_reminds():
    asked = opened()
    for actor in (asked.boss, PersonFactory()):
        with pytest.raises(NotYours):
            remind(asked, actor=actor)
    assert not Reminder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_reminders_at_once_are_one(run_together):
    asked = opened()

    outcomes = run_together(lambda: remind(asked), lambda: remind(asked))

    assert sorted(type(one).__name__ for one in outcomes) == ["NotPossibleNow", "Reminder"]


# --- forgetting -----------------------------------------------------------------------------------
def test_who_was_invited_is_forgotten_after_ninety_days():
    asked = released()
    tending.forget_old_answers(at=NOON + 89 * DAY)
    assert Participation.objects.filter(wave=asked.wave).count() == 6

    tending.forget_old_answers(at=NOON + 90 * DAY)
    tending.forget_old_answers(at=NOON + 91 * DAY)

    assert not Participation.objects.exists()
    assert AuditEvent.objects.filter(verb="wave.invited_deleted").count() == 1


def test_an_open_wave_forgets_nobody():
    asked = opened()
    tending.forget_old_answers(at=NOON + 400 * DAY)
    assert Participation.objects.filter(wave=asked.wave).count() == 6


def test_one_workflow_has_one_open_wave():
    """The draft of the next one waits until the one before is counted."""
    asked = closed()
    draft = planned()
    Wave.objects.filter(pk=draft.wave.pk).exists()
    fields = {f.attname: getattr(asked.wave, f.attname) for f in Wave._meta.concrete_fields}
    from core.ids import uuid7

    fields |= {
        "id": None,
        "public_id": uuid7(),
        "state": "draft",
        "public_key": None,
        "closed_date": None,
        "closed_early_by_id": None,
        "closed_early_reason": "",
    }
    [second] = Wave.objects.bulk_create([Wave(**fields)])
    operations.open_wave(wave=second, at=NOON)
    assert Wave.objects.get(pk=second.pk).state == "draft"

    operations.release(wave=asked.wave, at=NOON)
    operations.open_wave(wave=second, at=NOON)

    assert Wave.objects.get(pk=second.pk).state == "open"
