"""All redesigns due in a quarter, read together."""

from collections.abc import Sequence
from dataclasses import dataclass

from measurement.indicators.pooling import Pooled, log_effect, pooled
from measurement.statistics import Portfolio, portfolio
from measurement.statistics.false_discovery import LEVEL

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One redesign that was due. ``p`` 1, grade C and no verdict where it was not read."""

    p: float = 1.0
    verdict: str = ""
    grade: str = "C"
    negligible: bool = False
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Quarter:
    """The control in the order of the entries, and the effect over all that can be pooled."""

    control: Portfolio
    pooled: Pooled | None


def read_quarter(entries: Sequence[Entry]) -> Quarter:
    """The whole registered set, none left out: what was not read takes part with p = 1.

    Lower p-values only ever add survivors, so that none is lost as the readings come in.

    Source: measurement method, section 7; the pooled effect as in ``pooled``.
    """
    effects = [
        effect
        for entry in entries
        if entry.verdict != REFUSED
        and (effect := log_effect(entry.ratio, entry.low, entry.high)) is not None
    ]
    return Quarter(portfolio(entries, level=LEVEL), pooled(effects))
