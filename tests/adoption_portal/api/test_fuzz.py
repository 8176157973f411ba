"""Calls made up from the description: no fault, and no answer that the description does not know.

A short seeded run stands in the suite; ``make fuzz`` goes on with new seeds for five minutes.
"""

import os
import time
from collections import Counter

import pytest
import requests
import schemathesis
from django.db import connection
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from adoption_portal.api_docs import description
from core.api import authentication
from core.api.scopes import SCOPES
from core.tokens import create_token
from tests.architecture import scene

SECONDS = float(os.environ.get("API_FUZZ_SECONDS", "0"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KNOWN = {
    "/api/v1/workflows/": "workflow",
    "/api/v1/redesigns/": "live",
    "/api/v1/readings/": "reading",
    "/api/v1/jobs/": "job",
    "/api/v1/imports/": "import",
    "/api/v1/use-imports/": "use_import",
    "/api/v1/hr/imports/": "people_import",
    "/api/v1/hr/people/": "hr_person",
    "/api/v1/hr/units/": "hr_unit",
}
WANTED = {200, 202, 400, 401, 403, 404}
MOST_ROUNDS = 4
FITTING = 3  # calls of each kind with the right token
OTHERS = 3  # and one more with each of so many others, which take turns from round to round


@pytest.fixture
def portal(transactional_db, live_server, settings, tmp_path, monkeypatch):
    """The running portal with something in it, and ids that lead to it."""
    monkeypatch.setattr(authentication, "WRONG_TOKENS_PER_MINUTE", 10**9)
    settings.BASE_URL = live_server.url
    settings.DATA_DIR = tmp_path
    settings.API_CALLS_PER_MINUTE = 10**9
    yield live_server.url, scene.build().ids
    until_the_server_is_done()


def until_the_server_is_done():
    """Its threads keep their database sessions while a client keeps its connections."""
    deadline = time.monotonic() + 20
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(others)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.1)


def tokens():
    return {scope: create_token(name=scope, scopes=[scope])[1] for scope in SCOPES} | {
        "nothing": "apt_00000000_nothing"
    }


def needed(operation):
    ways = operation.definition.raw["security"]
    return {scope for way in ways for scope in way.get("token", ())}


def known_ids(operation, ids):
    """Path parameters that name something real."""
    names = {part.name for part in operation.path_parameters}
    kind = next(kind for start, kind in KNOWN.items() if operation.path.startswith(start))
    return dict.fromkeys(names, ids[kind])


class Calls:
    """One session with the portal; every answer is checked, and counted by its status."""

    def __init__(self, url, ids):
        self.url, self.ids = url, ids
        self.tokens = tokens()
        self.session = requests.Session()
        self.statuses = Counter()

    def round(self, operations, number):
        for at, operation in enumerate(operations):
            fitting = [key for scope, key in self.tokens.items() if scope in needed(operation)]
            right = fitting[0] if fitting else self.tokens["jobs:read"]
            others = [key for key in self.tokens.values() if key not in fitting]
            turn = (number * OTHERS + at) % len(others)
            as_described = [right] * FITTING + (others[turn:] + others[:turn])[:OTHERS]
            self.some(operation, GenerationMode.POSITIVE, as_described, number)
            self.some(operation, GenerationMode.NEGATIVE, [right] * FITTING, number)
            if operation.path_parameters:
                self.some(
                    operation, GenerationMode.POSITIVE, [right] * FITTING, number,
                    path_parameters=known_ids(operation, self.ids),
                )  # fmt: skip

    def some(self, operation, mode, keys, number, **given_parts):
        """One call with each of the keys."""
        turn = iter(keys)

        @seed(number)
        @settings(
            max_examples=len(keys),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode, **given_parts))
        def calls(case):
            answer = case.call(
                base_url=self.url,
                session=self.session,
                headers={"Authorization": f"Bearer {next(turn, keys[0])}"},
                timeout=30,
            )
            self.statuses[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        try:
            calls()
        except Unsatisfiable:  # nothing in this operation can be wrong
            assert mode == GenerationMode.NEGATIVE


def test_made_up_calls_meet_no_fault_and_nothing_undescribed(portal, capsys):
    url, ids = portal
    described = schemathesis.openapi.from_dict(description())
    operations = [found.ok() for found in described.get_all_operations()]
    calls = Calls(url, ids)
    until, number = time.monotonic() + SECONDS, 1

    calls.round(operations, number)
    # A first round may make up no delivery that is taken in.
    while time.monotonic() < until or not (set(calls.statuses) >= WANTED or number == MOST_ROUNDS):
        number += 1
        calls.round(operations, number)

    calls.session.close()
    assert len(operations) >= 20
    assert set(calls.statuses) >= WANTED
    if SECONDS:
        with capsys.disabled():
            print(f"\n{number} rounds, {calls.statuses.total()} calls: {dict(calls.statuses)}")  # noqa: T201
