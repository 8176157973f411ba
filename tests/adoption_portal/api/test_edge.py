"""What holds for every call under /api/: problems, limits, ETags, methods."""

import json
import logging

import pytest
import time_machine
from django.test import Client

from core import jobs
from core.tokens import create_token
from tests.factories.people import PersonFactory
from tests.factories.workflows import WorkflowFactory

pytestmark = pytest.mark.django_db
PARTS = {"type", "title", "status", "code", "detail", "request_id"}


@pytest.fixture
def key():
    return create_token(name="all", scopes=["jobs:read", "evidence:read", "cases:write"])[1]


@pytest.fixture
def ask(client, key):
    def call(path, method="GET", body=None, kind="application/json", **headers):
        return client.generic(
            method, path, body or b"", content_type=kind,
            headers={"Authorization": f"Bearer {key}"} | headers,
        )  # fmt: skip

    return call


def is_problem(answer, status, code):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert set(body) - {"errors"} == PARTS
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["type"] == f"/api/v1/docs/#problem-{code}"
    return body


def test_every_refusal_is_a_problem(ask, client, settings):
    workflow = WorkflowFactory().slug
    is_problem(client.get("/api/v1/workflows"), 401, "not_authenticated")
    is_problem(client.get("/api/v1/nothing/here"), 404, "not_found")
    is_problem(client.get("/api/"), 404, "not_found")
    is_problem(ask("/api/v1/workflows/019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596"), 404, "not_found")
    is_problem(ask("/api/v1/workflows", "DELETE"), 405, "method_not_allowed")
    is_problem(ask("/api/v1/workflows", Accept="text/html"), 406, "not_acceptable")
    is_problem(ask(f"/api/v1/workflows/{workflow}/cases", "POST", b"a", "text/html"), 415, "unsupported_media_type")  # fmt: skip
    settings.UPLOAD_LIMIT_BYTES = 10
    answer = ask(f"/api/v1/workflows/{workflow}/cases", "POST", b"x" * 20)
    assert answer.status_code == 413
    is_problem(answer, 413, answer.json()["code"])
    settings.API_CALLS_PER_MINUTE = 0
    is_problem(ask("/api/v1/workflows"), 429, "throttled")


def test_page_under_api_refuses_by_a_problem_too(ask, client):
    client.force_login(PersonFactory())
    answer = client.post("/api/v1/docs/")

    is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD"


def test_foreign_host_is_told_by_a_problem_with_all_headers(ask):
    answer = ask("/api/v1/workflows", Host="evil.example")

    is_problem(answer, 400, "bad_request")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_fault_is_told_without_its_inside(key, monkeypatch, caplog):
    from workflows.api import workflows

    def broken(*_facts):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(workflows, "workflows_read_by", broken)
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.CRITICAL):
        answer = client.get("/api/v1/workflows", headers={"Authorization": f"Bearer {key}"})

    is_problem(answer, 500, "error")
    assert "secret inside" not in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/workflows/%00/cases",
        "/api/v1/workflows?slug=a%00b",
        "/api/v1/workflows?cursor=%00",
        "/api/v1/workflows?%00=1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nul_in_an_address_is_refused(ask, path, method):
    is_problem(ask(path, method), 400, "unreadable")


def test_broken_letters_in_an_address_are_no_fault(ask):
    for path in ("/api/v1/workflows/%ff%fe/cases", "/api/v1/%c3%28", "/api/v1/workflows?slug=%ff"):
        assert ask(path).status_code in {400, 404, 405}


def test_format_in_the_address_is_a_parameter_like_any_other(ask):
    assert ask("/api/v1/workflows?format=xml").status_code == 400


# --- limits ---------------------------------------------------------------------------------------
def test_every_answer_says_how_many_calls_are_left(ask, settings):
    settings.API_CALLS_PER_MINUTE = 2
    path = f"/api/v1/jobs/{jobs.enqueue('core.forget_expired').public_id}"
    with time_machine.travel("2026-11-24T12:00:10Z", tick=False):
        answers = [ask(path) for _call in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"calls";q=2;w=60'}
    assert [answer["RateLimit"] for answer in answers] == [
        '"calls";r=1;t=50',
        '"calls";r=0;t=50',
        '"calls";r=0;t=50',
    ]
    assert answers[2]["Retry-After"] == "50"


# --- what has not changed --------------------------------------------------------------------------
def test_same_answer_again_is_not_sent(ask):
    WorkflowFactory()
    first = ask("/api/v1/workflows")

    again = ask("/api/v1/workflows", **{"If-None-Match": first["ETag"]})
    WorkflowFactory()
    later = ask("/api/v1/workflows", **{"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert not first["ETag"].startswith("W/")
    assert later.status_code == 200
    assert later["ETag"] != first["ETag"]
    for answer in (first, again):
        assert answer["Cache-Control"] == "private, no-store"
        assert "RateLimit" in answer


def test_refusals_have_no_etag(client):
    assert "ETag" not in client.get("/api/v1/workflows")


# --- methods --------------------------------------------------------------------------------------
def test_head_is_get_without_a_body(ask):
    WorkflowFactory()
    whole, head = ask("/api/v1/workflows"), ask("/api/v1/workflows", "HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == whole["ETag"]


def test_options_names_the_methods_and_asks_for_a_token_too(ask, client):
    answer = ask("/api/v1/workflows", "OPTIONS")

    assert answer.json() == {"methods": ["GET", "HEAD", "OPTIONS"]}
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    is_problem(client.options("/api/v1/workflows"), 401, "not_authenticated")
