"""From opened ballots to what is published: once, at the end of a wave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from surveys.scoring.cells import CellId, TreeNode

ALL, CAREFUL = "all", "careful"


class ItemKey(NamedTuple):
    """An item by its place in the answers. ``scale`` None: it is reported by itself alone.

    ``in_index``: part of the trust index. ``is_reversed``: the score is 6 minus the answer.
    """

    key: str
    scale: str | None
    in_index: bool
    is_reversed: bool


class Ballot(NamedTuple):
    """One opened answer: the unit it came from, and 1 to 5 or None for each item by position."""

    unit: int
    answers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One published figure, field by field a row of ``ReleasedCell``.

    ``metric``: "respondents", "index", "scale:REL", "item:REL1", "quadrants" or "careless".
    ``mean`` 1 to 5 after reversing with its 95 % t interval ``low``, ``high`` and ``sd``;
    ``favourable`` a share 0 to 1. None where not shown: ``detail`` may hold words instead.
    Keys of ``detail``, all optional:

    - "small_group": True for 5 to 9 people: no interval, no change
    - "favourable": "nearly_all" or "nearly_none" in place of the share
    - "favourable_95": [low, high], Wilson, where the share is shown and n >= 10
    - "mean": "1.2_or_lower" or "4.8_or_higher" in place of the mean
    - "distribution": [n of answer 1, .., n of answer 5] of an item, as answered, not reversed
    - "cannot_say": share of the group's respondents; "often_cannot_say": True above 20 %
    - "shares": {"calibrated", "over_reliant", "cautious", "withdrawn"} of "quadrants"
    - "nearly_all": a quadrant's name, in place of the shares
    - "share": careless answers, 0 to 1; "words": "nearly_none" or "nearly_all" in its place
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
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """``cells``: all figures, ordered by unit, scope, subset and metric.

    ``published``: the groups of which anything is shown, by unit id, a unit before its direct
    reports. ``atom_of``: for each ballot, in the order given, the place in ``published`` of the
    smallest published group it belongs to; -1 for none.
    """

    cells: list[Cell]
    published: list[CellId]
    atom_of: list[int]


def release(
    *,
    tree: Sequence[TreeNode],
    answers: Sequence[Ballot],
    items: Sequence[ItemKey],
    k: int,
    previous: frozenset[CellId] = frozenset(),
) -> Release:
    """All figures that may be published, and of every ballot the group it may be stored with.

    The same whatever the order of ``tree`` and ``answers``. ``k``: smallest group of the wave, at
    least 5. ``previous``: groups published in the wave before, preferred where there is a choice.
    Fewer than ``k`` ballots publish nothing.

    Raises ValueError for k < 5, a broken tree, a ballot from outside the tree, or an answer that
    is not 1 to 5 or None for each item.

    Source: trust-survey-method, sections 1.4, 1.5, 3 and 4.
    """
    raise NotImplementedError
