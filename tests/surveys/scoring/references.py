"""Reference data beside the project, for development only: never committed, never shipped."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path("shared", "data", "surveys")


def reference(name):
    return json.loads(_path(name).read_text())


def bfi_columns():
    """Every column of the bfi answers as (2800,) floats, NaN for missing."""
    with _path("bfi_items.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        name: np.array([float(row[name]) if row[name] else np.nan for row in rows])
        for name in rows[0]
    }


def _path(name):
    for parent in Path(__file__).resolve().parents:
        if (path := parent / FOLDER / name).exists():
            return path
    pytest.skip(f"{name} is not beside the project (../shared/data/surveys)")
