"""The two gates that arrays alone cannot tell, judged where cases are loaded and registered."""

from dataclasses import replace

from measurement.statistics import Gate, Reading

DUPLICATES_LIMIT = 0.01
SELECTION_WEEKS = 52.0


def duplicates_gate(repeated: int, delivered: int) -> Gate:
    """G9: rows that repeat a case id of their own file, of all rows delivered (above 0)."""
    share = repeated / delivered
    return Gate(
        passed=share <= DUPLICATES_LIMIT,
        value=share,
        limit=DUPLICATES_LIMIT,
        text=f"{repeated:,} of {delivered:,} delivered rows repeat a case id.",
    )


def selection_gate(weeks_before: int, *, comparison_as_slow: bool) -> Gate:
    """G10: a workflow picked because it was slow needs 52 weeks, or a comparison as slow."""
    return Gate(
        passed=weeks_before >= SELECTION_WEEKS or comparison_as_slow,
        value=float(weeks_before),
        limit=SELECTION_WEEKS,
        text=f"Picked because it was slow, and {weeks_before} weeks before go-live are read.",
    )


def judged(reading: Reading, *, duplicates: Gate | None, selection: Gate | None) -> Reading:
    """The reading with G9 and G10 in it: a failed G9 refuses, either one failed caps the grade.

    None leaves the gate unjudged. Source: measurement method, section 8.
    """
    added = {"G9": duplicates, "G10": selection}
    known = {name: gate for name, gate in added.items() if gate is not None}
    reading = replace(reading, gates={**reading.gates, **known})
    if any(gate.passed is False for gate in known.values()):
        reading = replace(reading, grade="C")
    if duplicates is None or duplicates.passed is not False:
        return reading
    return replace(
        reading, verdict="refused", target=None, p=1.0, more_weeks=None, reason=duplicates.text
    )
