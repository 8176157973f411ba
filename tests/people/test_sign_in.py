"""The one door: the same words for everybody who is not let in, and no way to somewhere else."""

import re
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from tests.factories.people import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def person():
    return PersonFactory(email="mara@example.org")


def sign_in(client, email="mara@example.org", password=PASSWORD, **more):
    address = more.pop("address", "192.0.2.1")
    return client.post(
        more.pop("path", LOGIN), {"login": email, "password": password, **more}, REMOTE_ADDR=address
    )


def words(answer):
    """The page without what was typed and the form's token."""
    text = answer.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(r"[\w.]+@example\.org", "", text)


def test_unknown_wrong_and_inactive_read_the_same(client, person):
    PersonFactory(email="left@example.org", is_active=False)
    PersonFactory(email="nopassword@example.org", password="!")

    wrong = sign_in(client, password="not this one at all")
    unknown = sign_in(client, "nobody@example.org")
    inactive = sign_in(client, "left@example.org", "not this one at all")
    without = sign_in(client, "nopassword@example.org")

    assert wrong.status_code == unknown.status_code == 200
    assert words(wrong) == words(unknown) == words(inactive) == words(without)
    assert "are not correct" in words(wrong)


def test_address_is_taken_in_any_case(client, person):
    assert sign_in(client, "MARA@Example.org").status_code == 302


def test_sign_in_gives_a_new_session_key(client, person):
    client.cookies["portal"] = "planted0planted0planted0planted0"
    sign_in(client)

    assert client.cookies["portal"].value != "planted0planted0planted0planted0"
    assert client.get("/account/").status_code == 200


def test_eleventh_miss_is_refused_at_that_address(client, person):
    for _miss in range(10):
        assert sign_in(client, password="not this one at all").status_code == 200

    refused = sign_in(client, password="not this one at all")

    assert refused.status_code in {200, 429}
    assert "Too many" in refused.content.decode()
    # Nor does the right password help from there, while the limit runs.
    assert "_auth_user_id" not in client.session
    assert sign_in(client).status_code != 302


def test_a_strangers_misses_elsewhere_shut_nobody_out(client, person):
    for _miss in range(12):
        refused = sign_in(client, password="not this one at all", address="203.0.113.9")
    assert "Too many" in refused.content.decode()

    assert sign_in(client, address="192.0.2.1").status_code == 302


def test_other_addresses_of_one_ipv6_network_are_one_place(client, person):
    for miss in range(10):
        sign_in(client, password="not this one at all", address=f"2001:db8:0:1::{miss}")

    assert sign_in(client, address="2001:db8:0:1:ffff::1").status_code != 302
    assert sign_in(client, address="2001:db8:0:2::1").status_code == 302


def test_one_address_may_miss_fifty_times_whoever_is_guessed_at(client, person):
    for miss in range(50):
        sign_in(client, f"person{miss}@example.org", "not this one at all")

    assert sign_in(client).status_code != 302
    assert sign_in(client, address="203.0.113.9").status_code == 302


def test_misses_of_one_do_not_shut_out_another(client, person):
    PersonFactory(email="jo@example.org")
    for _miss in range(11):
        sign_in(client, password="not this one at all")

    assert sign_in(client, "jo@example.org").status_code == 302


ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    "%2F%2Fevil.example",
    "///evil.example",
    "\t//evil.example",
    "data:text/html,x",
    "https://testserver/workflows/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("how", ["form", "address"])
def test_sign_in_leads_only_to_this_site(client, person, target, how):
    if how == "form":
        answer = sign_in(client, next=target)
    else:
        answer = sign_in(client, path=f"{LOGIN}?{urlencode({'next': target})}")

    assert answer.status_code == 302
    # As a browser reads it; an encoded slash is a letter of a path, not a way to another host.
    arrived = urlsplit(urljoin("https://testserver/account/login/", answer["Location"]))
    assert (arrived.scheme, arrived.netloc) == ("https", "testserver")
    assert answer["Location"] == ("/" if "%2F" not in target else target)


def test_sign_in_leads_back_to_where_it_was_asked_for(client, person):
    assert sign_in(client, next="/evidence/?page=2")["Location"] == "/evidence/?page=2"


def test_signing_out_ends_the_session_on_the_server(client, person):
    sign_in(client)
    kept = client.cookies["portal"].value

    client.post("/account/logout/")
    client.cookies["portal"] = kept

    assert client.get("/account/").status_code == 302
    assert not Session.objects.filter(session_key=kept).exists()


def test_deactivating_a_person_ends_every_session_at_once(client, person):
    sign_in(client)
    assert client.get("/account/").status_code == 200

    person.is_active = person.signing_enabled = False
    person.save()

    answer = client.get("/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/account/")
    assert sign_in(client).status_code != 200 or "_auth_user_id" not in client.session


def test_deactivating_a_person_ends_their_tokens(client, person):
    from core.tokens import create_token

    key = create_token(name="mine", scopes=["jobs:read"], owner=person)[1]
    headers = {"Authorization": f"Bearer {key}"}
    path = "/api/v1/jobs/01900000-0000-7000-8000-000000000000"
    assert client.get(path, headers=headers).status_code == 404

    person.is_active = person.signing_enabled = False
    person.save()

    assert client.get(path, headers=headers).status_code == 401


def test_a_new_password_ends_the_other_sessions(client, person):
    from django.test import Client

    other = Client()
    sign_in(client)
    sign_in(other)

    client.post(
        "/account/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "another calm long one",
            "password2": "another calm long one",
        },
    )

    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_nobody_signs_up(client, db):
    from people.models import Person

    answer = client.post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD})

    assert answer["Location"].startswith(LOGIN)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "password, words",
    [
        ("short one", "at least 12 characters"),
        ("passwordpassword", None),
        ("mara@example.org", "too similar"),
    ],
)
def test_weak_password_is_refused(client, person, password, words):
    sign_in(client)

    answer = client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    person.refresh_from_db()
    if words is None:  # long and common to nobody's list: taken
        assert not person.check_password(PASSWORD)
    else:
        assert words in answer.content.decode()
        assert person.check_password(PASSWORD)
