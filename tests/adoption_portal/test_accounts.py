"""One lock for signing, signing in and a new password (21 CFR 11.300(d)), and who changed which."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.core.context import request_context
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from adoption_portal import accounts
from adoption_portal.accounts import PortalAdapter
from core.context import Surroundings, within
from core.models import AuditEvent, Job
from people.models import Person
from people.operations.passwords import mail_password_reset
from tests.factories.people import PASSWORD, PersonFactory
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


# --- a new password -----------------------------------------------------------------------------
NEW = "another calm long one"


def change(client, old, address=DESK):
    """As often as wanted: the limit of calls per minute is another one."""
    cache.clear()
    typed = {"oldpassword": old, "password1": NEW, "password2": NEW}
    return client.post("/account/password/change/", typed, REMOTE_ADDR=address)


@pytest.fixture
def person(client):
    person = PersonFactory(email="mara@example.org")
    client.force_login(person)
    return person


def verbs():
    told = AuditEvent.objects.exclude(verb__startswith="person.sign").order_by("pk")
    return [(event.verb, event.actor, event.subject_id) for event in told]


def test_five_wrong_old_passwords_lock_the_right_one_out(client, person):
    said = [change(client, "a guess").content.decode() for _ in range(5)]
    refused = change(client, PASSWORD)

    assert ["type your current password" in text for text in said] == [True] * 4 + [False]
    assert "locked from here for 15 minutes" in said[4]
    assert "locked from here for 15 minutes" in refused.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    who = (person, str(person.public_id))
    assert verbs() == [("person.password_refused", *who)] * 5 + [("signing.locked", *who)]
    assert [job.name for job in Job.objects.all()] == ["workflows.tell_signing_locked"]


def test_wrong_old_passwords_and_guesses_at_a_signature_are_one_count(client):
    review = in_review()
    client.force_login(review.boss)
    for _ in range(4):
        change(client, "a guess")

    with at_the_desk(), pytest.raises(SigningLocked):
        presence.prove_presence(
            actor=review.boss,
            redesign=review.redesign,
            credentials=credentials_of(review.boss, "a guess"),
        )
    assert change(client, PASSWORD).status_code == 200
    assert sign_in(Client(), review.boss).status_code == 200


def test_wrong_old_passwords_elsewhere_lock_nobody_out_here(client, person):
    for _ in range(5):
        change(client, "a guess", address=ELSEWHERE)

    assert change(client, PASSWORD).status_code == 302


def test_wrong_tries_at_the_same_moment_are_all_counted(transactional_db, run_together):
    person = PersonFactory()

    def guess():
        with at_the_desk(), pytest.raises((NotPresent, SigningLocked)):
            presence.prove_password(actor=person, password="a guess")

    run_together(*[guess] * 6)

    told = list(AuditEvent.objects.values_list("verb", flat=True))
    assert (told.count("person.password_refused"), told.count("signing.locked")) == (5, 1)


def test_a_new_password_is_written_down_and_the_session_goes_on(client, person):
    assert change(client, PASSWORD).status_code == 302

    person.refresh_from_db()
    assert person.check_password(NEW)
    assert verbs() == [("person.password_changed", person, str(person.public_id))]
    assert client.get("/account/").status_code == 200


def test_a_password_changed_meanwhile_takes_no_other_field_along(client, person):
    """The row is read anew: who was blocked a moment ago stays so."""
    stale = Person.objects.get(pk=person.pk)
    Person.objects.update(is_active=False, signing_enabled=False)

    request = RequestFactory().post("/")
    request.user = stale
    with request_context(request):
        PortalAdapter().set_password(stale, NEW)

    person.refresh_from_db()
    assert (person.is_active, person.check_password(NEW)) == (False, True)


def test_a_reset_is_written_down_without_an_actor_and_opens_the_door(client):
    person = PersonFactory(email="mara@example.org")
    for _miss in range(11):
        refused = sign_in(client, person, "not this one at all")
    assert "Too many" in refused.content.decode()

    mail_password_reset(person_id=person.pk)
    path = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    form = client.get(path, REMOTE_ADDR=DESK)["Location"]
    client.post(form, {"password1": NEW, "password2": NEW}, REMOTE_ADDR=DESK)

    assert verbs() == [("person.password_reset", None, str(person.public_id))]
    assert sign_in(client, person, NEW).status_code == 302


def test_no_other_page_takes_a_guess(client, person):
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/account/")


# --- one account guessed at from many places --------------------------------------------------------
@pytest.fixture
def seven_a_day(monkeypatch):
    cache.clear()
    monkeypatch.setattr(accounts, "MISSES_A_DAY", 7)


def miss_from_many_places(client, email, times=7):
    for place in range(times):
        typed = {"login": email, "password": "not this one at all"}
        client.post("/account/login/", typed, REMOTE_ADDR=f"198.51.100.{place}")


def test_guesses_from_many_places_reach_a_limit_and_are_told(client, seven_a_day):
    person = PersonFactory(email="mara@example.org")

    miss_from_many_places(client, "Mara@example.org", 9)
    refused = sign_in(client, person)

    assert "Too many" in refused.content.decode()
    assert "_auth_user_id" not in client.session
    told = AuditEvent.objects.get(verb="person.sign_in_limit_reached")
    assert (told.actor, told.subject_id) == (None, str(person.public_id))


def test_below_the_limit_the_right_password_opens(client, seven_a_day):
    person = PersonFactory(email="mara@example.org")

    miss_from_many_places(client, person.email, 6)

    assert sign_in(client, person).status_code == 302


def test_strangers_shut_nobody_out_of_where_they_signed_in_of_late(client, seven_a_day):
    person = PersonFactory(email="mara@example.org")
    sign_in(client, person)
    client.post("/account/logout/")

    miss_from_many_places(client, person.email)

    assert sign_in(client, person).status_code == 302
    assert sign_in(Client(), person, address=ELSEWHERE).status_code == 200


def test_limit_reads_the_same_for_who_is_unknown(client, seven_a_day):
    miss_from_many_places(client, "nobody@example.org")

    refused = sign_in(client, PersonFactory.build(email="nobody@example.org"))

    assert "Too many" in refused.content.decode()


def test_limit_ends_with_the_day_or_a_new_password(client, seven_a_day):
    person = PersonFactory(email="mara@example.org")
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        miss_from_many_places(client, person.email)
        assert sign_in(client, person).status_code == 200
    with time_machine.travel("2026-11-26T12:00:00Z", tick=False):
        assert sign_in(Client(), person).status_code == 302

        miss_from_many_places(client, "jo@example.org")
        other = PersonFactory(email="jo@example.org")
        request = RequestFactory().post("/", REMOTE_ADDR=DESK)
        request.user = AnonymousUser()
        with request_context(request):
            PortalAdapter().set_password(other, PASSWORD)
        assert sign_in(Client(), other).status_code == 302


def test_limit_is_far_from_mistyping():
    assert accounts.MISSES_A_DAY == 200
