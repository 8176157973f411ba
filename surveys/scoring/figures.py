"""One group, one metric: the figure as it is published."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surveys.scoring.cells import CellId
from surveys.scoring.guards import mean_of, mean_words, nearly_constant, side_words
from surveys.scoring.intervals import Group, mean_interval, share_interval
from surveys.scoring.scores import FAVOURABLE_FROM, POINTS, QUADRANTS, Floats

ALL, CAREFUL = "all", "careful"
SMALL_BELOW = 10
OFTEN_CANNOT_SAY = 0.2


@dataclass(frozen=True, slots=True)
class Cell:
    """One published figure, field by field a row of ``ReleasedCell``.

    ``metric``: "respondents", "index", "scale:REL", "item:REL1", "quadrants", "careless" or
    "coherence", which ``coherence`` explains with its own keys.
    ``n``: people with a valid score for it. ``mean``: 1 to 5 after reversing, with its 95 % t
    interval ``low``, ``high`` and ``sd``; ``favourable`` a share 0 to 1. None where not shown:
    ``detail`` may hold words instead; without words the number is protected, because another
    group's would follow from it. Keys of ``detail``, all optional:

    - "small_group": True for fewer than 10 people: no interval, no change
    - "favourable": "nearly_all" or "nearly_none" in place of the share
    - "favourable_95": [low, high], Wilson, where the share is shown and the group is not small
    - "mean": "1.2_or_lower" or "4.8_or_higher" in place of the mean
    - "distribution": people with answer 1 to 5 to an item, as answered, not reversed
    - "cannot_say": share of the group's respondents; "often_cannot_say": True above 20 %
    - "shares": by name of the quadrant, of "quadrants"; "nearly_all": one's name in their place
    - "share": of careless answers, 0 to 1; "words": "nearly_none" or "nearly_all" in its place
    """

    unit: int
    scope: str
    subset: str
    metric: str
    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    favourable: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class May:
    """What of a group may be shown as a number."""

    mean: bool
    share: bool
    distribution: bool = False


def respondents(cell: CellId, n: int) -> Cell:
    return Cell(*cell, ALL, "respondents", n, detail=_size(n))


def score_figure(cell: CellId, metric: str, scores: Floats, may: May, subset: str = ALL) -> Cell:
    """Mean, interval and favourable share of the ``scores`` (n,), sorted, no NaN."""
    n = len(scores)
    detail = _size(n)
    mean = low = high = sd = share = None
    if words := mean_words(scores):
        detail["mean"] = words
    elif may.mean:
        mean = mean_of(scores)
    if mean is not None and n >= SMALL_BELOW and not nearly_constant(scores):
        sd = math.sqrt(math.fsum(((scores - mean) ** 2).tolist()) / (n - 1))
        low, high = mean_interval(Group(n, mean, sd))
    if subset == ALL:
        favourable = int((scores >= FAVOURABLE_FROM).sum())
        if words := side_words(favourable, n):
            detail["favourable"] = words
        elif may.share:
            share = favourable / n
            if n >= SMALL_BELOW:
                detail["favourable_95"] = list(share_interval(favourable, n))
    return Cell(*cell, subset, metric, n, mean, low, high, sd, share, detail)


def item_figure(
    cell: CellId, key: str, scores: Floats, may: May, *, respondents: int, is_reversed: bool
) -> Cell:
    """The same of one item, with how it was answered.

    Whole numbers with mean and spread are nearly a distribution: where that is not shown because
    all are on one side, neither is the spread.
    """
    figure = score_figure(cell, f"item:{key}", scores, may)
    detail = dict(figure.detail)
    silent = respondents - len(scores)
    detail["cannot_say"] = silent / respondents
    if silent > OFTEN_CANNOT_SAY * respondents:
        detail["often_cannot_say"] = True
    if may.distribution:
        counts = np.bincount(scores.astype(np.int64), minlength=POINTS + 1)[1:].tolist()
        detail["distribution"] = counts[::-1] if is_reversed else counts
    low, high, sd = figure.low, figure.high, figure.sd
    if "favourable" in detail:
        low = high = sd = None
    return Cell(
        *cell, ALL, figure.metric, figure.n, figure.mean, low, high, sd, figure.favourable, detail
    )


def quadrant_figure(cell: CellId, places: Floats) -> Cell:
    """Shares of the four quadrants among ``places`` (n,), 0 to 3."""
    n = len(places)
    counts = np.bincount(places.astype(np.int64), minlength=len(QUADRANTS)).tolist()
    detail: dict[str, Any] = {}
    if max(counts) >= n - 1:
        detail["nearly_all"] = QUADRANTS[counts.index(max(counts))]
    else:
        detail["shares"] = {name: count / n for name, count in zip(QUADRANTS, counts, strict=True)}
    return Cell(*cell, ALL, "quadrants", n, detail=detail)


def careless_figure(cell: CellId, flags: Floats) -> Cell:
    """Share of careless answers among ``flags`` (n,), 0 or 1."""
    n, flagged = len(flags), int(flags.sum())
    words = side_words(flagged, n)
    detail: dict[str, Any] = {"words": words} if words else {"share": flagged / n}
    return Cell(*cell, ALL, "careless", n, detail=detail)


def _size(n: int) -> dict[str, Any]:
    return {"small_group": True} if n < SMALL_BELOW else {}
