"""Every reading of the reference answers, to the last digit they print."""

import csv
import gzip
import json
import math
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from measurement.statistics import Comparison, Design, Guard, evaluate, opening_hours

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data"
ANSWERS = FOLDER / "reference_answers.json"
REFERENCE = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else {}
PRINTED = 1e-5  # the answers carry six digits

pytestmark = pytest.mark.skipif(
    not REFERENCE,
    reason="REFERENCE ANSWERS NOT CHECKED: ../shared/data is not beside the repository",
)


def seconds(text):
    return datetime.fromisoformat(text).timestamp() if text else math.nan


@cache
def rows_of(name):
    with gzip.open(FOLDER / name, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(rows, column):
    return np.array([float(row[column]) if row[column] else math.nan for row in rows])


def arrays(rows, kind):
    return {
        "start": np.array([seconds(row["started_at"]) for row in rows]),
        "end": np.array([seconds(row["completed_at"]) for row in rows]),
        "kind": np.array([row[kind] for row in rows]) if kind else None,
        "cancelled": np.array([row["status"] == "cancelled" for row in rows]),
    }


def picked(rows, where):
    return [row for row in rows if all(row[name] in kept for name, kept in (where or {}).items())]


def calendar_of(stated):
    if stated == "wall clock":
        return None
    return opening_hours(
        stated["zone"],
        {int(day): shifts for day, shifts in stated["hours"].items()},
        first_day=date.fromisoformat(stated["first_day"]),
        last_day=date.fromisoformat(stated["last_day"]),
        holidays=[date.fromisoformat(day) for day in stated["holidays"]],
    )


def reading_of(asked, **changes):
    rows = rows_of(asked["file"])
    if asked.get("rows_from"):
        rows = [row for row in rows if seconds(row["started_at"]) >= seconds(asked["rows_from"])]
    newest = max(seconds(row["last_event_at"]) for row in rows)
    own = picked(rows, asked["where"])
    other = asked["comparison_where"]
    design = {name: asked[name] for name in Design.__dataclass_fields__} | changes
    return evaluate(
        **arrays(own, asked["kind"]),
        go_live=seconds(asked["go_live"]),
        cutoff=seconds(asked["cutoff"]) if asked["cutoff"] else newest,
        data_from=seconds(asked["data_from"]) if asked["data_from"] else None,
        comparison=Comparison(**arrays(picked(rows, other), asked["kind"])) if other else None,
        calendar=calendar_of(asked["calendar"]),
        guardrails=[
            Guard(g["column"], numbers(own, g["column"]), g["kind"], g["margin"], g["worse"])
            for g in asked["guardrails"]
        ],
        design=Design(**design),
    )


def plain(value):
    """The answers print NaN and "not judged" alike, as null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def approximately(value, tolerance=PRINTED):
    is_number = isinstance(value, float) and not isinstance(value, bool)
    return pytest.approx(value, rel=tolerance, abs=1e-12) if is_number else value


@pytest.mark.parametrize("name", REFERENCE)
def test_reading_matches_reference(name):
    expected = dict(REFERENCE[name]["reading"])

    reading = reading_of(REFERENCE[name]["parameters"])

    gates, guardrails = expected.pop("gates"), expected.pop("guardrails")
    drift, grid = expected.pop("drift"), expected.pop("P")
    for field, value in expected.items():
        assert plain(getattr(reading, field)) == approximately(value), field
    for gate, facts in gates.items():
        for field, value in facts.items():
            assert plain(getattr(reading.gates[gate], field)) == approximately(value), (gate, field)
    assert len(reading.guardrails) == len(guardrails)
    for guardrail, facts in zip(reading.guardrails, guardrails, strict=True):
        for field, value in facts.items():
            assert getattr(guardrail, field) == approximately(value), (guardrail.name, field)
    assert [reading.grid[0], reading.grid[-1]] == pytest.approx(grid)
    if drift is None:
        assert reading.drift is None
    else:
        assert reading.drift_used == drift.pop("used")
        assert reading.drift._asdict() == pytest.approx(drift, rel=PRINTED)


@pytest.mark.parametrize("name", REFERENCE)
def test_effect_before_the_guards_matches_reference(name):
    answer = REFERENCE[name]

    reading = reading_of(answer["parameters"], placebo=False, drift_key=False, early=False)

    assert reading.ratio == pytest.approx(answer["effect_ratio"], rel=1e-4, abs=5e-5)
    assert [reading.low, reading.high] == pytest.approx(answer["ci95"], rel=1e-4, abs=5e-5)
    assert reading.se == pytest.approx(answer["se_log"], abs=5.1e-5)
    assert reading.df == pytest.approx(answer["df"], abs=0.051)
    assert reading.autocorrelation == pytest.approx(answer["rho"], abs=5.1e-4)


@pytest.mark.parametrize("name", REFERENCE)
def test_texts_are_fit_for_a_person(name):
    reading = reading_of(REFERENCE[name]["parameters"])

    for text in (reading.reason, *(gate.text for gate in reading.gates.values())):
        assert "nan" not in text.lower()
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
