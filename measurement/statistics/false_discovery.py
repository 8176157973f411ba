"""How many redesigns of a quarter measurably improved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

LEVEL = 0.05


class Entry(Protocol):
    """What the portfolio needs of a reading; a ``Reading`` has it, and so can a stored row."""

    @property
    def p(self) -> float: ...
    @property
    def verdict(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def negligible(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Portfolio:
    """``improved`` of ``due`` redesigns measurably improved.

    ``survivors`` and ``adjusted_p`` in the order of the entries: who passed the
    false-discovery control, and the p-value after it. ``counted``: who is in
    the number. ``expected_false``: how many of it may be there by chance.
    """

    due: int
    improved: int
    survivors: tuple[bool, ...]
    counted: tuple[bool, ...]
    adjusted_p: tuple[float, ...]
    expected_false: float


def portfolio(readings: Sequence[Entry], *, level: float = LEVEL) -> Portfolio:
    """Benjamini-Hochberg over all primary readings due in a quarter, none left out.

    Only survivors with verdict improved, grade A or B and a change that is not
    negligible are counted. Raises ValueError for a p outside 0 to 1 or a
    ``level`` that is not between 0 and 1.

    Source: measurement method, section 7; Benjamini & Hochberg 1995,
    doi 10.1111/j.2517-6161.1995.tb02031.x.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level!r}")
    p = np.array([reading.p for reading in readings], dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("every p must lie between 0 and 1")
    adjusted = p
    if len(p):
        from scipy.stats import false_discovery_control  # over a second to import

        adjusted = false_discovery_control(p)
    survivors = tuple((adjusted <= level).tolist())
    counted = tuple(
        survived
        and reading.verdict == "improved"
        and reading.grade in ("A", "B")
        and not reading.negligible
        for reading, survived in zip(readings, survivors, strict=True)
    )
    improved = sum(counted)
    return Portfolio(
        len(p), improved, survivors, counted, tuple(adjusted.tolist()), level * improved
    )
