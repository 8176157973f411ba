"""Units and second lines by REST."""

import json

import pytest

from core.models import AuditEvent, Job
from people.models import OrgUnit, OrgUnitClosure, ReportingLine
from tests.factories.people import OrgUnitFactory, PersonFactory, SiteFactory
from tests.people.hr import auth, key, places

pytestmark = pytest.mark.django_db


@pytest.fixture
def token():
    return key("hr:write", "hr:read")


def put(client, token, path, body):
    return client.put(
        f"/api/v1/hr/{path}",
        data=json.dumps(body),
        content_type="application/json",
        headers=auth(token),
    )


def test_a_tree_is_built_from_above_and_moved(client, token):
    head = PersonFactory(source_id="W-1")
    SiteFactory(code="BSL")
    assert put(client, token, "units/ALP", {"name": "Alpina"}).status_code == 201
    told = put(
        client, token, "units/QA",
        {"name": "Quality", "parent": "ALP", "head": "W-1", "site": "BSL", "function": "Quality"},
    ).json()  # fmt: skip
    put(client, token, "units/NEW", {"name": "New"})

    moved = put(client, token, "units/QA", {"parent": "NEW"})

    assert (told["parent"], told["head"], told["site"]) == ("ALP", "W-1", "BSL")
    assert (moved.status_code, moved.json()["parent"]) == (200, "NEW")
    assert moved.json()["name"] == "Quality"
    assert OrgUnit.objects.get(code="QA").head == head
    assert OrgUnitClosure.objects.filter(ancestor__code="NEW", descendant__code="QA").exists()
    assert put(client, token, "units/QA", {"parent": "NEW"}).status_code == 200
    assert AuditEvent.objects.filter(verb="unit.changed").count() == 1
    assert Job.objects.filter(name="workflows.reroute_orphans").count() == 1


def test_a_unit_lies_never_below_itself(client, token):
    put(client, token, "units/A", {})
    put(client, token, "units/B", {"parent": "A"})

    for unit, parent in (("A", "B"), ("A", "A")):
        answer = put(client, token, f"units/{unit}", {"parent": parent})
        assert (answer.status_code, answer.json()["code"]) == (422, "unit_loop")
    assert OrgUnit.objects.get(code="A").parent is None


@pytest.mark.parametrize(
    "body, place",
    [
        ({"parent": "NO"}, "#/parent"),
        ({"head": "W-9"}, "#/head"),
        ({"site": "NO"}, "#/site"),
        ({"closed_date": "soon"}, "#/closed_date"),
        ({"name": ""}, "#/name"),
        ({"budget": 1}, "#/budget"),
        ({"code": "B"}, "#/code"),
        ([], "#"),
    ],
)
def test_a_wrong_field_of_a_unit_is_named(client, token, body, place):
    answer = put(client, token, "units/A", body)

    assert (answer.status_code, places(answer)) == (400, [place])
    assert not OrgUnit.objects.exists()


@pytest.mark.parametrize("code", ["a" * 65, "%20A", "a%07"])
def test_what_cannot_be_the_code_of_a_unit_is_refused(client, token, code):
    answer = put(client, token, f"units/{code}", {})

    assert (answer.status_code, places(answer)) == (400, ["code"])
    assert not OrgUnit.objects.exists()


def test_text_that_no_database_takes_is_refused(client, token):
    answer = put(client, token, "units/A", {"name": "a\x00"})

    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("path", ["units", "units/A", "people/W-1/lines", "people/W-1"])
def test_no_parameter_is_ignored(client, token, path):
    OrgUnitFactory(code="A")
    PersonFactory(source_id="W-1")

    answer = client.get(f"/api/v1/hr/{path}?colour=red", headers=auth(token))

    assert (answer.status_code, places(answer)) == (400, ["colour"])


def test_head_whom_hr_does_not_know_is_told_as_none(client, token):
    OrgUnitFactory(code="A", head=PersonFactory())

    assert client.get("/api/v1/hr/units/A", headers=auth(token)).json()["head"] == ""


def test_units_are_listed_and_read_by_code(client, token):
    OrgUnitFactory(code="A", head=None)

    assert client.get("/api/v1/hr/units/A", headers=auth(token)).json()["head"] == ""
    listed = client.get("/api/v1/hr/units", headers=auth(token)).json()["results"]
    assert [one["code"] for one in listed] == ["A"]
    assert client.get("/api/v1/hr/units/B", headers=auth(token)).status_code == 404
    assert put(client, key("hr:read"), "units/A", {}).status_code == 403


