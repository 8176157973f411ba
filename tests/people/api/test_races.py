"""HR's own calls at one moment with an import."""

import threading

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from core.models import Job
from people.choices import Role
from people.models import PeopleImport, Person
from people.operations import imports
from people.operations.inbound import hold_inbound
from people.operations.records import set_active
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.people.hr import auth, csv_of, key, post, put, staff
from tests.threads import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_two_calls_with_one_key_at_once_are_one_import(
    run_together, monkeypatch, tmp_path, settings
):
    settings.DATA_DIR = tmp_path
    token, at_work, answered = key("hr:bulk"), threading.Event(), threading.Event()
    take_in = imports.take_in

    def takes_its_time(**facts):
        at_work.set()
        answered.wait(5)
        return take_in(**facts)

    def call():
        return post(Client(), token, csv_of(*staff(3)), **{"Idempotency-Key": "night-1"})

    def second():
        at_work.wait(5)
        answer = call()
        answered.set()
        return answer

    monkeypatch.setattr(imports, "take_in", takes_its_time)
    first, other = run_together(call, second)

    assert first.status_code == 202, first
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_in_flight")
    again = call()
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert (PeopleImport.objects.count(), Job.objects.count()) == (1, 1)
    assert len(list((tmp_path / "uploads" / "people").iterdir())) == 1
