"""A stored reading in words: the claim, why, the gates, what remains possible.

Everything is built from figures at the moment it is shown, so that it speaks the reader's language.
"""

from measurement.claims.adjusted import AdjustedStep, adjusted, against_last_year
from measurement.claims.change import (
    basis,
    caution,
    claim,
    probable_range,
    promised_and_measured,
)
from measurement.claims.figures import figure, length
from measurement.claims.gates import (
    FAILED_TITLES,
    GATE_TITLES,
    INSUFFICIENT,
    REFUSING,
    GateLine,
    gates,
)
from measurement.claims.grade import CHANGED, comparison_dropped, post_hoc, why_not_better
from measurement.claims.guardrails import GuardLine, guardrails
from measurement.claims.provenance import data_from, definition, windows
from measurement.claims.reasons import reason, target
from measurement.claims.recomputed import differing
from measurement.claims.sensitivity import Sensitivity, sensitivity
from measurement.claims.stops import pauses, stopped

__all__ = [
    "CHANGED",
    "FAILED_TITLES",
    "GATE_TITLES",
    "INSUFFICIENT",
    "REFUSING",
    "AdjustedStep",
    "GateLine",
    "GuardLine",
    "Sensitivity",
    "adjusted",
    "against_last_year",
    "basis",
    "caution",
    "claim",
    "comparison_dropped",
    "data_from",
    "definition",
    "differing",
    "figure",
    "gates",
    "guardrails",
    "length",
    "pauses",
    "post_hoc",
    "probable_range",
    "promised_and_measured",
    "reason",
    "sensitivity",
    "stopped",
    "target",
    "why_not_better",
    "windows",
]
