"""A request of erasure: the invitation goes, at once or when its survey has ended."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEvent, Job
from surveys import operations
from surveys.models import Participation, Response
from surveys.operations.erasing import erase_invitations
from tests.factories.sign_offs import NOON
from tests.factories.surveys import opened, released, send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def erase(person, at=NOON):
    return erase_invitations(person=person, actor=None, reason="Asked by letter", at=at)


def test_ended_survey_forgets_who_asks_and_keeps_the_answer():
    asked = released()

    assert erase(asked.team[0]) == []

    assert not Participation.objects.filter(person=asked.team[0]).exists()
    assert Participation.objects.count() == 5
    assert Response.objects.count() == 6
    event = AuditEvent.objects.get(verb="person.invitations_deleted")
    assert (event.reason, event.subject_id) == (
        "Asked by letter",
        str(asked.team[0].public_id),
    )


def test_open_survey_waits_for_its_counts():
    asked = opened()
    for person in asked.team:
        send(asked, person)

    assert erase(asked.team[0]) == [asked.wave]
    job = Job.objects.get(name="surveys.erase_invitations")
    assert job.run_after == NOON + 22 * DAY
    operations.close_wave(wave=asked.wave, actor=None, reason="", at=NOON + 22 * DAY)
    operations.release(wave=asked.wave, at=NOON + 22 * DAY)
    assert asked.fresh().state == "done"

    assert erase(asked.team[0], at=NOON + 22 * DAY) == []
    assert not Participation.objects.filter(person=asked.team[0]).exists()


def test_command_says_what_it_did(capsys):
    asked = opened()

    call_command("erase_invitations", asked.team[0].email, "--reason", "Letter")

    out = capsys.readouterr().out
    assert "AWT-16 1.0 2026-11-24 has not ended" in out
    for wrong in (["nobody@example.test", "--reason", "x"], [asked.team[0].email, "--reason", " "]):
        with pytest.raises(CommandError):
            call_command("erase_invitations", *wrong)
