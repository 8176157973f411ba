"""Being there at the moment of signing: what a proof is good for, and when nobody is believed."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from core.context import Surroundings, within
from core.errors import Forbidden
from core.models import AuditEvent, Job
from tests.factories.people import PASSWORD as TYPED
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import NOON, credentials_of, in_review, sign
from workflows.choices import RedesignState, Verdict
from workflows.errors import NotPresent, SigningLocked
from workflows.models import Decision, Reauthentication
from workflows.operations import approval, presence
from workflows.operations.presence import PASSWORD, SIMULATED, Proof, prove_password, prove_presence

pytestmark = pytest.mark.django_db


def proof_of(person, **changes):
    usual = Proof(person.pk, PASSWORD, "0" * 64, datetime.now(UTC))
    return replace(usual, **changes)


def sign_with(review, proof, person=None):
    return approval.sign(
        redesign=review.redesign,
        actor=person or review.boss,
        said=approval.Said(Verdict.APPROVED, "", review.sha256, uuid4()),
        proof=proof,
        at=NOON,
    )


def guess(review, times):
    for _ in range(times):
        with pytest.raises((NotPresent, SigningLocked)):
            prove_presence(
                actor=review.boss,
                redesign=review.redesign,
                credentials=credentials_of(review.boss, "a guess"),
            )


def test_a_proof_is_kept_with_person_session_content_and_verdict():
    review = in_review()

    decision = sign(review, review.boss, Verdict.REJECTED)

    proof = Reauthentication.objects.get(decision=decision)
    session = hashlib.sha256(b"session-of-the-test").hexdigest()
    assert (proof.person, proof.session_sha256) == (review.boss, session)
    assert (proof.content_sha256, proof.verdict) == (review.sha256, Verdict.REJECTED)
    assert abs(proof.proved_at - decision.decided_at) < timedelta(seconds=60)


def test_a_proof_is_good_for_one_signature():
    first = in_review()
    second = in_review(boss=first.boss)
    proof = proof_of(first.boss)
    sign_with(first, proof)

    with pytest.raises(NotPresent, match="one signature"):
        sign_with(second, proof)

    assert Decision.objects.count() == 1
    second.redesign.refresh_from_db()
    assert second.redesign.state == RedesignState.IN_REVIEW


def test_the_database_takes_no_nonce_twice_and_no_second_proof_of_a_decision():
    review = in_review()
    decision = sign(review, review.boss)
    columns = "nonce, person_id, session_sha256, content_sha256, verdict, method, proved_at"
    copied = columns.removeprefix("nonce, ")
    for nonce, rule in (
        ("nonce", "workflows_reauthentication_nonce_key"),
        ("gen_random_uuid()", "workflows_reauthentication_decision_id_key"),
    ):
        with (
            pytest.raises(IntegrityError) as refused,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"INSERT INTO workflows_reauthentication ({columns}, decision_id) "
                f"SELECT {nonce}, {copied}, decision_id FROM workflows_reauthentication "
                "WHERE decision_id = %s",
                [decision.pk],
            )
        assert refused.value.__cause__.diag.constraint_name == rule


@pytest.mark.parametrize("seconds", [-61, -3600, 61])
def test_a_proof_of_more_than_a_minute_away_is_refused(seconds):
    review = in_review()
    moment = datetime.now(UTC) + timedelta(seconds=seconds + (5 if seconds > 0 else 0))

    with pytest.raises(NotPresent, match="more than a minute"):
        sign_with(review, proof_of(review.boss, proved_at=moment))

    assert not Decision.objects.exists()


def test_a_proof_of_half_a_minute_ago_is_enough():
    review = in_review()
    half = datetime.now(UTC) - timedelta(seconds=30)

    assert sign_with(review, proof_of(review.boss, proved_at=half)).verdict == Verdict.APPROVED


def test_the_proof_of_somebody_else_is_refused():
    review = in_review()

    with pytest.raises(Forbidden):
        sign_with(review, proof_of(PersonFactory()))


def test_a_simulated_proof_is_no_proof_on_a_real_workflow():
    review = in_review()

    with pytest.raises(NotPresent):
        sign_with(review, proof_of(review.boss, method=SIMULATED))


def test_a_password_alone_does_not_reach_two_components():
    review = in_review(gxp=True)

    with pytest.raises(NotPresent, match="user id and your password"):
        sign_with(review, proof_of(review.quality), review.quality)


def test_a_proof_leaves_an_older_hash_as_it_is(settings):
    """A new hash would end the very session in which the password was asked for."""
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    person = PersonFactory()
    before = person.password

    prove_password(actor=person, password=TYPED)

    person.refresh_from_db()
    assert person.password == before


def test_four_guesses_lock_nothing_and_the_right_password_still_signs():
    review = in_review()
    guess(review, 4)

    assert sign(review, review.boss).verdict == Verdict.APPROVED
    assert not AuditEvent.objects.filter(verb=presence.LOCKED).exists()


def test_the_lock_counts_from_the_last_guess(monkeypatch):
    """The first of the five leaves the fifteen minutes; the lock stays for all of its own."""
    review = in_review()
    guess(review, 5)
    monkeypatch.setattr(presence, "TRIES_WITHIN", timedelta(0))

    with pytest.raises(SigningLocked):
        sign(review, review.boss)


def test_the_lock_ends_by_itself(monkeypatch):
    review = in_review()
    guess(review, 5)
    monkeypatch.setattr(presence, "LOCKED_FOR", timedelta(0))

    assert sign(review, review.boss).verdict == Verdict.APPROVED


def test_guesses_that_are_far_apart_lock_nothing(monkeypatch):
    review = in_review()
    guess(review, 4)
    monkeypatch.setattr(presence, "TRIES_WITHIN", timedelta(0))
    guess(review, 3)

    assert not presence.is_locked(review.boss)


def test_the_guesses_at_one_person_lock_nobody_else():
    review = in_review(gxp=True)
    guess(review, 5)

    assert presence.is_locked(review.boss)
    assert not presence.is_locked(review.quality)
    assert sign(review, review.quality).verdict == Verdict.APPROVED


HERE, THERE = (Surroundings(remote_addr=address) for address in ("192.0.2.1", "203.0.113.9"))


def test_guesses_elsewhere_lock_no_signature_here():
    review = in_review()
    with within(THERE):
        guess(review, 6)
        assert presence.is_locked(review.boss)

    with within(HERE):
        assert not presence.is_locked(review.boss)
        assert sign(review, review.boss).verdict == Verdict.APPROVED


def test_guesses_here_and_there_are_not_added_up():
    review = in_review()
    with within(THERE):
        guess(review, 4)
    with within(HERE):
        guess(review, 4)

        assert sign(review, review.boss).verdict == Verdict.APPROVED


def test_five_guesses_here_lock_the_signature_here():
    review = in_review()
    with within(HERE):
        guess(review, 5)

        with pytest.raises(SigningLocked):
            sign(review, review.boss)


def test_addresses_of_one_ipv6_network_are_one_place():
    review = in_review()
    for tail in range(1, 6):
        with within(Surroundings(remote_addr=f"2001:db8:0:1::{tail}")):
            guess(review, 1)

    with within(Surroundings(remote_addr="2001:db8:0:1:ffff::1")):
        assert presence.is_locked(review.boss)
    with within(Surroundings(remote_addr="2001:db8:0:2::1")):
        assert not presence.is_locked(review.boss)


def test_one_lock_is_told_and_written_down_once():
    review = in_review()

    guess(review, 7)

    assert Job.objects.filter(name="workflows.tell_signing_locked").count() == 1
    assert AuditEvent.objects.filter(verb=presence.REFUSED).count() == 5
