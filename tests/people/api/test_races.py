"""HR's own calls at one moment with an import."""

import threading
from time import monotonic

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from people.choices import Role
from people.models import Person
from people.operations.inbound import hold_inbound
from people.operations.records import set_active
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.people.hr import auth, key, put

pytestmark = pytest.mark.django_db(transaction=True)
WAITS_FOR_ME = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


def until_somebody_waits(seconds=5):
    deadline = monotonic() + seconds
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(WAITS_FOR_ME)
            if cursor.fetchone()[0]:
                return


def test_a_call_with_a_tag_waits_for_an_import_and_neither_dies(run_together):
    OrgUnitFactory(code="QA")
    token, begun = key("hr:write", "hr:read"), threading.Event()
    put(Client(), token, "W-1", {"given_name": "Ada", "unit": "QA"})
    tag = Client().get("/api/v1/hr/people/W-1", headers=auth(token))["ETag"]

    def slice_of_an_import():
        with transaction.atomic():
            hold_inbound()
            begun.set()
            until_somebody_waits()
            return Person.objects.select_for_update().get(source_id="W-1")

    def call():
        begun.wait(5)
        return put(Client(), token, "W-1", {"job_title": "Lead"}, **{"If-Match": tag})

    held, answer = run_together(slice_of_an_import, call)

    assert isinstance(held, Person), held
    assert answer.status_code == 200, answer.content
    assert Person.objects.get(source_id="W-1").job_title == "Lead"


def test_the_page_and_hr_never_end_the_last_two_administrators_at_once(run_together):
    token, begun = key("hr:write"), threading.Event()
    one, two = (
        RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory(source_id=f"W-{n}")).person
        for n in (1, 2)
    )

    def page():
        with transaction.atomic():
            set_active(person=two, is_active=False, actor=one, reason="Left", at=timezone.now())
            begun.set()
            until_somebody_waits()
            return two.pk

    def call():
        begun.wait(5)
        return put(Client(), token, "W-1", {"active": False})

    shut_out, answer = run_together(page, call)

    assert shut_out == two.pk, shut_out
    assert answer.json()["errors"][0]["code"] == "last_administrator"
    assert Person.objects.get(pk=one.pk).is_active
