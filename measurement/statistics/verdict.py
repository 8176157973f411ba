"""From interval and gates to one word, a grade and a target word."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from measurement.statistics.baseline_guards import KAPPA_LIMIT, Guarded
from measurement.statistics.design import Design
from measurement.statistics.gates import Gate
from measurement.statistics.guardrails import GuardReading

REFUSING = ("G5", "G8", "G9")
INSUFFICIENT = ("G1", "G2", "G3", "G4")
FULL_GRADE_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Interval:
    """Ratio with its 95 % interval, NaN where not computable."""

    ratio: float
    low: float
    high: float

    @property
    def computable(self) -> bool:
        return not (math.isnan(self.low) or math.isnan(self.high))


def failed(gates: Mapping[str, Gate], names: Sequence[str]) -> list[str]:
    """The named gates that were judged and did not pass."""
    return [name for name in names if gates[name].passed is False]


def verdict_of(
    interval: Interval,
    gates: Mapping[str, Gate],
    guardrails: Sequence[GuardReading],
    design: Design,
) -> str:
    """The verdict, first match of section 8's list."""
    if failed(gates, REFUSING):
        return "refused"
    if failed(gates, INSUFFICIENT) or not interval.computable:
        return "insufficient_evidence"
    if interval.high < 1:
        return _faster(gates, guardrails)
    if interval.low > 1:
        return "worse"
    ruled_out = interval.low > design.target_ratio and not design.early
    return "no_measurable_change" if ruled_out else "insufficient_evidence"


def _faster(gates: Mapping[str, Gate], guardrails: Sequence[GuardReading]) -> str:
    if failed(gates, ["G7"]):
        return "insufficient_evidence"
    broken = any(guardrail.state == "broken" for guardrail in guardrails)
    return "faster_but_worse" if broken else "improved"


def target_of(verdict: str, interval: Interval, target_ratio: float) -> str | None:
    """Whether the promised ratio was reached; None unless the work got faster."""
    if verdict not in ("improved", "faster_but_worse"):
        return None
    if interval.high <= target_ratio:
        return "proven"
    return "met" if interval.ratio <= target_ratio else "below"


def is_negligible(interval: Interval, margin: float) -> bool:
    """Whether the whole interval lies within the practical margin around 1."""
    return interval.low >= 1 - margin and interval.high <= 1 + margin


def grade_of(
    guarded: Guarded | None,
    gates: Mapping[str, Gate],
    design: Design,
    *,
    compared: bool,
    baseline_weeks: int,
) -> str:
    """Evidence grade: A with a comparison workflow, B on a quiet own baseline, else C."""
    if (
        guarded is None
        or baseline_weeks < FULL_GRADE_WEEKS
        or design.post_hoc
        or design.horizon_days is not None
        or failed(gates, list(gates))
    ):
        return "C"
    if compared:
        return "A"
    placebo = guarded.placebo
    quiet = placebo is not None and placebo.kappa <= KAPPA_LIMIT
    return "B" if quiet and guarded.drift is not None and not guarded.drift_used else "C"
