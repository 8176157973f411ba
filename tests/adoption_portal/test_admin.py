"""The records pages hold what we put there, and no way past the portal's own door."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib import admin
from django.core import mail

from adoption_portal.admin import SECTIONS
from core.models import AuditEvent, Job
from people.choices import Role
from people.operations.passwords import mail_password_reset
from tests.factories.people import PASSWORD, PersonFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    person = PersonFactory(is_staff=True)
    RoleGrantFactory(person=person, role=Role.ADMINISTRATOR)
    client.force_login(person)
    return person


def test_every_record_stands_in_one_section_and_none_else_is_there():
    listed = [label for _name, labels in SECTIONS for label in labels]

    assert sorted(listed) == sorted(model._meta.label_lower for model in admin.site._registry)


@pytest.mark.parametrize(
    "label",
    [
        "surveys.Ballot",
        "surveys.Participation",
        "surveys.Response",
        "surveys.Comment",
        "measurement.UsageWeek",
        "measurement.Entitlement",
        "measurement.Case",
        "measurement.CaseEvent",
        "people.TrainingCompletion",
        "people.Employment",
    ],
)
def test_what_one_person_did_stands_nowhere(label):
    assert apps.get_model(label) not in admin.site._registry


@pytest.mark.parametrize("path", ["account/emailaddress/add/", "auth/group/add/"])
def test_an_administrator_adds_neither_an_address_nor_a_group(client, administrator, path):
    assert client.get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize("path", ["password_change/", "password_change/done/"])
def test_password_is_changed_on_the_portals_page_only(client, administrator, path):
    answer = client.post(
        f"/admin/{path}",
        {"old_password": PASSWORD, "new_password1": "x" * 15, "new_password2": "x" * 15},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/account/password/change/")
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)


def test_records_pages_have_no_door_of_their_own(client):
    client.force_login(PersonFactory())

    assert client.get("/admin/login/").status_code == 403


@pytest.fixture
def added():
    """The attack: another address of somebody, verified, as if it were theirs."""
    victim = PersonFactory(email="victim@example.org")
    EmailAddress.objects.create(
        user=victim, email="attacker@example.org", verified=True, primary=True
    )
    return victim


def test_an_added_address_resets_nobodys_password(client, added):
    client.post("/account/password/reset/", {"email": "attacker@example.org"})

    assert mail.outbox == []
    assert not Job.objects.exists()


def test_the_own_address_still_resets_the_password(client, added):
    client.post("/account/password/reset/", {"email": "Victim@example.org"})
    mail_password_reset(**Job.objects.get().args)

    (sent,) = mail.outbox
    assert sent.to == ["victim@example.org"]
    assert re.search(r"/password/reset/key/", sent.body)
    # Nor does asking add an address of its own.
    assert EmailAddress.objects.count() == 1


def test_an_added_address_signs_nobody_in(client, added):
    client.post("/account/login/", {"login": "attacker@example.org", "password": PASSWORD})

    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(verb="person.sign_in_refused").count() == 1


def test_an_added_address_hides_no_own_one(client, added):
    other = PersonFactory(email="other@example.org")
    EmailAddress.objects.create(user=added, email="other@example.org", verified=True)

    client.post("/account/login/", {"login": "other@example.org", "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(other.pk)