def test_a_wrong_line_is_named_by_its_place(client, token):
    for source_id in ("W-1", "W-2"):
        PersonFactory(source_id=source_id)
    good = {"manager": "W-2", "kind": "matrix"}

    ends = put(client, token, "people/W-1/lines",
               [good, good | {"from": "2026-02-01", "to": "2026-01-01"}])  # fmt: skip
    unknown = put(client, token, "people/W-1/lines", [good, good | {"manager": "W-9"}])

    assert (places(ends), places(unknown)) == (["#/1/to"], ["#/1/manager"])


def test_lines_are_put_as_a_whole_and_the_old_ones_stay_as_history(client, token):
    person = PersonFactory(source_id="W-1")
    for n in (2, 3):
        PersonFactory(source_id=f"W-{n}")
    first = [
        {"manager": "W-2", "kind": "matrix", "from": "2026-01-01"},
        {"manager": "W-3", "kind": "project", "from": "2026-02-01", "to": "2027-01-01"},
    ]
    told = put(client, token, "people/W-1/lines", first)
    assert told.status_code == 200
    assert told.json() == [first[0] | {"to": None}, first[1]]

    put(client, token, "people/W-1/lines", [first[1]])

    assert ReportingLine.objects.filter(person=person).count() == 2
    now = client.get("/api/v1/hr/people/W-1/lines", headers=auth(token)).json()
    assert now == [first[1]]
    events = AuditEvent.objects.filter(verb="person.changed").count()
    put(client, token, "people/W-1/lines", [first[1]])
    assert AuditEvent.objects.filter(verb="person.changed").count() == events


def test_reading_lines_is_told_to_the_audit_trail(client, token):
    person = PersonFactory(source_id="W-1")

    client.get("/api/v1/hr/people/W-1/lines", headers=auth(token))

    event = AuditEvent.objects.get(verb="person.read")
    assert (event.subject_id, event.after) == (str(person.public_id), {"by": "hr:read"})


@pytest.mark.parametrize(
    "first, until",
    [("2024-06-01", None), ("2023-01-01", "2024-02-01"), ("2023-01-01", None)],
)
def test_a_line_never_overlaps_one_that_ended(client, token, first, until):
    for n in (1, 2):
        PersonFactory(source_id=f"W-{n}")
    ended = {"manager": "W-2", "kind": "matrix", "from": "2024-01-01", "to": "2025-01-01"}
    assert put(client, token, "people/W-1/lines", [ended]).status_code == 200
    new = {"manager": "W-2", "kind": "matrix", "from": first, "to": until}

    answer = put(client, token, "people/W-1/lines", [new])

    assert (answer.status_code, answer.json()["code"]) == (409, "lines_overlap")
    line = ReportingLine.objects.get()
    assert (line.valid.lower.isoformat(), line.valid.upper.isoformat()) == (
        "2024-01-01", "2025-01-01",
    )  # fmt: skip
    after = put(client, token, "people/W-1/lines", [new | {"from": "2025-01-01", "to": None}])
    assert after.status_code == 200


def test_a_line_grows_over_a_planned_one_that_goes(client, token):
    for n in (1, 2):
        PersonFactory(source_id=f"W-{n}")
    now = {"manager": "W-2", "kind": "matrix", "from": "2024-01-01", "to": "2100-01-01"}
    later = now | {"from": "2100-01-01", "to": None}
    assert put(client, token, "people/W-1/lines", [now, later]).status_code == 200

    answer = put(client, token, "people/W-1/lines", [now | {"to": None}])

    assert (answer.status_code, answer.json()) == (200, [now | {"to": None}])
    assert ReportingLine.objects.count() == 1


@pytest.mark.parametrize(
    "lines, status",
    [
        ([{"manager": "W-1", "kind": "matrix"}], 422),
        ([{"manager": "W-9", "kind": "matrix"}], 400),
        ([{"manager": "W-2", "kind": "line"}], 400),
        ([{"manager": "W-2", "kind": "matrix", "from": "2026-02-01", "to": "2026-01-01"}], 400),
        ([{"manager": "W-2", "kind": "matrix", "from": "2026-01-01"}] * 2, 422),
        ({"manager": "W-2"}, 400),
    ],
)
def test_a_wrong_line_is_refused(client, token, lines, status):
    PersonFactory(source_id="W-1")
    PersonFactory(source_id="W-2")

    assert put(client, token, "people/W-1/lines", lines).status_code == status
    assert ReportingLine.objects.count() == 0
