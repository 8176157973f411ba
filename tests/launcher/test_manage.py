"""``manage.py`` where no portal runs: one sentence, no traceback."""

import os
import subprocess
import sys

import pytest

from adoption_portal.launcher.folders import ROOT
from adoption_portal.launcher.portal import exported


@pytest.mark.parametrize("ran_before", [True, False])
def test_command_without_a_portal_says_how_to_start_it(tmp_path, ran_before):
    if ran_before:
        stopped = {
            "DATABASE_URL": f"postgresql://portal@/portal?host={tmp_path}",
            "SECRET_KEY": "only-to-load-the-settings",
        }
        (tmp_path / "portal.env").write_text(exported(stopped))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    ended = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "import_cases", "batch-release", "cases.csv"],
        env=kept | {"PORTAL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == "The portal is not running. Start it first: make run\n"
