"""The mail with the way to a new password leads to BASE_URL, whatever the request's Host says."""

import re

import pytest
from django.core import mail
from django.test import Client

from people.adapter import AccountAdapter
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
RESET = "/account/password/reset/"


@pytest.fixture(autouse=True)
def _anybodys_host(settings):
    """As if nothing refused a foreign Host before: the mail must not need that."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if name != "core.middleware.OwnHostMiddleware"
    ]


def test_reset_mail_leads_to_base_url_alone(settings):
    settings.BASE_URL = "http://portal.internal:8080"
    person = PersonFactory(email="mara@example.org")

    Client().post(RESET, {"email": person.email}, headers={"Host": "evil.example"})

    (sent,) = mail.outbox
    assert sent.subject == "[portal.internal:8080] Password Reset Email"
    assert re.findall(r"https?://[^/\s]+", sent.body) == ["http://portal.internal:8080"]
    assert "evil" not in sent.subject + sent.body


def test_link_in_the_mail_opens_the_form():
    person = PersonFactory(email="mara@example.org")
    client = Client()
    client.post(RESET, {"email": person.email})
    path = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]

    page = client.get(path, follow=True)

    assert b'name="password1"' in page.content


def test_subject_names_the_portal(settings):
    settings.BASE_URL = "https://portal.example"

    assert AccountAdapter().format_email_subject("Hello") == "[portal.example] Hello"
