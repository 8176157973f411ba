"""The simulated organisation, seeded once: it shows everything, and says that it is simulated."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler

from tests.factories.sign_offs import some_policy

pytestmark = pytest.mark.django_db

# Kinds of pages that every role opens for whatever it can see.
FOLLOWED = re.compile(r'href="(/(?:workflows|redesigns|sign-offs|evidence|imports)/[^"#]*)"')
LISTS = ("/", "/workflows/", "/redesigns/", "/sign-offs/", "/evidence/", "/account/", "/help/")
EACH_KIND = 2


class Seeded:
    def __init__(self):
        self.verdicts = set()
        self.states = set()
        self.dates = []  # (created, updated) of each redesign
        self.logins = []
        self.pages = []  # (role, path, status, body)


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """One seeding, rolled back at the end; what the tests look at is read out before."""
    from django.conf import settings
    from django.utils import timezone

    from adoption_portal.demo import seed

    told = Seeded()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "DATA_DIR", tmp_path_factory.mktemp("demo"))
        patch.setattr(settings, "DEMO", True)
        with transaction.atomic():
            some_policy()
            at = timezone.now()
            seed.seed_work(seed.seed_people(at=at), at=at, say=[].append)
            look(told)
            transaction.set_rollback(True)
    return told


def look(told):
    from adoption_portal.views import demo_logins
    from measurement.models import Reading
    from people.models import Person
    from workflows.models import Redesign

    told.verdicts = set(Reading.objects.values_list("verdict", flat=True))
    told.states = set(Redesign.objects.values_list("state", flat=True))
    told.dates = list(Redesign.objects.values_list("created_at", "updated_at"))
    told.logins = demo_logins()
    handler = ClientHandler(enforce_csrf_checks=False)
    for login in told.logins:
        client = Client(raise_request_exception=False)
        client.handler = handler
        client.force_login(Person.objects.get(email=login["email"]))
        pending, kinds = list(LISTS), {}
        while pending:
            path = pending.pop(0)
            answer = client.get(path)
            body = "" if answer.streaming else answer.content.decode()
            told.pages.append((login["role"], path, answer.status_code, body))
            if path in LISTS:
                pending += new_kinds(body, kinds)


def new_kinds(body, kinds):
    """Of each kind of address the first few."""
    found = []
    for path in dict.fromkeys(FOLLOWED.findall(body)):
        kind = re.sub(r"[0-9a-f-]{36}", "{id}", path.split("?")[0])
        if "{id}" in kind and kinds.get(kind, 0) < EACH_KIND:
            kinds[kind] = kinds.get(kind, 0) + 1
            found.append(path)
    return found


def test_every_verdict_appears(seeded):
    from measurement.choices import ReadingVerdict

    assert seeded.verdicts == set(ReadingVerdict.values)


def test_every_state_appears(seeded):
    from workflows.choices import RedesignState

    assert seeded.states == set(RedesignState.values)


def test_redesigns_began_and_were_touched_on_many_days(seeded):
    begun, touched = zip(*seeded.dates, strict=True)
    assert all(first < last for first, last in seeded.dates)
    assert len({moment.date() for moment in begun}) > len(begun) / 2
    assert len({moment.date() for moment in touched}) > len(touched) / 3


def test_every_role_has_a_login(seeded):
    assert [login["role"] for login in seeded.logins] == [
        "employee",
        "manager",
        "workflow owner",
        "quality",
        "data protection",
        "program office",
        "auditor",
        "administrator",
    ]


def test_every_page_a_role_is_led_to_opens(seeded):
    assert [
        (role, path, status) for role, path, status, _body in seeded.pages if status != 200
    ] == []
    kinds = {
        re.sub(r"[0-9a-f-]{36}", "{id}", path.split("?")[0]) for _r, path, _s, _b in seeded.pages
    }
    assert {"/workflows/{id}/", "/redesigns/{id}/", "/sign-offs/{id}/", "/evidence/{id}/"} <= kinds


def test_every_page_says_that_the_organisation_is_simulated(seeded):
    silent = [
        (role, path)
        for role, path, _status, body in seeded.pages
        if "<html" in body and "simulated" not in body.lower()
    ]
    assert silent == []
