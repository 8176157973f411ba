import re

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEvent
from people.choices import Role
from people.management.commands import create_admin
from people.models import Person, RoleGrant
from people.operations.records import AdministratorExists, create_administrator
from tests.factories.people import PersonFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db


def test_the_first_administrator_sets_the_password_by_a_link(capsys, client):
    call_command("create_admin", "Ada@Example.org", "--given", "Ada", "--family", "L")

    person = Person.objects.get(email="ada@example.org")
    assert (person.full_name, person.is_staff, person.is_superuser) == ("Ada L", True, False)
    grant = RoleGrant.objects.get(person=person)
    assert (grant.role, grant.unit, grant.granted_by) == (Role.ADMINISTRATOR, None, None)
    assert AuditEvent.objects.filter(verb="role.granted", channel="command").count() == 1
    link = capsys.readouterr().out.split()[-1]
    path = re.sub(r"^https?://[^/]+", "", link)
    page = client.get(path, follow=True)
    assert 'name="password1"' in page.content.decode()


def test_the_password_is_asked_for_at_a_terminal(monkeypatch, capsys):
    typed = iter(["short", "short", "a good long phrase", "a good long phrase"])
    monkeypatch.setattr(create_admin, "getpass", lambda *_: next(typed))
    monkeypatch.setattr(create_admin.sys.stdin, "isatty", lambda: True, raising=False)

    call_command("create_admin", "ada@example.org")

    assert Person.objects.get().check_password("a good long phrase")
    assert "http" not in capsys.readouterr().out


def test_no_password_no_administrator(monkeypatch):
    typed = iter(["one", "two"] * 3)
    monkeypatch.setattr(create_admin, "getpass", lambda *_: next(typed))
    monkeypatch.setattr(create_admin.sys.stdin, "isatty", lambda: True, raising=False)

    with pytest.raises(CommandError):
        call_command("create_admin", "ada@example.org")
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["ada@example.org"], "There is an administrator already"),
        (["ada@example.org", "--additional"], "Say why"),
        (["ada@example.org", "--additional", "--reason", " "], "Say why"),
        (["ada"], "no e-mail address"),
    ],
)
def test_a_second_one_needs_a_reason(words, complaint):
    RoleGrantFactory(role=Role.ADMINISTRATOR)

    with pytest.raises(CommandError, match=complaint):
        call_command("create_admin", *words)
    assert RoleGrant.objects.count() == 1


def test_a_second_one_with_a_reason_may_exist_already():
    RoleGrantFactory(role=Role.ADMINISTRATOR)
    person = PersonFactory(email="ada@example.org")

    call_command("create_admin", "ada@example.org", "--additional", "--reason", "Cover for May")

    grant = RoleGrant.objects.get(person=person)
    assert grant.reason == "Cover for May"
    with pytest.raises(CommandError, match="holds this role already"):
        call_command("create_admin", "ada@example.org", "--additional", "--reason", "Twice")


def test_one_who_left_is_no_obstacle():
    RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory(is_active=False))

    call_command("create_admin", "ada@example.org")

    assert RoleGrant.objects.filter(person__email="ada@example.org").exists()


@pytest.mark.django_db(transaction=True)
def test_two_first_administrators_at_once_are_one(run_together):
    outcomes = run_together(
        *[lambda n=n: create_administrator(email=f"admin{n}@example.org") for n in range(2)]
    )

    assert [type(one) for one in outcomes].count(AdministratorExists) == 1, outcomes
    assert RoleGrant.objects.count() == 1
