"""A fault tried by a fresh pytest in a copy of the code: for tests that need Django."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.mutants.faults import ROOT, planted

COPIED = ("adoption_portal", "core", "people", "workflows", "surveys", "measurement", "tests")
PATIENCE = 600


def complaint(folder, tests, patience=PATIENCE):
    """What pytest says when a test fails; None when all pass."""
    # The database of the tests of content is made once.
    options = ("-q", "-x", "--reuse-db", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {patience:.0f} s"
    return (done.stdout + done.stderr).decode() if done.returncode else None


def survivors(places):
    """Those of (path, tests, number) that no test notices, one by one."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for name in COPIED:
            shutil.copytree(ROOT / name, Path(folder) / name, dirs_exist_ok=True)
        shutil.copy(ROOT / "pyproject.toml", folder)
        every_test = list(dict.fromkeys(test for _, tests, _ in places for test in tests))
        begun = time.monotonic()
        if words := complaint(folder, every_test):
            raise SystemExit(f"The tests fail on the code as it is:\n{words[-2000:]}")
        # A fault may loop for ever: that is noticed too.
        patience = 60 + 5 * (time.monotonic() - begun)
        for path, tests, number in places:
            text, _, _ = planted(path, number)
            target = Path(folder) / path
            target.write_text(text)
            if complaint(folder, tests, patience) is None:
                yield path, number
            shutil.copy(ROOT / path, target)
