"""One person by REST: who may, what is kept, and what a wrong body is told."""

import json
from datetime import date

import pytest
from django.utils import timezone

from core.models import ApiToken, AuditEvent, Job
from core.tokens import create_token
from people.choices import Role
from people.models import Assignment, ChangeLog, Employment, ParkedManager, Person, RoleGrant
from tests.factories.people import (
    AssignmentFactory,
    EmploymentFactory,
    LegalEntityFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.people.hr import auth, key, places, put

pytestmark = pytest.mark.django_db
ADA = {
    "given_name": "Ada", "family_name": "Keller", "email": "Ada.Keller@Example.test",
    "employee_number": "1001", "legal_entity": "ALPINA", "unit": "QA", "job_title": "Reviewer",
    "country": "CH", "site": "BSL", "active": True, "effective_from": "2024-01-01",
}  # fmt: skip


@pytest.fixture
def unit():
    return OrgUnitFactory(code="QA")


@pytest.fixture
def token(unit):
    return key("hr:write", "hr:read")


def get(client, token, source_id, **headers):
    return client.get(f"/api/v1/hr/people/{source_id}", headers=auth(token, **headers))


def test_a_person_is_made_and_told(client, token):
    answer = put(client, token, "W-1", ADA)

    assert answer.status_code == 201
    told = answer.json()
    person = Person.objects.get(source_id="W-1")
    assert told["id"] == str(person.public_id)
    assert (told["email"], told["unit"], told["site"]) == ("ada.keller@example.test", "QA", "BSL")
    assert told["effective_from"] == "2024-01-01"
    assert told["employments"] == [
        {"legal_entity": "ALPINA", "country": "CH", "status": "active", "primary": True,
         "from": "2024-01-01", "to": None}
    ]  # fmt: skip
    assert person.is_active
    assert not person.has_usable_password()
    event = AuditEvent.objects.get(verb="person.created")
    assert event.after["source"] == "api"
    assert "given_name" in event.after["fields"]
    assert "Ada" not in json.dumps(event.after)


def test_the_same_again_is_unchanged_and_writes_no_history(client, token):
    put(client, token, "W-1", ADA)
    before = ChangeLog.objects.count()

    answer = put(client, token, "W-1", ADA)

    assert answer.status_code == 200
    assert ChangeLog.objects.count() == before
    assert AuditEvent.objects.filter(verb__startswith="person.c").count() == 1


def test_what_is_not_sent_stays_and_what_is_empty_goes(client, token):
    put(client, token, "W-1", ADA)

    told = put(client, token, "W-1", {"job_title": "", "email": None}).json()

    assert (told["job_title"], told["email"], told["given_name"]) == ("", "", "Ada")
    assert told["active"] is True


def test_the_log_has_no_personal_value(client, token):
    put(client, token, "W-1", ADA)
    put(client, token, "W-1", {"family_name": "Roth", "unit": "QA"})

    values = " ".join(ChangeLog.objects.values_list("value", flat=True))
    for secret in ("Ada", "Keller", "Roth", "1001", "example.test"):
        assert secret not in values
    assert set(ChangeLog.objects.values_list("attribute", flat=True)) >= {"family_name", "unit"}


def test_a_move_of_three_months_back_changes_what_was_true_then(client, token):
    OrgUnitFactory(code="QC")
    put(client, token, "W-1", ADA)

    put(client, token, "W-1", {"unit": "QC", "effective_from": "2026-08-27"})

    person = Person.objects.get(source_id="W-1")
    on = {
        day: Assignment.objects.get(person=person, valid__contains=day)
        for day in (date(2026, 8, 26), date(2026, 8, 27))
    }
    assert [one.unit.code for one in on.values()] == ["QA", "QC"]
    assert on[date(2026, 8, 27)].recorded_at.date() > on[date(2026, 8, 27)].valid.lower


def test_a_person_of_before_is_known_by_number_in_the_same_entity_alone(client, token):
    entity = LegalEntityFactory(code="ALPINA")
    known = PersonFactory(employee_number="1001", signing_enabled=False)
    EmploymentFactory(person=known, legal_entity=entity)
    PersonFactory(employee_number="1002", email="same@example.test", is_active=False)

    assert put(client, token, "W-1", ADA).status_code == 200
    stranger = put(client, token, "W-2", ADA | {"employee_number": "1002", "email": ""})

    known.refresh_from_db()
    assert known.source_id == "W-1"
    assert stranger.status_code == 400
    assert places(stranger) == ["#/employee_number"]


def test_an_address_never_makes_two_people_one(client, token):
    PersonFactory(email="ada.keller@example.test")

    answer = put(client, token, "W-1", ADA)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "pointer": "#/email",
            "code": "email_taken",
            "detail": "Another active person has this e-mail address.",
        }
    ]


