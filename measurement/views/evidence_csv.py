"""A reading as one flat table, for who works on in a spreadsheet."""

from collections.abc import Iterator
from typing import Any

from measurement.models import Reading
from measurement.queries.charts import sensitivity_told, weekly_json
from measurement.queries.provenance import deliveries_behind
from measurement.queries.readers import too_few_on, whole_told

HEADER = ("part", "name", "value", "low", "high", "before", "after", "note")
PLAIN = (
    "verdict", "grade", "target", "negligible", "p", "se", "df", "kappa", "detectable_ratio",
    "weeks_before", "weeks_after", "standardised", "compared", "drift_used", "completed_only",
    "clock",
)  # fmt: skip
PAIRS = ("n", "done", "median", "p85")


def rows_of(reading: Reading) -> Iterator[tuple[object, ...]]:
    """Header first. What too few cases say is an empty cell, as on the page and in the JSON."""
    told = whole_told(reading)
    yield HEADER
    yield _row("effect", "ratio", told.get("ratio"), low=told.get("low"), high=told.get("high"))
    yield _row("effect", "raw_ratio", told.get("raw_ratio"))
    yield _row("effect", "unguarded_ratio", told.get("unguarded_ratio"))
    for name in PAIRS:
        before, after = told.get(f"{name}_before"), told.get(f"{name}_after")
        yield _row("cases", name, before=before, after=after)
    for name in PLAIN:
        yield _row("result", name, told.get(name))
    for line in sensitivity_told(reading):
        yield _row("sensitivity", line["name"], line["ratio"], low=line["low"], high=line["high"])
    for name, gate in told.get("gates", {}).items():
        state = {True: "passed", False: "failed", None: "not judged"}[gate["passed"]]
        yield _row("gate", name, gate["value"], high=gate["limit"], note=f"{state}: {gate['text']}")
    for guard in told.get("guardrails", ()):
        yield _row(
            "guardrail", guard["name"], low=guard["low"], high=guard["high"],
            before=guard["before"], after=guard["after"], note=guard["state"],
        )  # fmt: skip
    for week in weekly_json(reading):
        note = "" if week["complete"] else "not complete yet"
        yield _row("week", week["week_of"], week["median_seconds"], after=week["cases"], note=note)
    yield from _provenance(reading)


def _provenance(reading: Reading) -> Iterator[tuple[object, ...]]:
    calendar = reading.calendar_version
    facts = {
        "reading": reading.public_id,
        "kind": reading.kind,
        "cutoff": reading.cutoff.isoformat(),
        "measured_at": reading.measured_at.isoformat(),
        "simulated": reading.is_simulated,
        "post_hoc": reading.post_hoc,
        "input_sha256": reading.input_id,
        "call_sha256": reading.design_sha256,
        "result_sha256": reading.result_sha256,
        "code_version": reading.code_version,
        "calendar": "" if calendar is None else f"{calendar} {calendar.public_id}",
        "withheld": ", ".join(too_few_on(reading.result)),
    }
    for name, value in facts.items():
        yield _row("provenance", name, value)
    for one in deliveries_behind(reading):
        yield _row("delivery", one.sha256, one.rows_read, note=one.original_name)


def _row(  # noqa: PLR0913 - one argument a column
    part: str, name: object, value: Any = None, *, low: Any = None, high: Any = None,
    before: Any = None, after: Any = None, note: str = "",
) -> tuple[object, ...]:  # fmt: skip
    cells = (value, low, high, before, after)
    return (part, name, *("" if cell is None else cell for cell in cells), note)
