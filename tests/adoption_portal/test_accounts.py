"""A locked signature locks the door too (21 CFR 11.300(d))."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.context import Surroundings, within
from core.models import AuditEvent
from tests.factories.people import PASSWORD
from tests.factories.sign_offs import credentials_of, in_review
from workflows.errors import NotPresent, SigningLocked
from workflows.operations import presence

pytestmark = pytest.mark.django_db


DESK, ELSEWHERE = "192.0.2.1", "203.0.113.9"


def at_the_desk():
    return within(Surroundings(remote_addr=DESK))


@pytest.fixture
def guessed():
    """Somebody whose signature was guessed at five times."""
    review = in_review()
    for _ in range(presence.BAD_TRIES):
        with at_the_desk(), pytest.raises((NotPresent, SigningLocked)):
            presence.prove_presence(
                actor=review.boss,
                redesign=review.redesign,
                credentials=credentials_of(review.boss, "a guess"),
            )
    return review.boss


def sign_in(client, person, password=PASSWORD, address=DESK):
    typed = {"login": person.email, "password": password}
    return client.post("/account/login/", typed, REMOTE_ADDR=address)


def test_five_wrong_tries_at_signing_lock_signing_in(client, guessed):
    response = sign_in(client, guessed)

    assert response.status_code == 200
    assert "locked from here for 15 minutes" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(verb="person.sign_in_refused").count() == 1


def test_a_stranger_with_a_wrong_password_learns_nothing_of_the_lock(client, guessed):
    response = sign_in(client, guessed, "not the password")

    assert "locked" not in response.content.decode()


def test_the_door_opens_again_by_itself(client, guessed, monkeypatch):
    monkeypatch.setattr(presence, "LOCKED_FOR", timedelta(0))

    response = sign_in(client, guessed)

    assert (response.status_code, response["Location"]) == (302, reverse("home"))


def test_guesses_at_a_signature_elsewhere_lock_no_door_here(client, guessed):
    assert sign_in(client, guessed, address=ELSEWHERE).status_code == 302


def test_somebody_else_signs_in_meanwhile(client, guessed):
    other = in_review().boss

    assert sign_in(client, other).status_code == 302