def test_a_leaver_s_address_goes_to_the_next(client, token):
    gone = PersonFactory(email="ada.keller@example.test", is_active=False)

    assert put(client, token, "W-1", ADA).status_code == 201

    gone.refresh_from_db()
    assert gone.email is None


def test_a_manager_who_is_not_here_is_parked_and_set_on_arrival(client, token):
    told = put(client, token, "W-1", ADA | {"manager": "W-9"}).json()
    assert (told["manager"], told["manager_awaited"]) == ("W-9", True)

    put(client, token, "W-9", {"family_name": "Roth", "unit": "QA", "legal_entity": "ALPINA"})

    assert ParkedManager.objects.count() == 0
    told = get(client, token, "W-1").json()
    assert (told["manager"], told["manager_awaited"]) == ("W-9", False)
    assert told["effective_from"] == "2024-01-01"


def test_nobody_manages_themselves_but_a_circle_is_taken_and_told(client, token):
    assert put(client, token, "W-1", ADA | {"manager": "W-1"}).status_code == 400
    put(client, token, "W-1", ADA)
    put(client, token, "W-2", {"family_name": "B", "unit": "QA", "manager": "W-1"})

    told = put(client, token, "W-1", {"manager": "W-2"}).json()

    assert told["issues"] == ["manager_circle"]


def test_leaving_ends_sessions_tokens_and_roles_at_once(client, token, django_user_model):
    put(client, token, "W-1", ADA)
    person = Person.objects.get(source_id="W-1")
    person.set_password("a long password 1")
    person.is_staff = person.signing_enabled = True
    person.save()
    grant = RoleGrantFactory(person=person)
    own, own_key = create_token(name="own", scopes=["hr:read"], owner=person)
    client.force_login(person)
    assert client.get("/account/").status_code == 200

    told = put(client, token, "W-1", {"active": False}).json()

    assert told["active"] is False
    assert told["employments"][0]["to"] == timezone.localdate().isoformat()
    assert client.get("/account/").status_code == 302
    assert get(client, own_key, "W-1").status_code == 401
    person.refresh_from_db()
    assert (person.is_staff, person.signing_enabled, person.has_usable_password()) == (
        False, False, False,
    )  # fmt: skip
    grant.refresh_from_db()
    assert grant.ended_at is not None
    assert ApiToken.objects.get(pk=own.pk).revoked_at is not None
    assert Job.objects.filter(name="workflows.reroute_orphans").count() == 1
    assert RoleGrant.objects.filter(ended_at=None, person=person).count() == 0

    put(client, token, "W-1", {"active": True})
    assert client.get("/account/").status_code == 302  # the old session stays dead
    person.refresh_from_db()
    assert person.is_active
    assert Employment.objects.filter(person=person).count() == 2


def signer(**facts):
    return PersonFactory(signing_enabled=True, **facts)


def administrator(**facts):
    person = PersonFactory(signing_enabled=False, **facts)
    return RoleGrantFactory(role=Role.ADMINISTRATOR, person=person).person


