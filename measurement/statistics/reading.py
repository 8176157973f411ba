"""What a reading says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from measurement.statistics.baseline_guards import Drift
from measurement.statistics.gates import Gate
from measurement.statistics.guardrails import GuardReading
from measurement.statistics.wording import figure, span

WORDS = {
    "improved": "Improved",
    "worse": "Worse",
    "no_measurable_change": "No measurable change",
    "insufficient_evidence": "Insufficient evidence",
    "faster_but_worse": "Faster but worse",
    "refused": "Refused",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one redesign. Figures are NaN where they cannot be computed.

    ``ratio``, ``low``, ``high``: final typical-time ratio after/before with
    its 95 % interval (always-valid when early). ``raw_ratio``: the workflow's
    own, unstandardised, without drift key and comparison. ``p``: one-sided,
    for the portfolio; 1 where a gate stands against it. Medians and P85 are
    seconds of the clock in use. ``se`` and ``placebo_rms`` in log units.
    ``kappa`` is NaN with fewer than 4 fake go-lives.

    Beyond the contract, for the pages: ``unguarded_ratio`` (standardised and
    compared, before the drift key), ``autocorrelation``, ``reach``, ``grid``
    (the probabilities used), ``weeks_before``/``weeks_after`` (kept),
    ``reason`` (why this verdict, one sentence), ``more_weeks`` (after-weeks
    still missing at this volume, None where none or nobody can say),
    ``standardised``, ``compared``, ``early``, ``completed_only``, ``clock``.
    """

    ratio: float
    low: float
    high: float
    raw_ratio: float
    verdict: str
    grade: str
    target: str | None
    negligible: bool
    p: float
    gates: Mapping[str, Gate] = field(hash=False)
    guardrails: tuple[GuardReading, ...]
    n_before: int
    n_after: int
    done_before: int
    done_after: int
    median_before: float
    median_after: float
    p85_before: float
    p85_after: float
    se: float
    df: float
    kappa: float
    placebo_windows: int
    placebo_rms: float
    drift: Drift | None
    drift_used: bool
    planned_information: float
    detectable_ratio: float
    unguarded_ratio: float
    autocorrelation: float
    reach: float
    grid: tuple[float, ...]
    weeks_before: int
    weeks_after: int
    reason: str
    more_weeks: int | None
    standardised: bool
    compared: bool
    early: bool
    completed_only: bool
    clock: str

    def __str__(self) -> str:
        lines = [f"{self._headline()} (grade {self.grade}). {self.reason}"]
        if not math.isnan(self.low):
            lines.append(
                f"Typical time after / before: {self.ratio:.3f}, "
                f"95 % interval {self.low:.3f} to {self.high:.3f}; unadjusted {self.raw_ratio:.3f}"
            )
        for period, n, done, median, p85 in (
            ("Before", self.n_before, self.done_before, self.median_before, self.p85_before),
            ("After", self.n_after, self.done_after, self.median_after, self.p85_after),
        ):
            lines.append(
                f"{period}: {n:,} cases, {n - done:,} open; median {span(median, self.clock)}, "
                f"85 % within {span(p85, self.clock)}"
            )
        lines.extend(
            f"{name} {_state(gate.passed)}: {gate.text}" for name, gate in self.gates.items()
        )
        lines.extend(
            f"Guardrail {guardrail.name} {guardrail.state.replace('_', ' ')}: "
            f"{figure(guardrail.before)} before, {figure(guardrail.after)} after"
            for guardrail in self.guardrails
        )
        return "\n".join(lines)

    def _headline(self) -> str:
        words = [WORDS[self.verdict]]
        if self.early:
            words.insert(0, "Early:")
        if self.target is not None:
            words.append(f"- target {self.target}")
        if self.negligible:
            words.append("- within the practical margin")
        return " ".join(words)


def _state(passed: bool | None) -> str:  # noqa: FBT001 - the gate's own three-valued word
    return "not judged" if passed is None else "passed" if passed else "FAILED"
