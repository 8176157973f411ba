from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from core.choices import JobState
from core.jobs.working import run_waiting
from core.models import AuditEvent, Job
from people.choices import Role
from tests.factories.people import RoleGrantFactory
from tests.factories.sign_offs import NOON, in_review, sign, some_policy
from workflows.choices import Verdict
from workflows.operations import approval, notify
from workflows.operations.redesigns import revise

pytestmark = pytest.mark.django_db


def test_signers_are_told_once_in_plain_text_with_a_link_that_only_opens_the_page():
    review = in_review()

    notify.tell_signers(route_id=review.route.pk)
    notify.tell_signers(route_id=review.route.pk)

    assert [message.to for message in mail.outbox] == [[review.boss.email]]
    assert f"/sign-offs/{review.redesign.public_id}/" in mail.outbox[0].body
    assert "token" not in mail.outbox[0].body
    assert review.redesign.current_revision.summary in mail.outbox[0].body
    assert AuditEvent.objects.filter(verb="mail.sent").count() == 1


def test_only_those_whose_turn_it_is_are_told():
    review = in_review(gxp=True)
    notify.tell_signers(route_id=review.route.pk)
    sign(review, review.quality)
    notify.tell_signers(route_id=review.route.pk)

    assert [message.to for message in mail.outbox] == [[review.quality.email], [review.boss.email]]


def test_a_line_break_in_a_name_makes_no_second_header():
    review = in_review()
    workflow = review.redesign.workflow
    workflow.name = "Batch\nBcc: everybody@example.test"
    workflow.save()

    notify.tell_signers(route_id=review.route.pk)

    assert mail.outbox[0].subject == "Please sign: Batch Bcc: everybody@example.test"


def test_a_decline_reaches_the_proposer_and_those_who_signed_before():
    review = in_review(gxp=True)
    sign(review, review.quality)
    sign(review, review.boss, Verdict.REJECTED, comment="Not in this quarter")

    notify.tell_proposer(route_id=review.route.pk)

    proposer = review.redesign.proposer
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [proposer.email, review.quality.email]
    )
    assert "Not in this quarter" in mail.outbox[0].body


def test_withdrawal_tells_those_who_were_asked():
    review = in_review()
    approval.withdraw_redesign(
        redesign=review.redesign, actor=review.redesign.proposer, reason="Later", at=NOON
    )

    notify.tell_signers(route_id=review.route.pk)
    notify.tell_signers_closed(route_id=review.route.pk)

    assert [message.to for message in mail.outbox] == [[review.boss.email]]


def test_lock_and_orphan_tell_the_right_people():
    review = in_review()
    administrator = RoleGrantFactory(role=Role.ADMINISTRATOR).person
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person

    notify.tell_signing_locked(person_id=review.boss.pk, at=NOON)
    notify.tell_orphaned(step_id=review.step("line_manager").pk, day="2026-11-24")

    assert [message.to[0] for message in mail.outbox] == [
        review.boss.email,
        administrator.email,
        office.email,
    ]


class Refusing(EmailBackend):
    """Keeps what it can send, and refuses one address."""

    refused = ""

    def send_messages(self, messages):
        if any(self.refused in message.to for message in messages):
            raise SMTPRecipientsRefused({self.refused: (550, b"no such user")})
        return super().send_messages(messages)


def test_an_address_that_fails_stops_no_other_and_nobody_is_told_twice(settings, monkeypatch):
    signers = [RoleGrantFactory(role=Role.QUALITY).person for _one in range(4)]
    review = in_review(gxp=True, quality=signers[0])
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    monkeypatch.setattr(Refusing, "refused", signers[1].email)

    for _attempt in range(3):
        Job.objects.filter(name="workflows.tell_signers").update(run_after=None)
        run_waiting()

    told = [signers[0].email, signers[2].email, signers[3].email]
    assert [message.to[0] for message in mail.outbox] == told
    job = Job.objects.get(name="workflows.tell_signers", args__route_id=review.route.pk)
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert AuditEvent.objects.filter(verb="mail.sent").count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_remembered_before_the_next_one_is_sent(settings, monkeypatch):
    """A job that dies in the middle repeats none of the mails it sent."""
    some_policy()
    signers = [RoleGrantFactory(role=Role.QUALITY).person for _one in range(2)]
    in_review(gxp=True, quality=signers[0])
    kept = []
    monkeypatch.setattr(
        EmailMessage,
        "send",
        lambda message: kept.append((message.to[0], seen_by_others("mail.sent"))),
    )

    run_waiting()

    assert kept == [(signers[0].email, 0), (signers[1].email, 1)]


def seen_by_others(verb):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_auditevent WHERE verb = %s", [verb])
            return cursor.fetchone()[0]
    finally:
        other.close()


def test_a_revision_tells_those_who_signed_and_those_who_were_asked():
    review = in_review(gxp=True)
    run_waiting()
    sign(review, review.quality)
    run_waiting()
    mail.outbox.clear()

    revise(redesign=review.redesign, actor=review.redesign.proposer, at=NOON)
    run_waiting()

    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [review.quality.email, review.boss.email]
    )
    assert {message.subject for message in mail.outbox} == {
        f"Being revised: {review.redesign.workflow.name}"
    }
    assert "do not count for the new revision" in mail.outbox[0].body


def test_a_revision_is_no_news_to_those_who_were_not_asked_yet():
    review = in_review(gxp=True)
    revise(redesign=review.redesign, actor=review.redesign.proposer, at=NOON)

    run_waiting()

    assert [message.to[0] for message in mail.outbox] == [review.quality.email]
