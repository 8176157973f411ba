"""Rows about people by machine."""

import json
from uuid import uuid4

import pytest

from core.choices import JobState
from core.jobs.working import run_waiting
from core.models import Job
from core.tokens import create_token
from measurement.models import Entitlement, UsageWeek, UseImport
from people.choices import Role
from people.models import TrainingCompletion
from tests.factories.people import PersonFactory, RoleGrantFactory, TrainingFactory
from tests.factories.workflows import AiToolFactory

pytestmark = pytest.mark.django_db
NOWHERE = "01900000-0000-7000-8000-000000000000"
WEEK = {"person": "E-1", "tool": "Assistant", "week": "2026-03-02", "active_days": 2}


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture(autouse=True)
def _known():
    PersonFactory(source_id="E-1")
    AiToolFactory(name="Assistant", version="1")
    TrainingFactory(code="BASICS")


def key(*scopes, owner=None):
    return create_token(name="feed", scopes=scopes, owner=owner)[1]


def post(client, address, body, *, token, kind="application/json"):
    return client.post(
        f"/api/v1/{address}",
        data=body,
        content_type=kind,
        headers={"Authorization": f"Bearer {token}"},
    )


def got(client, address, token):
    return client.get(address, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "address, scope, row, table",
    [
        ("usage", "usage:write", WEEK, UsageWeek),
        (
            "entitlements",
            "usage:write",
            {"person": "E-1", "tool": "Assistant", "from": "2026-01-01", "to": None},
            Entitlement,
        ),
        (
            "trainings/completions",
            "training:write",
            {"person": "E-1", "training": "BASICS", "completed_date": "2026-03-02"},
            TrainingCompletion,
        ),
    ],
)
def test_rows_are_accepted_and_come_in(client, address, scope, row, table):
    answer = post(client, address, json.dumps(row), token=key(scope))

    assert answer.status_code == 202
    job = Job.objects.get()
    assert answer["Location"] == f"/api/v1/jobs/{job.public_id}"
    assert (answer.json()["id"], answer.json()["again"]) == (str(job.public_id), False)
    run_waiting()
    job.refresh_from_db()
    assert (job.state, job.created, table.objects.count()) == (JobState.DONE, 1, 1)
    again = post(client, address, json.dumps(row), token=key(scope))
    assert (again.status_code, again.json()["again"], Job.objects.count()) == (202, True, 1)


@pytest.mark.parametrize("kind", ["text/csv", "application/x-ndjson"])
def test_other_shapes(client, kind):
    rows = "person,tool,week,active_days\nE-1,Assistant,2026-03-02,2\n"
    body = rows if kind == "text/csv" else json.dumps(WEEK)
    assert post(client, "usage", body, token=key("usage:write"), kind=kind).status_code == 202


def test_refused_rows_are_told_by_line_and_reason_alone(client):
    token = key("usage:write")
    rows = [WEEK, WEEK | {"person": "E-SECRET"}, WEEK | {"active_days": 8, "week": "2026-03-09"}]
    body = "\n".join(map(json.dumps, rows))
    answer = post(client, "usage", body, token=token, kind="application/x-ndjson")
    run_waiting()

    state = got(client, answer["Location"], token).json()
    assert (state["state"], state["rejected"]) == ("needs_review", 2)
    errors = got(client, state["errors_url"], token)
    assert errors.status_code == 200
    assert {
        (row["line"], row["column"], row["code"], row["value"]) for row in errors.json()["results"]
    } == {(2, "person", "unknown_person", ""), (3, "active_days", "too_many_days", "8")}
    assert b"E-SECRET" not in errors.content
    assert all(row["reason"] for row in errors.json()["results"])


def test_on_error_skip_brings_the_good_rows(client):
    rows = [WEEK, WEEK | {"person": "E-9"}]
    post(client, "usage?on_error=skip", json.dumps(rows), token=key("usage:write"))
    run_waiting()
    assert UsageWeek.objects.count() == 1


@pytest.mark.parametrize(
    "address, scope",
    [
        ("usage", "training:write"),
        ("entitlements", "cases:write"),
        ("trainings/completions", "usage:write"),
    ],
)
def test_another_scope_is_none(client, address, scope):
    assert post(client, address, "[]", token=key(scope)).status_code == 403


def test_the_refusals_of_another_scope_are_not_there(client):
    post(
        client,
        "trainings/completions",
        json.dumps([{"person": "E-9", "training": "BASICS", "completed_date": "2026-03-02"}]),
        token=key("training:write"),
    )
    run_waiting()
    address = f"/api/v1/use-imports/{UseImport.objects.get().public_id}/rejections"
    assert got(client, address, key("training:write")).status_code == 200
    assert got(client, address, key("usage:write")).status_code == 404
    assert got(client, address, key("cases:write")).status_code == 403
    missing = f"/api/v1/use-imports/{uuid4()}/rejections"
    assert got(client, missing, key("usage:write")).status_code == 404


def test_a_persons_token_counts_for_the_program_office_alone(client):
    somebody = PersonFactory()
    body = json.dumps(WEEK)
    assert post(client, "usage", body, token=key("usage:write", owner=somebody)).status_code == 403
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person
    assert post(client, "usage", body, token=key("usage:write", owner=office)).status_code == 202


@pytest.mark.parametrize(
    "query, body, kind, status",
    [
        ("?page=1", "[]", "application/json", 400),
        ("?on_error=maybe", "[]", "application/json", 400),
        (f"?tool={NOWHERE}", json.dumps(WEEK), "application/json", 422),
        ("?tool=x", json.dumps(WEEK), "application/json", 400),
        ("", "", "application/json", 415),
        ("", "{", "application/json", 422),
        ("", "[]", "application/json", 422),
        ("", "[1]", "application/json", 422),
        ("", '{"person": "E-1"}', "application/json", 422),
        ("", "x", "text/plain", 415),
    ],
)
def test_bad_deliveries_are_refused_at_once(client, query, body, kind, status):
    answer = post(client, f"usage{query}", body, token=key("usage:write"), kind=kind)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert UseImport.objects.count() == 0


@pytest.mark.parametrize("column", ["a\x00b", "a\ud800b"])
def test_a_column_no_database_can_name_is_left_out(client, column):
    answer = post(client, "usage", json.dumps([WEEK | {column: 1}]), token=key("usage:write"))
    run_waiting()

    assert answer.status_code == 202
    assert UseImport.objects.get().options["ignored"] == ["a\ufffdb"]
    assert UsageWeek.objects.count() == 1


def test_a_tool_is_not_asked_of_trainings(client):
    answer = post(
        client, f"trainings/completions?tool={uuid4()}", "[]", token=key("training:write")
    )
    assert answer.status_code == 400


def test_refusals_cost_the_same_whatever_the_rows(client, django_assert_num_queries):
    token = key("usage:write")
    for rows in ([WEEK | {"person": "E-9"}], [WEEK | {"person": f"E-{n}"} for n in range(30)]):
        post(client, "usage", json.dumps(rows), token=token)
    run_waiting()
    got(client, "/api/v1/use-imports/x/rejections", token)
    for made in UseImport.objects.order_by("pk"):
        with django_assert_num_queries(3):
            got(client, f"/api/v1/use-imports/{made.public_id}/rejections", token)
