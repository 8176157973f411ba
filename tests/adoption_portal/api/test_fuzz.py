"""Calls made up from the description: no fault, and no answer that the description does not know.

A short seeded run stands in the suite; ``make fuzz`` goes on with new seeds for five minutes.
"""

import os
import time
from collections import Counter

import pytest
import requests
import schemathesis
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
FITTING, OTHERS = 12, 2  # calls with the right token, and with each of the others


@pytest.fixture
def portal(transactional_db, live_server, settings, tmp_path, monkeypatch):
    """The running portal with something in it, and ids that lead to it."""
    monkeypatch.setattr(authentication, "WRONG_TOKENS_PER_MINUTE", 10**9)
    settings.BASE_URL = live_server.url
    settings.DATA_DIR = tmp_path
    settings.API_CALLS_PER_MINUTE = 10**9
    return live_server.url, scene.build().ids


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
    kinds = {"workflows": "workflow", "redesigns": "live", "readings": "reading", "jobs": "job"}
    kind = kinds.get(operation.path.split("/")[3], "import")
    return dict.fromkeys(names, ids[kind])


class Calls:
    """One session with the portal; every answer is checked, and counted by its status."""

    def __init__(self, url, ids):
        self.url, self.ids = url, ids
        self.tokens = tokens()
        self.session = requests.Session()
        self.statuses = Counter()

    def round(self, operations, number):
        for operation in operations:
            fitting = needed(operation) or set(SCOPES[:1])
            for scope, key in self.tokens.items():
                count = FITTING if scope in fitting else OTHERS
                for mode in GenerationMode:
                    self.some(operation, mode, key, count, number)
                if scope in fitting and operation.path_parameters:
                    self.some(
                        operation, GenerationMode.POSITIVE, key, count, number,
                        path_parameters=known_ids(operation, self.ids),
                    )  # fmt: skip

    def some(self, operation, mode, key, count, number, **given_parts):
        @seed(number)
        @settings(
            max_examples=count,
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
                headers={"Authorization": f"Bearer {key}"},
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
    while time.monotonic() < until:
        number += 1
        calls.round(operations, number)

    assert len(operations) >= 8
    assert {200, 202, 400, 401, 403, 404} <= set(calls.statuses)
    if SECONDS:
        with capsys.disabled():
            print(f"\n{number} rounds, {calls.statuses.total()} calls: {dict(calls.statuses)}")  # noqa: T201
