import pytest
from django.core import mail

from core.models import AuditEvent
from people.choices import Role
from tests.factories.people import RoleGrantFactory
from tests.factories.sign_offs import NOON, in_review, sign
from workflows.choices import Verdict
from workflows.operations import approval, notify

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
