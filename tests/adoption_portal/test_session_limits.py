"""A session ends by itself: by the clock since sign-in, and by the clock since the last request."""

import pytest
from django.contrib.sessions.models import Session

from core.models import AuditEvent
from people.choices import Role
from tests.factories.people import PASSWORD, PersonFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
PAGE = "/account/"
IDLE = "nothing was done for a while"
OLD = "your last sign-in is too long ago"


@pytest.fixture
def sign_in(client, clock):
    def signed_in(**facts):
        person = PersonFactory(**facts)
        client.post(LOGIN, {"login": person.email, "password": PASSWORD})
        assert client.get(PAGE).status_code == 200
        return person

    return signed_in


def wait(clock, **length):
    from datetime import timedelta

    clock.shift(timedelta(**length))


@pytest.mark.parametrize(
    "length, status",
    [({"hours": 7, "minutes": 59, "seconds": 59}, 200), ({"hours": 8}, 302), ({"days": 1}, 302)],
)
def test_eight_hours_without_a_request_end_a_session(client, clock, sign_in, length, status):
    sign_in()
    wait(clock, **length)

    assert client.get(PAGE).status_code == status


@pytest.mark.parametrize("how", ["role", "superuser"])
@pytest.mark.parametrize("minutes, status", [(29, 200), (30, 302)])
def test_half_an_hour_ends_an_administrators(client, clock, sign_in, how, minutes, status):
    person = sign_in(is_superuser=how == "superuser")
    if how == "role":  # given after signing in: it counts at once
        RoleGrantFactory(person=person, role=Role.ADMINISTRATOR)
    wait(clock, minutes=minutes)

    assert client.get(PAGE).status_code == status


def test_another_role_keeps_its_eight_hours(client, clock, sign_in):
    RoleGrantFactory(person=sign_in(), role=Role.PROGRAM_OFFICE)
    wait(clock, hours=7)

    assert client.get(PAGE).status_code == 200


def test_twelve_hours_end_a_session_that_was_never_idle(client, clock, sign_in):
    sign_in()
    for _hour in range(11):
        wait(clock, hours=1)
        assert client.get(PAGE).status_code == 200
    wait(clock, minutes=59, seconds=59)
    assert client.get(PAGE).status_code == 200
    wait(clock, seconds=1)

    answer = client.get(PAGE)

    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=/account/&ended=old")
    assert OLD in client.get(answer["Location"]).content.decode()


def test_one_is_told_why_and_comes_back_to_the_page(client, clock, sign_in):
    person = sign_in()
    wait(clock, hours=9)

    answer = client.get("/workflows/?page=2")
    page = client.get(answer["Location"]).content.decode()
    back = client.post(
        answer["Location"],
        {"login": person.email, "password": PASSWORD, "next": "/workflows/?page=2"},
    )

    assert answer["Location"] == f"{LOGIN}?next=/workflows/%3Fpage%3D2&ended=idle"
    assert IDLE in page
    assert 'name="next" value="/workflows/?page=2"' in page
    assert back["Location"] == "/workflows/?page=2"
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    "came_from, back",
    [
        ("http://testserver/redesigns/?q=a", "/redesigns/%3Fq%3Da"),
        ("http://testserver.evil.example/x", "/account/logout-somewhere/"),
        ("https://evil.example/x", "/account/logout-somewhere/"),
        ("", "/account/logout-somewhere/"),
    ],
)
def test_a_form_leads_back_to_its_page_not_to_its_address(rf, settings, came_from, back):
    from core.middleware import sign_in_address

    settings.BASE_URL = "http://testserver"
    request = rf.post("/account/logout-somewhere/", headers={"Referer": came_from})

    assert sign_in_address(request) == f"{LOGIN}?next={back}"


def test_a_fragment_takes_the_whole_page_to_the_sign_in(client, clock, sign_in, settings):
    sign_in()
    wait(clock, hours=8)

    here = f"{settings.BASE_URL}/workflows/"
    answer = client.get("/workflows/", headers={"HX-Request": "true", "HX-Current-URL": here})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"{LOGIN}?next=/workflows/&ended=idle"


def test_it_ends_on_the_server_and_in_the_audit_trail(client, clock, sign_in):
    person = sign_in()
    kept = client.cookies["portal"].value
    wait(clock, hours=8)

    client.get(PAGE)

    assert not Session.objects.filter(session_key=kept).exists()
    event = AuditEvent.objects.get(verb="person.session_ended")
    assert (event.subject_id, event.actor, event.reason) == (str(person.public_id), None, "idle")


def test_the_machine_interface_does_not_take_it_either(client, clock, sign_in):
    sign_in()
    path = "/api/v1/jobs/01900000-0000-7000-8000-000000000000"
    assert client.get(path).status_code == 404
    wait(clock, hours=8)

    assert client.get(path).status_code == 401


def test_a_session_of_before_there_were_limits_is_over(client, clock, sign_in):
    sign_in()
    session = client.session
    del session["signed_in_at"]
    session.save()

    assert client.get(PAGE).status_code == 302


def test_the_moment_of_a_request_is_written_once_a_minute(client, clock, sign_in):
    sign_in()
    begun = client.session["seen_at"]
    wait(clock, seconds=59)
    client.get(PAGE)
    assert client.session["seen_at"] == begun
    wait(clock, seconds=1)

    client.get(PAGE)

    assert client.session["seen_at"] == begun + 60


@pytest.mark.parametrize("ended", ["", "other", "<b>"])
def test_an_ordinary_sign_in_page_says_nothing_of_it(client, ended):
    page = client.get(LOGIN, {"ended": ended}).content.decode()

    assert IDLE not in page
    assert OLD not in page