@pytest.mark.parametrize("make", [signer, administrator])
@pytest.mark.parametrize("email", ["mallory@example.test", "", None])
def test_the_address_of_who_signs_or_administers_stays(client, token, make, email):
    make(source_id="W-1", email="boss@example.test", family_name="Before")

    answer = put(client, token, "W-1", {"email": email, "family_name": "After"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "email_guarded")
    person = Person.objects.get(source_id="W-1")
    assert (person.email, person.family_name) == ("boss@example.test", "Before")
    same = put(client, token, "W-1", {"email": "Boss@example.test", "family_name": "After"})
    assert (same.status_code, same.json()["family_name"]) == (200, "After")


def test_the_address_is_guarded_for_who_is_known_by_number_too(client, token):
    known = signer(employee_number="1001", email="boss@example.test")
    EmploymentFactory(person=known, legal_entity=LegalEntityFactory(code="ALPINA"))

    assert put(client, token, "W-1", ADA).status_code == 400

    known.refresh_from_db()
    assert (known.source_id, known.email) == (None, "boss@example.test")


def test_who_signed_and_leaves_may_change_address_and_comes_back_without_rights(client, token):
    person = signer(source_id="W-1", email="boss@example.test")
    EmploymentFactory(person=person)
    new = {"email": "other@example.test"}
    assert put(client, token, "W-1", new | {"active": False, "effective_from": "2200-01-01"}
               ).status_code == 400  # fmt: skip

    assert put(client, token, "W-1", new | {"active": False}).status_code == 200
    assert put(client, token, "W-1", {"active": True}).status_code == 200

    person.refresh_from_db()
    assert (person.is_active, person.email) == (True, "other@example.test")
    assert (person.signing_enabled, person.has_usable_password()) == (False, False)


def test_the_address_of_a_shut_out_administrator_stays_and_goes_to_nobody(client, token):
    person = administrator(source_id="W-1", email="boss@example.test", is_active=False)
    mine, other = {"email": "mallory@example.test"}, ADA | {"email": "boss@example.test"}

    answers = [
        put(client, token, "W-1", mine | {"active": False}),
        put(client, token, "W-1", mine | {"active": True}),
        put(client, token, "W-2", other),
    ]

    assert [one.json()["errors"][0]["code"] for one in answers] == ["email_guarded"] * 3
    person.refresh_from_db()
    assert person.email == "boss@example.test"


def test_the_last_administrator_does_not_leave(client, token):
    last = administrator(source_id="W-1")
    EmploymentFactory(person=last)
    for day in ({}, {"effective_from": "2199-01-01"}):
        answer = put(client, token, "W-1", {"active": False} | day)
        assert answer.json()["errors"] == [
            {
                "pointer": "#/active",
                "code": "last_administrator",
                "detail": "This is the last administrator: make somebody else administrator "
                "before this one leaves.",
            }
        ]
    assert put(client, token, "W-1", {"job_title": "Lead"}).status_code == 200

    administrator()
    assert put(client, token, "W-1", {"active": False}).json()["active"] is False


def test_a_further_employment_of_the_last_administrator_may_end(client, token):
    last = administrator(source_id="W-1")
    EmploymentFactory(person=last, legal_entity=LegalEntityFactory(code="A"))
    EmploymentFactory(person=last, legal_entity=LegalEntityFactory(code="B"), is_primary=False)
    beside = {"legal_entity": "B", "primary": False, "active": False}

    assert put(client, token, "W-1", beside).status_code == 200
    assert put(client, token, "W-1", beside | {"legal_entity": "A"}).status_code == 400


def test_a_token_that_acts_for_somebody_needs_an_administrator(client, unit):
    put(client, key("hr:write"), "W-1", ADA)
    office = RoleGrantFactory(person=PersonFactory()).person
    scopes = ("hr:read", "hr:write", "hr:bulk")
    refused, taken = key(*scopes, owner=office), key(*scopes, owner=administrator())
    paths = ["people", "people/W-1", "people/W-1/lines", "units", "units/QA"]

    for token, status in ((refused, 403), (taken, 200)):
        answers = [client.get(f"/api/v1/hr/{path}", headers=auth(token)) for path in paths]
        answers += [
            client.put(
                f"/api/v1/hr/{path}",
                data=body,
                content_type="application/json",
                headers=auth(token),
            )
            for path, body in (("people/W-1", "{}"), ("people/W-1/lines", "[]"), ("units/QA", "{}"))
        ]
        assert {one.status_code for one in answers} == {status}
    sent = client.post(
        "/api/v1/hr/imports", data=b"source_id\nW-1\n", content_type="text/csv",
        headers=auth(refused),
    )  # fmt: skip
    assert sent.status_code == 403
    assert "acts for somebody who is not an administrator" in sent.json()["detail"]


def test_a_stale_row_is_refused_and_a_newer_one_taken(client, token):
    put(client, token, "W-1", ADA | {"source_version": 5})

    old = put(client, token, "W-1", {"job_title": "Old", "source_version": 4})
    new = put(client, token, "W-1", {"job_title": "New", "source_version": 6})

    assert (old.status_code, old.json()["code"]) == (409, "older_version")
    assert new.json()["job_title"] == "New"


def test_a_changed_person_is_not_overwritten_by_who_read_before(client, token):
    tag = put(client, token, "W-1", ADA)["ETag"]
    tag = get(client, token, "W-1")["ETag"]
    assert get(client, token, "W-1", **{"If-None-Match": tag}).status_code == 304
    put(client, token, "W-1", {"job_title": "Lead"})

    late = put(client, token, "W-1", {"job_title": "Other"}, **{"If-Match": tag})

    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    now = get(client, token, "W-1")
    assert now.json()["job_title"] == "Lead"
    fresh = put(client, token, "W-1", {"job_title": "Other"}, **{"If-Match": now["ETag"]})
    assert fresh.status_code == 200


def test_two_employments_are_both_told_and_the_person_is_one(client, token):
    put(client, token, "W-1", ADA)

    told = put(
        client, token, "W-1",
        {"legal_entity": "LYON", "country": "FR", "primary": False, "effective_from": "2026-01-01"},
    ).json()  # fmt: skip

    assert told["legal_entity"] == "ALPINA"
    assert [(one["legal_entity"], one["country"], one["primary"]) for one in told["employments"]] == [
        ("ALPINA", "CH", True), ("LYON", "FR", False),
    ]  # fmt: skip
    assert Assignment.objects.filter(person__source_id="W-1").count() == 1


@pytest.mark.parametrize(
    "body, place",
    [
        ({"unit": "NO"}, "#/unit"),
        ({"salary": 1}, "#/salary"),
        ({"source_id": "W-2"}, "#/source_id"),
        ({"active": "perhaps"}, "#/active"),
        ({"active": []}, "#/active"),
        ({"effective_from": "03/04/2026"}, "#/effective_from"),
        ({"given_name": "x" * 101}, "#/given_name"),
        ({"given_name": "a\x07b"}, "#/given_name"),
        ({"source_version": float("1e300")}, "#/source_version"),
        ([], "#"),
        ("text", "#"),
    ],
)
def test_a_wrong_field_is_named(client, token, body, place):
    answer = put(client, token, "W-1", ADA | body if isinstance(body, dict) else body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert places(answer) == [place]
    assert not Person.objects.filter(source_id="W-1").exists()


@pytest.mark.parametrize("source_id", ["W%201", "Zo%C3%AB", "a" * 128, "a@b.c"])
def test_hr_s_key_is_any_text(client, token, source_id):
    assert put(client, token, source_id, ADA).status_code == 201
    assert get(client, token, source_id).status_code == 200


@pytest.mark.parametrize("source_id", ["a" * 129, "a%00b", "%20"])
def test_a_key_that_cannot_be_kept_is_refused(client, token, source_id):
    assert put(client, token, source_id, ADA).status_code == 400
    assert get(client, token, source_id).status_code in {400, 404}
    assert client.get(f"/api/v1/hr/people?unit={source_id}", headers=auth(token)).status_code in {
        200,
        400,
    }


@pytest.mark.parametrize("scope", ["hr:read", "hr:bulk", "scim:write"])
def test_writing_needs_its_scope(client, unit, scope):
    assert put(client, key(scope), "W-1", ADA).status_code == 403


def test_reading_needs_its_scope_and_a_stranger_gets_nothing(client, unit):
    assert get(client, key("hr:write"), "W-1").status_code == 403
    assert client.get("/api/v1/hr/people").status_code == 401
    assert client.delete("/api/v1/hr/people/W-1", headers=auth(key("hr:write"))).status_code == 405


def test_the_list_turns_pages_by_cursor_and_is_narrowed(client, token):
    for n in range(5):
        put(client, token, f"W-{n}", {"family_name": f"F{n}", "unit": "QA", "legal_entity": "A"})
    put(client, token, "W-4", {"active": False})

    first = client.get("/api/v1/hr/people?page_size=2", headers=auth(token)).json()
    seen = [one["source_id"] for one in first["results"]]
    while first["next"]:
        first = client.get(first["next"], headers=auth(token)).json()
        seen += [one["source_id"] for one in first["results"]]
    assert seen == [f"W-{n}" for n in range(5)]

    def asked(query):
        return client.get(f"/api/v1/hr/people?{query}", headers=auth(token))

    assert [one["source_id"] for one in asked("active=false").json()["results"]] == ["W-4"]
    assert len(asked("unit=QA").json()["results"]) == 4
    assert len(asked("legal_entity=A").json()["results"]) == 4
    assert asked("name=F1").status_code == 400
    assert AuditEvent.objects.filter(verb="people.read").exists()


def test_who_is_not_of_hr_is_not_told(client, token):
    AssignmentFactory()

    assert client.get("/api/v1/hr/people", headers=auth(token)).json()["results"] == []
