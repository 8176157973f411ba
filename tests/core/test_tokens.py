"""Keys of machines: shown once, kept as a hash, ended at once."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from core import jobs
from core.api.permissions import HasScope, Refuse
from core.api.scopes import SCOPES
from core.errors import DomainError
from core.models import ApiToken, AuditEvent
from core.tokens import create_token, replace_token, revoke_token, token_of
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


def answer(client, key, *, scheme="Bearer", query=""):
    job = jobs.enqueue("core.forget_expired")
    headers = {"Authorization": f"{scheme} {key}"} if key else {}
    return client.get(f"/api/v1/jobs/{job.public_id}{query}", headers=headers).status_code


def make(*scopes, **fields):
    return create_token(name="HR feed", scopes=scopes or ["jobs:read"], **fields)


def test_key_opens_and_says_whose_it_is(client):
    token, key = make()

    assert key.startswith(f"apt_{token.prefix}_")
    assert token_of(key) == token
    assert answer(client, key) == 200


def test_only_the_hash_of_the_secret_is_kept():
    token, key = make()
    secret = key.split("_", 2)[2]

    token.refresh_from_db()
    assert bytes(token.secret_hash) == hashlib.sha256(secret.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM core_apitoken t")
        stored = cursor.fetchone()[0]
    told = serializers.serialize("json", AuditEvent.objects.all())
    assert secret not in stored + told
    assert token.prefix in stored


def test_making_and_ending_are_written_down_without_the_secret():
    person = PersonFactory()
    token, _key = make(actor=person, days=30)
    revoke_token(token=token, actor=person)
    revoke_token(token=token, actor=person)

    made, ended = AuditEvent.objects.order_by("pk")
    assert (made.verb, made.actor, made.subject_id) == (
        "token.created",
        person,
        str(token.public_id),
    )
    assert set(made.after) == {"name", "prefix", "scopes", "expires"}
    assert (ended.verb, ended.actor) == ("token.revoked", person)


@pytest.mark.parametrize(
    "spoil",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1), "created_at": "2026-01-01T00:00Z"},
    ],
)
def test_ended_key_is_refused_on_the_next_call(client, spoil):
    token, key = make()
    assert answer(client, key) == 200

    if "created_at" in spoil:  # frozen by the database: a row made in the past instead
        ApiToken.objects.filter(pk=token.pk).delete()
        fields = {"name": token.name, "prefix": token.prefix, "scopes": token.scopes}
        ApiToken.objects.create(**fields, secret_hash=token.secret_hash, **spoil)
    else:
        ApiToken.objects.update(**spoil)

    assert answer(client, key) == 401


def test_key_of_somebody_who_left_is_refused(client):
    person = PersonFactory()
    _token, key = make(owner=person)
    assert answer(client, key) != 401

    person.signing_enabled = person.is_active = False
    person.save()

    assert answer(client, key) == 401


@pytest.mark.parametrize("change", ["secret", "prefix", "mark", "empty", "long", "not ascii"])
def test_other_texts_are_no_keys(client, change):
    _token, key = make()
    mark, prefix, secret = key.split("_", 2)
    wrong = {
        "secret": f"{mark}_{prefix}_{secret[:-1]}{'a' if secret[-1] != 'a' else 'b'}",
        "prefix": f"{mark}_00000000_{secret}",
        "mark": f"xyz_{prefix}_{secret}",
        "empty": " ",
        "long": key + "a" * 500,
        "not ascii": f"{mark}_{prefix}_é{secret[1:]}",
    }[change]

    assert answer(client, wrong) == 401


def test_key_in_an_address_is_ignored(client):
    _token, key = make()

    assert answer(client, "", query=f"?token={key}") == 401
    assert answer(client, "", query=f"?access_token={key}&api_key={key}") == 401
    assert ApiToken.objects.get().last_used_at is None


def test_other_schemes_are_no_sign_in(client):
    _token, key = make()

    assert answer(client, key, scheme="Token") == 401
    assert answer(client, key, scheme="bearer") == 200


def test_use_is_noted_once_a_minute():
    _token, key = make()

    token_of(key)
    first = ApiToken.objects.get().last_used_at
    token_of(key)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    token_of(key)
    assert ApiToken.objects.get().last_used_at > first - timedelta(seconds=1)


@pytest.mark.parametrize(
    "wrong", [{"scopes": ["all"]}, {"scopes": []}, {"days": 0}, {"days": 91}, {"days": -1}]
)
def test_token_with_too_much_is_refused(wrong):
    with pytest.raises(DomainError):
        create_token(**({"name": "feed", "scopes": ["jobs:read"]} | wrong))

    assert not ApiToken.objects.exists()


def test_longest_life_is_a_setting(settings):
    settings.API_TOKEN_DAYS = 7

    with pytest.raises(DomainError, match="1 to 7 days"):
        make(days=8)


def test_scope_opens_its_own_door_only(client):
    """Cases may be brought in with one scope and with no other."""
    for scope in SCOPES:
        key = make(scope)[1]
        status = client.post(
            "/api/v1/workflows/nothing/cases",
            "{}",
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        ).status_code
        assert status == (404 if scope == "cases:write" else 403), scope


def test_unknown_scope_in_code_is_a_mistake():
    with pytest.raises(ValueError, match="cases:read"):
        HasScope("cases:read")


def test_view_that_names_no_permission_is_closed(settings):
    assert settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"] == ["core.api.permissions.Refuse"]
    assert not Refuse().has_permission(None, None)


def test_command_prints_the_key_alone_on_its_last_line(capsys):
    person = PersonFactory(email="feed@example.test")

    call_command("create_token", "HR feed", "--scopes", "hr:read,hr:write", "jobs:read", "--days",
                 "30", "--owner", " Feed@Example.test ")  # fmt: skip

    *_told, key = capsys.readouterr().out.splitlines()
    token = token_of(key)
    assert (token.name, token.owner) == ("HR feed", person)
    assert token.scopes == ["hr:read", "hr:write", "jobs:read"]
    assert timedelta(29) < token.expires_at - timezone.now() <= timedelta(30)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--scopes", "everything"], "Not a scope: everything"),
        (["--scopes", "jobs:read", "--days", "400"], "1 to 90 days"),
        (["--scopes", "jobs:read", "--owner", "nobody@example.test"], "nobody has the address"),
    ],
)
def test_command_refuses_in_words(arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("create_token", "feed", *arguments)

    assert not ApiToken.objects.exists()


def test_problem_of_a_refused_key_repeats_nothing(client):
    job = jobs.enqueue("core.forget_expired")
    answer = client.get(
        f"/api/v1/jobs/{job.public_id}", headers={"Authorization": "Bearer apt_secret_value"}
    )

    assert answer.json()["code"] == "authentication_failed"
    assert "secret_value" not in json.dumps(answer.json())


def test_command_ends_a_token_by_name_id_prefix_or_the_key_itself(client, capsys):
    for named_by in ("name", "public_id", "prefix", "key"):
        token, key = make()
        assert answer(client, key) == 200

        call_command("revoke_token", key if named_by == "key" else str(getattr(token, named_by)))

        assert answer(client, key) == 401
        told = AuditEvent.objects.get(verb="token.revoked", subject_id=str(token.public_id))
        assert told.channel == "command"
        said = capsys.readouterr().out
        assert token.prefix in said
        assert key not in said


def test_command_ends_none_of_two_with_one_name(client):
    one, key = make()
    make()

    with pytest.raises(CommandError, match=str(one.public_id)):
        call_command("revoke_token", "HR feed")
    assert answer(client, key) == 200

    revoke_token(token=one, actor=None)
    call_command("revoke_token", "HR feed")  # now it names the other alone
    assert not ApiToken.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("name", ["nothing", "", "apt_", "01900000-0000-7000-8000-000000000000"])
def test_command_says_when_there_is_none(name):
    make()

    with pytest.raises(CommandError, match="no token"):
        call_command("revoke_token", name)
    assert ApiToken.objects.filter(revoked_at=None).count() == 1


# --- from where -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "networks, address, status",
    [
        (["192.0.2.0/24"], "192.0.2.9", 200),
        (["192.0.2.0/24"], "192.0.3.9", 401),
        (["192.0.2.0/24", "2001:db8::/48"], "2001:db8::7", 200),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", 200),
        (["192.0.2.0/24"], "nowhere", 401),
        ([], "203.0.113.1", 200),
    ],
)
def test_token_works_from_its_networks_alone(client, networks, address, status):
    _token, key = make(networks=networks)
    job = jobs.enqueue("core.forget_expired")

    answer = client.get(
        f"/api/v1/jobs/{job.public_id}",
        headers={"Authorization": f"Bearer {key}"},
        REMOTE_ADDR=address,
    )

    assert answer.status_code == status
    if status == 401:
        assert "not for use from here" in answer.json()["detail"]


def test_networks_are_stored_as_what_they_are():
    token, _key = make(networks=["192.0.2.77/24", "192.0.2.0/24", "2001:DB8::"])
    token.refresh_from_db()

    assert [str(network) for network in token.networks] == ["192.0.2.0/24", "2001:db8::/128"]


@pytest.mark.parametrize(
    "change",
    [
        "networks = '{}'",
        "networks = '{10.0.0.0/8}'",
        "scopes = '{hr:write}'",
        "replaces_id = id",
        "owner_id = (SELECT min(id) FROM people_person)",
        "revoked_by_id = (SELECT min(id) FROM people_person)",
    ],
)
def test_database_keeps_what_a_token_may(change):
    PersonFactory()
    make()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_apitoken SET {change}")


def test_database_refuses_a_network_that_is_none():
    token, _key = make()

    with pytest.raises(DataError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(networks=["10.0.0.1/8"])


def test_commands_take_networks_and_a_reason(capsys):
    call_command("create_token", "feed", "--scopes", "jobs:read", "--networks", "192.0.2.0/24,::1")
    token = ApiToken.objects.get()
    call_command("revoke_token", "feed", "--reason", "Leaked")

    assert [str(network) for network in token.networks] == ["192.0.2.0/24", "::1/128"]
    assert AuditEvent.objects.get(verb="token.revoked").reason == "Leaked"


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "x" * 101}, {"networks": ["office"]}])
def test_token_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(DomainError):
        create_token(**({"name": "feed", "scopes": ["jobs:read"]} | wrong))


@pytest.mark.parametrize("overlap", [timedelta(days=15), timedelta(seconds=-1)])
def test_overlap_has_bounds(overlap):
    token, _key = make()

    with pytest.raises(DomainError):
        replace_token(token=token, actor=None, overlap=overlap)
    assert ApiToken.objects.count() == 1
