"""Every scope calls every address of the machine interface; the table of answers is a file.

``WRITE_SCOPE_TABLE=1 pytest tests/architecture/test_scopes.py`` writes it anew; what changed in it
is then read by whoever reviews the change.
"""

import csv
import os
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from core.api import authentication
from core.api.scopes import SCOPES
from core.tokens import create_token
from tests.architecture import scene, walking
from tests.architecture.addresses import addresses

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("scope_table.csv")
KEYS = ("no token", "ended token", *SCOPES)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def machine_addresses():
    """Those that answer by themselves: what no route knows is 404 for everybody."""
    return [
        address
        for address in addresses()
        if address.route.startswith("api/") and address.name and "docs" not in address.route
    ]


def readable(address):
    return "/" + re.sub(r"%\((\w+)\)s", r"{\1}", address.route)


@pytest.fixture
def answered(db, tmp_path, settings, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(authentication, "WRONG_TOKENS_PER_MINUTE", 10**9)
    settings.API_CALLS_PER_MINUTE = 10**9
    ids = scene.build().ids
    keys = {scope: create_token(name=scope, scopes=[scope])[1] for scope in SCOPES}
    keys["ended token"] = "apt_00000000_ended"
    client = Client(raise_request_exception=False)
    client.handler = walking.shared_handler()
    rows = []
    for address in machine_addresses():
        for method in METHODS:
            told = {name: asked(client, address.path(ids), method, keys.get(name)) for name in KEYS}
            rows.append({"address": readable(address), "method": method} | told)
    return rows


def asked(client, path, method, key):
    """The status of an empty call, whose effects are taken back."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with transaction.atomic():
        answer = client.generic(method, path, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return str(answer.status_code)


def test_scopes_open_what_the_table_says(answered):
    if os.environ.get("WRITE_SCOPE_TABLE"):
        write(answered)
    known = {row["address"] for row in answered}
    with TABLE.open(newline="", encoding="utf-8") as file:
        stored = [row for row in csv.DictReader(file) if row["address"] in known]
    assert {(row["address"], row["method"]): row for row in stored} == {
        (row["address"], row["method"]): row for row in answered
    }


def test_table_lets_nobody_in_without_a_token_and_knows_no_fault(answered):
    for row in answered:
        assert {row["no token"], row["ended token"]} <= {"401", "405"}, row
        assert not any(row[name].startswith("5") for name in KEYS), row


def write(rows):
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, ["address", "method", *KEYS], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
