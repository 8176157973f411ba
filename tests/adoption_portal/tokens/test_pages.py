"""The administrators' page of tokens."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from core import jobs
from core.api.scopes import SCOPES
from core.models import ApiToken, AuditEvent
from core.tokens import create_token, token_of
from people.choices import Role
from tests.factories.people import PASSWORD, PersonFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db
LIST, NEW = "/account/tokens/", "/account/tokens/new/"


@pytest.fixture
def administrator():
    return RoleGrantFactory(role=Role.ADMINISTRATOR).person


@pytest.fixture
def page(client, administrator):
    client.force_login(administrator)
    return client


def said(page, address=NEW, **typed):
    """What the form sends, with the hidden key of the page that was opened."""
    shown = page.get(address).content.decode()
    found = re.search(r'name="request_key" value="([^"]+)"', shown)
    hidden = {"request_key": found[1]} if found else {}
    return hidden | {"password": PASSWORD} | typed


def made(page, **typed):
    body = said(page, **{"name": "HR feed", "scopes": ["hr:read", "hr:write"], "days": 30} | typed)
    return page.post(NEW, body), body


def key_in(answer):
    return re.search(r"apt_[0-9a-f]{8}_[\w-]{40,}", answer.content.decode())[0]


# --- making ---------------------------------------------------------------------------------------
def test_token_is_made_and_its_key_shown_once(page, administrator):
    answer, _body = made(page, networks="192.0.2.0/24\n2001:db8::/48")

    assert answer.status_code == 201
    key = key_in(answer)
    token = token_of(key)
    assert (token.name, token.scopes, token.created_by) == (
        "HR feed", ["hr:read", "hr:write"], administrator,
    )  # fmt: skip
    assert [str(network) for network in token.networks] == ["192.0.2.0/24", "2001:db8::/48"]
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    assert answer["Cache-Control"] == "private, no-store"
    shown = page.get(LIST).content.decode()
    assert token.prefix in shown
    assert key.split("_", 2)[2] not in shown
    event = AuditEvent.objects.get(verb="token.created")
    assert (event.actor, event.channel) == (administrator, "page")
    assert event.after["networks"] == ["192.0.2.0/24", "2001:db8::/48"]


def test_same_form_again_makes_no_second_token(page):
    _first, body = made(page)

    again = page.post(NEW, body)

    assert again.status_code == 422
    assert "shown once only" in again.content.decode()
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "typed, said_there",
    [
        ({"password": "wrong"}, "The password is not right"),
        ({"password": ""}, "This field is required"),
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "a\u202eb"}, "cannot be seen"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["all"]}, "Select a valid choice"),
        ({"days": "91"}, "less than or equal to 90"),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "soon"}, "Enter a whole number"),
        ({"days": "9" * 5000}, "Enter a whole number"),
        ({"networks": "office"}, "“office” is neither an address nor a network"),
        ({"networks": "10.0.0.0/33"}, "neither an address nor a network"),
        ({"networks": "10.0.0.1 " * 21}, "At most 20 networks"),
        ({"owner": "nobody@example.test"}, "Nobody who is active has this address"),
        ({"owner": "nobody"}, "Enter a valid email"),
        ({"request_key": "1"}, "Enter a valid UUID"),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed(page, typed, said_there):
    answer, _body = made(page, **typed)
    text = answer.content.decode()

    assert answer.status_code == 422
    assert said_there in text
    if "name" not in typed:
        assert 'value="HR feed"' in text
    assert PASSWORD not in text
    assert not ApiToken.objects.exists()


def test_five_wrong_passwords_lock_here_as_everywhere(page):
    for _try in range(5):
        made(page, password="wrong")

    answer, _body = made(page)

    assert answer.status_code == 422
    assert "locked" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_token_can_act_for_a_person(page):
    person = PersonFactory()

    answer, _body = made(page, owner=person.email.upper())

    assert token_of(key_in(answer)).owner == person


# --- replacing ------------------------------------------------------------------------------------
def test_replaced_token_works_on_for_a_while(page, administrator):
    token, key = create_token(
        name="Cases", scopes=["cases:write"], networks=["127.0.0.0/8"], days=60
    )
    address = f"{LIST}{token.public_id}/replace/"

    answer = page.post(address, said(page, address, days=90, overlap_days=2))

    assert answer.status_code == 201
    old, new = token_of(key), token_of(key_in(answer))
    assert timedelta(days=1) < old.expires_at - timezone.now() <= timedelta(days=2)
    assert (new.name, new.scopes, new.replaces) == ("Cases", ["cases:write"], old)
    assert new.networks == old.networks
    event = AuditEvent.objects.get(verb="token.replaced")
    assert (event.actor, event.after["by"]) == (administrator, new.prefix)


def test_replacing_never_makes_the_old_one_live_longer(page):
    token, _key = create_token(name="Cases", scopes=["cases:write"], days=1)
    address = f"{LIST}{token.public_id}/replace/"

    page.post(address, said(page, address, days=90, overlap_days=14))

    before = token.expires_at
    token.refresh_from_db()
    assert token.expires_at == before


def test_ended_token_is_not_replaced(page):
    token, _key = create_token(name="Cases", scopes=["cases:write"])
    address = f"{LIST}{token.public_id}/replace/"
    body = said(page, address, days=90, overlap_days=2)
    ApiToken.objects.update(revoked_at=timezone.now())

    answer = page.post(address, body)

    assert answer.status_code == 422
    assert "has ended" in answer.content.decode()
    assert ApiToken.objects.count() == 1


# --- revoking -------------------------------------------------------------------------------------
def test_revoked_token_is_refused_on_the_next_call(page, administrator):
    token, key = create_token(name="Cases", scopes=["jobs:read"])
    address = f"{LIST}{token.public_id}/revoke/"

    answer = page.post(address, said(page, address, reason="Seen in a mail"), follow=True)

    assert "no longer works" in answer.content.decode()
    job = jobs.enqueue("core.forget_expired").public_id
    call = page.get(f"/api/v1/jobs/{job}", headers={"Authorization": f"Bearer {key}"})
    assert call.status_code == 401
    token.refresh_from_db()
    assert token.revoked_by == administrator
    event = AuditEvent.objects.get(verb="token.revoked")
    assert (event.actor, event.reason) == (administrator, "Seen in a mail")


@pytest.mark.parametrize(
    "typed, said_there",
    [({"reason": ""}, "Say why it ends"), ({"password": "wrong"}, "The password is not right")],
)
def test_revoking_asks_for_reason_and_password(page, typed, said_there):
    token, key = create_token(name="Cases", scopes=["jobs:read"])
    address = f"{LIST}{token.public_id}/revoke/"

    answer = page.post(address, said(page, address, **{"reason": "Kept", **typed}))

    assert answer.status_code == 422
    assert said_there in answer.content.decode()
    assert "reason" in typed or "Kept" in answer.content.decode()
    assert token_of(key) is not None


# --- the list -------------------------------------------------------------------------------------
def test_list_says_what_each_may_and_whether_it_works(page):
    person = PersonFactory()
    create_token(name="Works", scopes=["jobs:read"], networks=["192.0.2.7"])
    gone, _key = create_token(name="Gone", scopes=["hr:read"], owner=person)
    person.signing_enabled = person.is_active = False
    person.save()

    text = page.get(LIST).content.decode()

    assert "192.0.2.7/32" in text
    assert "Its person left" in text
    assert f"{LIST}{gone.public_id}/revoke/" not in text


def test_list_is_filtered_by_its_address(page):
    create_token(name="Cases of Basel", scopes=["cases:write"])
    ended, _key = create_token(name="Old feed", scopes=["hr:read"])
    ApiToken.objects.filter(pk=ended.pk).update(revoked_at=timezone.now())

    def rows(query):
        return [row.token.name for row in page.get(f"{LIST}{query}").context["rows"]]

    assert rows("?state=ended") == ["Old feed"]
    assert rows("?state=live") == ["Cases of Basel"]
    assert rows("?text=basel") == ["Cases of Basel"]
    assert rows(f"?text=apt_{ended.prefix}_x") == ["Old feed"]
    assert rows("?state=perhaps") == ["Old feed", "Cases of Basel"]
    assert "Nothing matches" in page.get(f"{LIST}?text=nothing").content.decode()


def test_list_without_tokens_says_what_to_do(page):
    assert "No system calls the portal yet" in page.get(LIST).content.decode()


@pytest.mark.parametrize("role", [Role.PROGRAM_OFFICE, Role.AUDITOR, None])
def test_others_do_not_get_in(client, role):
    person = PersonFactory()
    if role:
        RoleGrantFactory(person=person, role=role)
    token, _key = create_token(name="Cases", scopes=["jobs:read"])
    client.force_login(person)

    for path in ("", "new/", f"{token.public_id}/replace/", f"{token.public_id}/revoke/"):
        for answer in (client.get(LIST + path), client.post(LIST + path)):
            assert answer.status_code in ({403} if path else {403, 405})
    assert "Tokens" not in client.get("/account/").content.decode()


def test_account_leads_an_administrator_there(page):
    assert f'href="{LIST}"' in page.get("/account/").content.decode()


def test_every_scope_has_words(page):
    text = page.get(NEW).content.decode()

    assert all(f"({scope})" in text for scope in SCOPES)


def test_every_page_leads_back_to_the_list(page):
    """A name given in one block of a template is unknown in the next."""
    token, _key = create_token(name="Cases", scopes=["jobs:read"])
    answers = [page.get(f"{LIST}{path}") for path in ("new/", f"{token.public_id}/revoke/")]
    answers += [page.get(f"{LIST}{token.public_id}/replace/"), made(page)[0]]

    for answer in answers:
        main = answer.content.decode().partition('class="ap-body"')[2]
        assert f'href="{LIST}"' in main
        assert 'href=""' not in main
