"""The reference answers beside the project: their rows as arrays, and the reading of each."""

import csv
import gzip
import json
import math
from datetime import date, datetime
from functools import cache

import numpy as np

from measurement.statistics import Comparison, Design, Guard, evaluate, opening_hours
from tests.measurement.real_logs import FOLDER

ANSWERS = FOLDER / "reference_answers.json"
REFERENCE = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else {}


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
