import copy
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workflows.signing import (
    PrintedPerson,
    Signing,
    canonical_text,
    manifest_of,
    problems_of,
    sha256,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
CONTENT = {"format": 1, "summary": "Prüfung “schneller” 🚀 <b>\u202e", "ratio": "0.8"}
INES = PrintedPerson("p1", "Ines Marchetti", "Head", "Batch release")
FIRST = Signing(
    decision="d1",
    route="r1",
    redesign="x",
    workflow="Deviation triage",
    revision=2,
    content_sha256=sha256(canonical_text(CONTENT)),
    policy="Sign-off v1",
    policy_sha256="0" * 64,
    step="Line manager",
    role="line_manager",
    sequence=1,
    signer=INES,
    on_behalf_of=None,
    verdict="approved",
    comment="",
    meaning="approved",
    meaning_text="I approve.",
    level=1,
    method="password",
    signed_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    zone="Europe/Zurich",
    previous="",
)


def checker():
    spec = importlib.util.spec_from_file_location("verify", DOCS / "verify_signatures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.problems


@pytest.fixture
def package():
    one = manifest_of(FIRST)
    two = manifest_of(replace(FIRST, decision="d2", previous=sha256(one)))
    return {
        "format": "adoption-portal-sign-off-1",
        "redesign": "x",
        "revisions": [{"number": 2, "content": CONTENT, "sha256": FIRST.content_sha256}],
        "routes": [
            {
                "id": "r1",
                "head": sha256(two),
                "signatures": [
                    {"manifest": text, "manifest_sha256": sha256(text)} for text in (one, two)
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    "moment, local",
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T02:30:00+02:00 CEST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T02:30:00+01:00 CET"),
    ],
)
def test_the_hour_that_comes_twice_is_told_apart(moment, local):
    said = json.loads(manifest_of(replace(FIRST, signed_at=moment)))

    assert said["signed_at_local"] == local
    assert said["signed_at_utc"] == moment.isoformat(timespec="microseconds")


def test_equal_facts_give_equal_bytes_and_every_fact_counts():
    assert manifest_of(FIRST) == manifest_of(replace(FIRST))
    for field, value in (("comment", "x"), ("verdict", "rejected"), ("on_behalf_of", INES)):
        assert manifest_of(replace(FIRST, **{field: value})) != manifest_of(FIRST)


@pytest.mark.parametrize("problems", [problems_of, checker()])
def test_a_whole_package_has_no_problem(package, problems):
    assert problems(json.loads(json.dumps(package))) == []


def tampered(package, how):
    package = copy.deepcopy(package)
    route, signatures = package["routes"][0], package["routes"][0]["signatures"]
    if how == "content":
        package["revisions"][0]["content"]["summary"] = "Something else"
    elif how == "content and hash":
        package["revisions"][0]["content"]["summary"] = "Something else"
        package["revisions"][0]["sha256"] = sha256(
            canonical_text(package["revisions"][0]["content"])
        )
    elif how == "manifest":
        signatures[0]["manifest"] = signatures[0]["manifest"].replace("Ines", "Karl")
    elif how == "manifest and hash":
        text = signatures[0]["manifest"].replace("Ines", "Karl")
        signatures[0] = {"manifest": text, "manifest_sha256": sha256(text)}
    elif how == "first taken out":
        del signatures[0]
    elif how == "last taken out":
        del signatures[1]
    elif how == "order":
        signatures.reverse()
    elif how == "other route":
        route["id"] = "r2"
    return package


@pytest.mark.parametrize("problems", [problems_of, checker()])
@pytest.mark.parametrize(
    "how",
    [
        "content",
        "content and hash",
        "manifest",
        "manifest and hash",
        "first taken out",
        "last taken out",
        "order",
        "other route",
    ],
)
def test_every_change_is_found(package, how, problems):
    assert problems(tampered(package, how)) != []


def test_script_and_the_lines_of_the_page_run_on_the_standard_library_alone(package, tmp_path):
    whole, bad = tmp_path / "whole.json", tmp_path / "bad.json"
    whole.write_text(json.dumps(package), encoding="utf-8")
    bad.write_text(json.dumps(tampered(package, "order")), encoding="utf-8")
    block = re.search(r"```python\n(.*?)```", (DOCS / "signatures.md").read_text(), re.DOTALL)
    lines = tmp_path / "lines.py"
    lines.write_text(block.group(1))

    for script in (DOCS / "verify_signatures.py", lines):
        codes = [
            subprocess.run([sys.executable, "-I", script, file], capture_output=True, check=False)
            for file in (whole, bad)
        ]
        assert [code.returncode for code in codes] == [0, 1], script
