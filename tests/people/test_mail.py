"""The mail with the way to a new password leads to BASE_URL, whatever the request's Host says."""

import re

import pytest
from django.core import mail
from django.test import Client

from core.models import AuditEvent, Job
from people.adapter import AccountAdapter
from people.operations.passwords import mail_password_reset
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

    mail_password_reset(person_id=person.pk)

    (sent,) = mail.outbox
    assert sent.subject == "[portal.internal:8080] Password Reset Email"
    assert re.findall(r"https?://[^/\s]+", sent.body) == ["http://portal.internal:8080"]
    assert "evil" not in sent.subject + sent.body


def test_link_in_the_mail_opens_the_form():
    person = PersonFactory(email="mara@example.org")
    client = Client()
    mail_password_reset(person_id=person.pk)
    path = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]

    page = client.get(path, follow=True)

    assert b'name="password1"' in page.content


def test_subject_names_the_portal(settings):
    settings.BASE_URL = "https://portal.example"

    assert AccountAdapter().format_email_subject("Hello") == "[portal.example] Hello"


@pytest.mark.parametrize("email", ["mara@example.org", "nobody@example.org", "left@example.org"])
def test_asking_reads_the_same_for_everybody_and_mails_to_people_here_alone(client, email):
    known = PersonFactory(email="mara@example.org")
    PersonFactory(email="left@example.org", is_active=False)

    answer = client.post(RESET, {"email": email})

    assert (answer.status_code, answer["Location"]) == (302, f"{RESET}done/")
    assert mail.outbox == []  # no mail server is asked meanwhile, which would take its time
    jobs = [(job.name, job.args) for job in Job.objects.all()]
    wanted = [("people.mail_password_reset", {"person_id": known.pk})]
    assert jobs == (wanted if email == known.email else [])
    assert AuditEvent.objects.filter(verb="person.password_reset_asked").count() == 1


def test_who_is_unknown_takes_as_many_questions_but_the_job(client, django_assert_max_num_queries):
    PersonFactory(email="mara@example.org")
    taken = []
    for email in ("mara@example.org", "nobody@example.org"):
        with django_assert_max_num_queries(20) as asked:
            client.post(RESET, {"email": email})
        taken.append(len(asked))

    assert taken[0] - taken[1] <= 1


def test_who_was_blocked_meanwhile_gets_no_mail():
    mail_password_reset(person_id=PersonFactory(is_active=False).pk)
    mail_password_reset(person_id=PersonFactory(email=None).pk)

    assert mail.outbox == []


def test_mail_is_in_the_persons_language():
    mail_password_reset(person_id=PersonFactory(language="de").pk)

    assert "Passwort" in mail.outbox[0].subject
