"""From one person's answers to scores: reversed items, scales, the index, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

POINTS = 5
FAVOURABLE_FROM = 4.0
INDEX_FEWEST_ITEMS = 10
INDEX_FEWEST_SCALES = 5
WILLINGNESS, CALIBRATION = "WIL", "CAL"
HIGH_FROM = 3.5
QUADRANTS = ("calibrated", "over_reliant", "cautious", "withdrawn")


class ItemKey(NamedTuple):
    """An item by its place in the answers. ``scale`` None: it is reported by itself alone.

    ``in_index``: part of the trust index. ``is_reversed``: the score is 6 minus the answer.
    """

    key: str
    scale: str | None
    in_index: bool
    is_reversed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of n people, 1 to 5, NaN where there is none.

    ``items`` (n, items) after reversing; ``scales`` (n,) each, in the order of the items;
    ``index`` (n,), None for an instrument without one.
    """

    items: Floats
    scales: dict[str, Floats]
    index: Floats | None


def answer_array(answers: Sequence[Sequence[int | None]], items: int) -> Floats:
    """Answers as an (n, items) array, NaN for "cannot say".

    Raises ValueError for a row of another length, or an answer that is not 1 to 5 or None.
    """
    allowed = {None, *range(1, POINTS + 1)}
    for row in answers:
        if len(row) != items:
            raise ValueError(f"an answer has {len(row)} values for {items} items")
        if not allowed.issuperset(row):
            raise ValueError("every answer must be 1 to 5 or None")
    array = np.array([[np.nan if one is None else one for one in row] for row in answers])
    return array.reshape(len(answers), items).astype(np.float64)


def reverse(answers: Floats, is_reversed: Bools, *, points: int = POINTS) -> Floats:
    """Answers (n, items) on 1 .. ``points``, the reversed items as ``points + 1 - x``."""
    return np.where(is_reversed, points + 1 - answers, answers)


def mean_of_answered(scores: Floats, *, fewest: int) -> Floats:
    """(n,) means over the answered of (n, items); NaN with fewer than ``fewest`` of them.

    Raises ValueError for ``fewest`` under 1.
    """
    if fewest < 1:
        raise ValueError("a mean needs one answer at least")
    answered = (~np.isnan(scores)).sum(axis=1)
    total = np.where(np.isnan(scores), 0.0, scores).sum(axis=1)
    means = np.full(len(scores), np.nan)
    np.divide(total, answered, out=means, where=answered >= fewest)
    return means


def score(answers: Floats, items: Sequence[ItemKey]) -> Scores:
    """All scores of (n, items) answers as given, before reversing.

    A scale is the mean of its answered items and needs half of them; the index the mean of the
    answered items of the index and needs 10 of them and a score on 5 scales.

    Raises ValueError when the two have not the same number of items, or an item of the index
    belongs to no scale.

    Source: trust-survey-method, section 1.4.
    """
    if answers.ndim != 2 or answers.shape[1] != len(items):
        raise ValueError(f"answers of shape {answers.shape} for {len(items)} items")
    if any(item.in_index and not item.scale for item in items):
        raise ValueError("every item of the index belongs to a scale")
    scores = reverse(answers, np.array([item.is_reversed for item in items], dtype=np.bool_))
    scales = {
        name: _scale(scores, [item.scale == name for item in items])
        for name in dict.fromkeys(item.scale for item in items)
        if name is not None
    }
    in_index = [item.in_index for item in items]
    if not any(in_index):
        return Scores(scores, scales, None)
    parts = dict.fromkeys(item.scale for item in items if item.in_index and item.scale)
    scored = sum((~np.isnan(scales[name])).astype(np.int64) for name in parts)
    index = mean_of_answered(scores[:, in_index], fewest=INDEX_FEWEST_ITEMS)
    return Scores(scores, scales, np.where(scored >= INDEX_FEWEST_SCALES, index, np.nan))


def _scale(scores: Floats, members: Sequence[bool]) -> Floats:
    return mean_of_answered(scores[:, list(members)], fewest=(sum(members) + 1) // 2)


def quadrants(willingness: Floats, calibration: Floats) -> Ints:
    """(n,) places in ``QUADRANTS``, -1 where a score is missing; high is 3.5 and more.

    Source: trust-survey-method, section 1.4, point 5.
    """
    relies, checks = willingness >= HIGH_FROM, calibration >= HIGH_FROM
    place = np.select([relies & checks, relies, checks], [0, 1, 2], default=3)
    missing = np.isnan(willingness) | np.isnan(calibration)
    return np.where(missing, -1, place).astype(np.int64)
