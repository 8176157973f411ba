"""The description is what is checked in, and says enough of every operation."""

import re

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.renderers import OpenApiYamlRenderer
from jsonschema import Draft202012Validator

from adoption_portal.api_docs import description, operations
from adoption_portal.launcher.folders import ROOT
from core.api.scopes import SCOPES
from core.tokens import create_token
from tests.factories.people import PersonFactory

STORED = ROOT / "docs" / "openapi.yaml"
DOCUMENT = description()
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
each_operation = pytest.mark.parametrize(
    "path, method, operation", OPERATIONS, ids=[f"{m} {p}" for p, m, _o in OPERATIONS]
)


def test_stored_description_is_todays():
    """``make openapi`` writes it anew; what changed in it is then read by whoever reviews it."""
    assert STORED.read_bytes() == OpenApiYamlRenderer().render(DOCUMENT, renderer_context={})


def test_description_is_valid_and_made_without_a_warning(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True)

    assert capsys.readouterr().out.startswith("openapi: 3.1")


@each_operation
def test_operation_says_what_it_is_and_who_may(path, method, operation):
    assert operation["summary"]
    assert not operation["summary"].endswith(".")
    asked = {scope for way in operation["security"] for scope in way.get("token", ())}
    assert asked <= set(SCOPES)
    assert asked or "session" in {name for way in operation["security"] for name in way}


@each_operation
def test_operation_knows_its_problems(path, method, operation):
    expected = {"400", "401", "403", "406", "429", "500", "503"}
    if "{" in path:
        expected |= {"404"}
    if method in {"post", "put", "patch"}:
        expected |= {"409", "413", "415", "422"}
    assert expected <= set(operation["responses"])


def contents(operation):
    if "requestBody" in operation:
        yield from operation["requestBody"]["content"].items()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).items()


@each_operation
def test_json_of_an_operation_has_an_example_that_fits(path, method, operation):
    for kind, told in contents(operation):
        if kind != "application/json":
            continue
        examples = [one["value"] for one in told.get("examples", {}).values()]
        assert examples, f"{method} {path}: no example; put @example(...) above the serializer"
        schema = told["schema"] | {"components": DOCUMENT["components"]}
        for value in examples:
            found = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
            assert found == []


def test_nobody_is_named_in_what_evidence_gives():
    """Neither a field nor an example of the read endpoints leads to one person."""
    shown = {
        name
        for kind in ("WorkflowDetailOut", "RedesignDetailOut", "ReadingDetailOut")
        for name in DOCUMENT["components"]["schemas"][kind]["properties"]
    }
    assert not shown & {"owner", "proposer", "overseer", "created_by", "decided_by", "email"}


# --- its pages ------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_document_opens_with_any_token_and_for_who_is_signed_in(client):
    key = create_token(name="feed", scopes=["jobs:read"])[1]
    by_token = client.get("/api/v1/schema/", headers={"Authorization": f"Bearer {key}"})
    stranger = client.get("/api/v1/schema/")
    client.force_login(PersonFactory())
    as_json = client.get("/api/v1/schema/", headers={"Accept": "application/json"})

    assert (by_token.status_code, stranger.status_code, as_json.status_code) == (200, 401, 200)
    assert yaml.safe_load(by_token.content)["openapi"].startswith("3.1")
    assert as_json.json()["paths"].keys() == DOCUMENT["paths"].keys()


@pytest.mark.django_db
def test_page_tells_every_operation_without_script(client):
    client.force_login(PersonFactory())

    text = client.get("/api/v1/docs/").content.decode()

    assert len(operations()) == len(OPERATIONS)
    for operation in operations():
        assert f'id="{operation.id}"' in text
        assert operation.path in text
    assert not re.search(r"<script(?![^>]*src=)", text)


@pytest.mark.django_db
def test_type_of_a_problem_is_explained_on_the_page(client):
    problem = client.get("/api/v1/nothing").json()
    client.force_login(PersonFactory())
    page = client.get("/api/v1/docs/").content.decode()

    address, _sign, place = problem["type"].partition("#")
    assert address == "/api/v1/docs/"
    assert f'id="{place}"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/docs/", "/api/v1/docs/try/"])
def test_pages_ask_for_a_sign_in_and_keep_the_policy(client, address):
    assert client.get(address)["Location"].startswith("/account/login/")
    client.force_login(PersonFactory())

    answer = client.get(address)

    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
