from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import Delegation
from people.rules import principals_of
from tests.factories.people import DelegationFactory, PersonFactory

pytestmark = pytest.mark.django_db
PAGE = "/account/delegations/"


@pytest.fixture
def person(client):
    person = PersonFactory()
    client.force_login(person)
    return person


def form(**changed):
    today = timezone.localdate()
    return {
        "delegate": "other@example.org",
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=7)).isoformat(),
        "reason": "Holiday",
    } | changed


def test_the_page_says_what_to_do_when_there_is_nobody(client, person):
    assert "Nobody signs for you" in client.get(PAGE).content.decode()


def test_one_asks_and_the_other_accepts(client, person):
    other = PersonFactory(email="other@example.org")
    assert client.post(PAGE, form())["Location"] == PAGE
    made = Delegation.objects.get()
    assert "1 request waits for you" not in client.get("/account/").content.decode()

    client.force_login(other)
    assert "1 request waits for you" in client.get("/account/").content.decode()
    client.post(f"{PAGE}accept/", {"delegation": made.pk})

    assert list(principals_of(other, timezone.now())) == [person]
    # Whole days of the portal's own zone: to the end of the last one.
    assert timezone.localtime(made.valid.upper).date() == timezone.localdate() + timedelta(days=8)


def test_either_ends_it(client, person):
    made = DelegationFactory(principal=person)

    client.post(f"{PAGE}end/", {"delegation": made.pk})

    made.refresh_from_db()
    assert made.valid.upper <= timezone.now()
    assert "over" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "field, value",
    [
        ("delegate", "nobody@example.org"),
        ("delegate", ""),
        ("delegate", "a\x00b"),
        ("first_day", "soon"),
        ("first_day", "0001-01-01"),
        ("last_day", "9999-12-31"),
        ("last_day", "2020-01-01"),
        ("reason", ""),
        ("reason", "x" * 501),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(client, person, field, value):
    PersonFactory(email="other@example.org")

    answer = client.post(PAGE, form(**{field: value}))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'href="#id_{field}"' in page
    assert field == "reason" or "Holiday" in page
    assert not Delegation.objects.exists()


def test_a_refusal_keeps_what_was_typed(client, person):
    DelegationFactory(principal=person)
    PersonFactory(email="other@example.org")

    answer = client.post(PAGE, form())

    assert answer.status_code == 422
    assert "Somebody stands in for you" in answer.content.decode()


@pytest.mark.parametrize("act", ["accept", "end"])
@pytest.mark.parametrize("key", ["", "x", "0", "²", "9" * 30, "others"])
def test_what_is_not_the_own_is_missing(client, person, act, key):
    others = DelegationFactory(accepted_at=None)

    answer = client.post(f"{PAGE}{act}/", {"delegation": others.pk if key == "others" else key})

    assert answer.status_code == 404
    others.refresh_from_db()
    assert others.accepted_at is None


def test_the_same_refusal_twice_is_a_page(client, person):
    made = DelegationFactory(delegate=person)

    assert client.post(f"{PAGE}accept/", {"delegation": made.pk}).status_code == 409


def test_who_has_nothing_to_sign_gets_no_form(client):
    client.force_login(PersonFactory(signing_enabled=False))

    page = client.get(PAGE).content.decode()

    assert "You have nothing to sign" in page
    assert 'name="last_day"' not in page
