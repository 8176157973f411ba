"""The table in docs/readings.md against the readings themselves: no figure there is typed by hand."""

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.measurement.reference_answers import REFERENCE, reading_of, rows_of, seconds

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "readings.md"
REAL = [name for name in REFERENCE if not name.startswith("synthetic")]
DAY = 86_400.0

pytestmark = pytest.mark.skipif(
    not REFERENCE,
    reason="THE TABLE OF REAL READINGS IS NOT CHECKED: ../shared/data is not beside the repository",
)


def documented():
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("| ") and line[2].isdigit()]


def day_of(text):
    return datetime.fromisoformat(text).date()


def window(asked):
    """Before, washout and after in days, and the date up to which the log is known."""
    newest = max(seconds(row["last_event_at"]) for row in rows_of(asked["file"]))
    cutoff = seconds(asked["cutoff"]) if asked["cutoff"] else newest
    known = datetime.fromtimestamp(cutoff, UTC)
    after = "all" if asked["after_days"] is None else f"{asked['after_days']}"
    told = f"{asked['before_days']} / {asked['washout_days']} / {after}"
    return f"{told}, to {known:%Y-%m-%d}"


def days(value):
    return f"{value / DAY:.3g}"


def line(number, name):
    asked = REFERENCE[name]["parameters"]
    reading = reading_of(asked)
    failed = [gate for gate, judged in reading.gates.items() if judged.passed is False]
    kappa = "-" if math.isnan(reading.kappa) else f"{reading.kappa:.2f}"
    drift = "taken out" if reading.drift_used else "off" if reading.drift is None else "silent"
    cells = (
        str(number),
        asked["file"].removesuffix("_cases.csv.gz"),
        f"{day_of(asked['go_live'])}",
        window(asked),
        f"{reading.n_before:,} ({reading.n_before - reading.done_before:,})",
        f"{reading.n_after:,} ({reading.n_after - reading.done_after:,})",
        f"{days(reading.median_before)} → {days(reading.median_after)}",
        f"{reading.raw_ratio:.3g}",
        f"{reading.ratio:.3g} ({reading.low:.3g} to {reading.high:.3g})",
        f"{kappa}; {drift}",
        reading.verdict.replace("_", " "),
        reading.grade,
        ", ".join(failed) or "none",
    )
    return f"| {' | '.join(cells)} |"


def test_every_real_reading_stands_in_the_document_as_it_is():
    expected = [line(number, name) for number, name in enumerate(REAL, 1)]

    assert documented() == expected
