"""Mails of a wave: to whom, in which words, and that nothing remembers who had not answered."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from core.jobs import run_waiting
from core.models import AuditEvent, Job
from surveys import operations
from surveys.models import Mailing
from surveys.operations import closing, mailing
from tests.factories.people import OrgUnitFactory, PersonFactory
from tests.factories.sign_offs import NOON
from tests.factories.surveys import BEFORE, TODAY, closed, opened, released, send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    mail.outbox = []


def got():
    return sorted(message.to[0] for message in mail.outbox)


def addresses(people):
    return sorted(person.email for person in people)


def test_everybody_invited_is_asked_once():
    asked = opened((25,))  # more than a batch

    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)
    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)

    assert got() == addresses(asked.team)
    letter = mail.outbox[0]
    assert asked.wave.workflow.name in letter.subject
    assert f"http://testserver/surveys/{asked.wave.public_id}/\n" in letter.body
    assert "two to three minutes, until 15 Dec" in letter.body
    assert "Your name is not stored with your answers." in letter.body


def test_who_has_no_address_or_has_left_gets_none():
    asked = opened((7,))
    asked.team[0].email = None
    asked.team[0].save()
    asked.team[1].is_active = asked.team[1].signing_enabled = False
    asked.team[1].save()

    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)

    assert got() == addresses(asked.team[2:])


def test_letters_are_in_the_readers_language():
    asked = opened((6,))
    asked.team[0].language = "de"
    asked.team[0].save()

    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)

    [letter] = [one for one in mail.outbox if one.to == [asked.team[0].email]]
    assert "15. Dez" in letter.body


def test_before_go_live_it_takes_less_than_a_minute():
    asked = opened(code=BEFORE)
    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)
    assert "less than a minute" in mail.outbox[0].body


def test_reminder_goes_to_who_has_not_answered_and_is_remembered_of_nobody():
    asked = opened((25,))
    for person in asked.team[:20]:
        send(asked, person)
    operations.remind(wave=asked.wave, actor=asked.office, at=NOON)

    mailing.tell_unanswered(wave_id=asked.wave.pk, number=1, at=NOON)
    mailing.tell_unanswered(wave_id=asked.wave.pk, number=1, at=NOON)

    assert got() == addresses(asked.team[20:])
    ids = {str(one) for person in asked.team for one in (person.public_id, person.email)}
    kept = [str(row) for model in (AuditEvent, Job) for row in model.objects.values()]
    assert not any(one in row for one in ids for row in kept)
    # As far as everybody was looked at; the same whoever of them was sent one.
    [row] = Mailing.objects.filter(kind="reminder").values("number", "through_person")
    assert row == {"number": 1, "through_person": max(person.pk for person in asked.team)}


def test_a_late_letter_is_not_sent():
    asked = opened()
    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON + 22 * DAY)
    mailing.tell_unanswered(wave_id=asked.wave.pk, number=1, at=NOON + 22 * DAY)
    assert mail.outbox == []


def test_team_and_managers_hear_of_the_result_the_same_day():
    asked = released((6, 6))
    OrgUnitFactory(head=PersonFactory())

    mailing.tell_results(wave_id=asked.wave.pk)
    mailing.tell_results(wave_id=asked.wave.pk)

    heads = {unit.head for unit in asked.units} | {asked.wave.workflow.unit.head}
    assert got() == addresses([*asked.team, *heads])
    letter = mail.outbox[0]
    assert letter.subject.startswith("The result is there")
    assert "closed early: Everybody has answered." in letter.body


def test_a_reason_of_the_portal_itself_is_told_in_the_readers_language(german_reasons):
    asked = opened((6,))
    asked.team[0].language = "de"
    asked.team[0].save()
    operations.close_lost_wave(wave=asked.wave, at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    mailing.tell_results(wave_id=asked.wave.pk)

    bodies = {letter.to[0]: letter.body for letter in mail.outbox}
    assert f": {german_reasons[closing.KEY_LOST]}\n" in bodies[asked.team[0].email]
    assert (
        "The survey was closed early: The key of this survey is gone.\n"
        in (bodies[asked.team[1].email])
    )


def test_the_reason_of_the_office_stays_in_its_words(german_reasons):
    asked = opened((6,))
    asked.team[0].language = "de"
    asked.team[0].save()
    operations.close_wave(wave=asked.wave, actor=asked.office, reason=closing.WENT_LIVE, at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    mailing.tell_results(wave_id=asked.wave.pk)

    [letter] = [one for one in mail.outbox if one.to == [asked.team[0].email]]
    assert f": {closing.WENT_LIVE}\n" in letter.body


def test_office_hears_when_it_could_not_be_counted():
    from surveys import keys

    asked = closed((6,))
    keys.destroy(asked.wave.public_id)
    operations.release(wave=asked.wave, at=NOON)

    mailing.tell_results(wave_id=asked.wave.pk)

    assert asked.office.email in got()
    assert {letter.subject.split(":")[0] for letter in mail.outbox} == {"No result"}


def test_too_few_answers_are_told_without_a_number():
    asked = opened((6,))
    send(asked, asked.team[0])
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Strike", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    mailing.tell_results(wave_id=asked.wave.pk)

    assert {letter.subject.split(":")[0] for letter in mail.outbox} == {"Too few answers"}
    assert asked.office.email not in got()
    text = mail.outbox[0].body.replace(str(asked.wave.public_id), "")
    assert not any(sign.isdigit() for sign in text)


class Picky(EmailBackend):
    """Refuses one address, or is away for everybody."""

    refuses, away = "", False

    def send_messages(self, messages):
        if Picky.away:
            raise smtplib.SMTPServerDisconnected
        for message in messages:
            if message.to == [Picky.refuses]:
                raise smtplib.SMTPRecipientsRefused({Picky.refuses: (550, b"unknown")})
        return super().send_messages(messages)


@pytest.fixture
def picky(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    Picky.refuses, Picky.away = "", False
    return Picky


def test_one_refused_address_stops_no_other_and_is_logged_of_nobody(picky, caplog):
    asked = opened((6,))
    picky.refuses = asked.team[2].email

    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)

    assert got() == addresses(person for person in asked.team if person != asked.team[2])
    assert picky.refuses not in caplog.text
    assert "SMTPRecipientsRefused" in caplog.text


def test_server_that_is_away_is_tried_again_by_the_job(picky):
    asked = opened((6,))
    picky.away = True
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)
    assert mail.outbox == []

    picky.away = False
    mailing.tell_invited(wave_id=asked.wave.pk, at=NOON)

    assert got() == addresses(asked.team)


def test_jobs_ring_the_same_bells():
    """Everything a wave asks for by name runs as a job; nothing fails for want of an argument."""
    asked = opened((6,), opens_date=TODAY)
    operations.remind(wave=asked.wave, actor=asked.office, at=NOON)
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)

    run_waiting()

    states = dict(Job.objects.filter(name__startswith="surveys.").values_list("name", "state"))
    assert set(states.values()) == {"done"}, states
    assert set(states) == {
        "surveys.open_wave",
        "surveys.tell_invited",
        "surveys.tell_unanswered",
        "surveys.release_wave",
        "surveys.tell_results",
    }
