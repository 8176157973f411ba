"""A form sent after its session had ended: nothing typed is lost, and nobody else gets it."""

import html
import re

import pytest
from django.test import Client

from adoption_portal import typed
from core.models import Job
from tests.factories.people import PASSWORD, OrgUnitFactory, PersonFactory
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
FORM = "/workflows/new/"
TYPED = {
    "name": "Batch <record> & review",
    "purpose": "First line\r\nsecond line, “quoted”",
    "kinds": ["one", "two"],
    "password": "never kept",
}
SECRET = "Batch &lt;record&gt; &amp; review"


@pytest.fixture
def person(client, clock):
    """Heads a unit, and is signed in, but for too long."""
    found = OrgUnitFactory().head
    client.post(LOGIN, {"login": found.email, "password": PASSWORD})
    clock.shift(8 * 3600)
    return found


def hidden(page):
    form = page.content.decode().partition('<div class="ap-card ap-card-pad"><form')[2]
    pairs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.partition("</form>")[0]
    )
    return [(name, html.unescape(value)) for name, value in pairs]


def kept_on(page):
    return dict(hidden(page)).get("kept", "")


def sign_in(client, person, kept, password=PASSWORD):
    typed = {"login": person.email, "password": password, "kept": kept}
    return client.post(LOGIN, typed)


def test_what_was_typed_is_there_after_signing_in(client, person):
    page = client.post(FORM, TYPED)
    assert page.status_code == 401
    assert "What you typed is kept on this page" in page.content.decode()

    again = sign_in(client, person, kept_on(page))

    assert f'action="{FORM}" enctype="multipart/form-data"' in again.content.decode()
    assert [pair for pair in hidden(again) if pair[0] != "csrfmiddlewaretoken"] == [
        ("name", TYPED["name"]),
        ("purpose", TYPED["purpose"]),
        ("kinds", "one"),
        ("kinds", "two"),
    ]
    assert "The form will ask for it again." in again.content.decode()
    sent = client.post(FORM, dict(hidden(again)))
    assert sent.status_code in {200, 422}  # as any form that lacks something
    assert TYPED["name"] in html.unescape(sent.content.decode())
    assert not Workflow.objects.exists()


def token_in(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]


def test_each_page_on_the_way_brings_the_token_the_next_one_asks_for(clock):
    client, found = Client(enforce_csrf_checks=True), OrgUnitFactory().head
    door = token_in(client.get(LOGIN))
    client.post(LOGIN, {"login": found.email, "password": PASSWORD, "csrfmiddlewaretoken": door})
    form = token_in(client.get(FORM))
    clock.shift(8 * 3600)

    page = client.post(FORM, TYPED | {"csrfmiddlewaretoken": form})
    again = client.post(
        LOGIN,
        {
            "login": found.email,
            "password": PASSWORD,
            "kept": kept_on(page),
            "csrfmiddlewaretoken": token_in(page),
        },
    )
    sent = client.post(FORM, dict(hidden(again)))

    assert (page.status_code, again.status_code) == (401, 200)
    assert TYPED["name"] in html.unescape(sent.content.decode())


def test_a_wrong_password_does_not_lose_it(client, person):
    kept = kept_on(client.post(FORM, TYPED))

    page = sign_in(client, person, kept, "wrong")

    assert kept_on(page) == kept
    assert SECRET in sign_in(client, person, kept_on(page)).content.decode()


def test_somebody_else_gets_nothing_of_it(client, person):
    kept = kept_on(client.post(FORM, TYPED))

    page = sign_in(client, PersonFactory(), kept)

    assert (page.status_code, page["Location"]) == (302, "/")


@pytest.mark.parametrize("change", [lambda kept: kept[:-2] + "xx", lambda _kept: "x:y:z"])
def test_what_was_changed_on_the_way_is_dropped(client, person, change):
    kept = kept_on(client.post(FORM, TYPED))

    assert sign_in(client, person, change(kept)).status_code == 302


def test_it_is_kept_for_half_a_day(client, person, clock):
    kept = kept_on(client.post(FORM, TYPED))
    clock.shift(12 * 3600 + 1)

    assert sign_in(client, person, kept).status_code == 302


def test_a_strangers_form_is_shown_the_door(client):
    page = client.post(FORM, TYPED)

    assert page.status_code == 302
    assert page["Location"].startswith(LOGIN)


def test_who_signed_out_keeps_nothing(client, clock):
    found = PersonFactory()
    client.post(LOGIN, {"login": found.email, "password": PASSWORD})
    client.post("/account/logout/")

    assert client.post(FORM, TYPED).status_code == 302


def test_a_page_that_was_only_looked_at_leads_to_the_door(client, person):
    assert client.get(FORM).status_code == 302


def test_a_fragment_leads_the_whole_page_to_the_door(client, person):
    answer = client.post(FORM, TYPED, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"].startswith(LOGIN)


def test_what_a_stranger_may_send_needs_no_way_back(client, person):
    answer = client.post("/account/password/reset/", {"email": person.email})

    assert answer.status_code == 302
    assert not answer["Location"].startswith(LOGIN)


def test_a_form_too_long_to_carry_leads_to_the_door(client, person):
    assert client.post(FORM, {"name": "x" * typed.LONGEST}).status_code == 302


def test_nothing_typed_is_stored(client, person):
    from django.contrib.sessions.models import Session

    kept = kept_on(client.post(FORM, TYPED))
    sign_in(client, person, kept)

    for session in Session.objects.all():
        assert "Batch" not in str(session.get_decoded())
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/surveys/019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596/answer/",
        "/sign-offs/019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596/",
        "/imports/people/019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596/approve/",
        "/admin/people/site/add/",
    ],
)
def test_no_decision_and_no_answer_is_kept(client, person, path):
    page = client.post(path, TYPED)

    assert page.status_code == 302
    assert page["Location"].startswith(LOGIN)


def test_nobody_reads_it_in_the_page_it_travels_in(client, person):
    import base64
    import zlib

    page = client.post(FORM, TYPED)

    assert "Batch" not in page.content.decode()
    sealed = base64.urlsafe_b64decode(kept_on(page))
    for start in range(40):
        with pytest.raises(zlib.error):
            zlib.decompress(sealed[start:])


def test_what_would_be_sent_is_shown(client, person):
    again = sign_in(client, person, kept_on(client.post(FORM, TYPED))).content.decode()

    assert "What you typed under “Log a workflow” is still here" in again
    assert f'<li class="ap-break">{SECRET}</li>' in again


def test_who_signed_in_meanwhile_elsewhere_gets_it_too(client, person):
    kept = kept_on(client.post(FORM, TYPED))
    client.force_login(person)

    assert SECRET in sign_in(client, person, kept).content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    assert SECRET in strict.post(LOGIN, {"kept": kept}).content.decode()
    strict.force_login(PersonFactory())
    assert SECRET not in strict.post(LOGIN, {"kept": kept}).content.decode()
