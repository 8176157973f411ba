"""The real logs beside the project, for development only: never committed, never shipped."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"
PEPS = "python_peps (go-live 2019-02-04 first Steering Council; before 7 y, after to 2026-08-22)"


def log(name: str) -> bytes:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the real log {name} is not beside the project (../shared/data)")
    return path.read_bytes()


def reference(name: str) -> dict:
    path = FOLDER / "reference_answers.json"
    if not path.exists():
        pytest.skip("the reference answers are not beside the project (../shared/data)")
    return json.loads(path.read_text())[name]["reading"]
