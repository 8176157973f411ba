"""Figures that would say too much of one group, also when they follow from other groups' figures.

A group's word in place of a number would be worth nothing if the number followed from the unit
above minus the units beside it. So a number is published only where all remainders (see
``suppression``) may have one too.

Source: trust-survey-method, section 3.3; ADR 60.
"""

import math

import numpy as np

from surveys.scoring.groups import Groups
from surveys.scoring.scores import FAVOURABLE_FROM, Floats
from surveys.scoring.suppression import Rule, choose

FEW = 30
LOW_MEAN, HIGH_MEAN = 1.2, 4.8
NEARLY_ALL, NEARLY_NONE = "nearly_all", "nearly_none"
LOW_WORDS, HIGH_WORDS = "1.2_or_lower", "4.8_or_higher"

# 0 nobody, 1 only people whose mean must not be shown, 2 others among them.
_NOT_ALONE = Rule(
    sums=tuple(tuple(max(a, b) for b in range(3)) for a in range(3)), safe=frozenset((0, 2))
)
# 3 f + u: f people on the favourable side and u on the other, 2 standing for all above too.
BOTH_SIDES = Rule(
    sums=tuple(
        tuple(3 * min(a // 3 + b // 3, 2) + min(a % 3 + b % 3, 2) for b in range(9))
        for a in range(9)
    ),
    safe=frozenset((0, 8)),
)


def mean_of(values: Floats) -> float:
    """Correctly rounded, so the same in any order; NaN of nothing."""
    return math.fsum(values.tolist()) / len(values) if len(values) else math.nan


def mean_words(values: Floats) -> str | None:
    """Words for a mean at the end of the scale in a group of fewer than 30; None elsewhere."""
    if len(values) >= FEW:
        return None
    mean = mean_of(values)
    return LOW_WORDS if mean <= LOW_MEAN else HIGH_WORDS if mean >= HIGH_MEAN else None


def side_words(favourable: int, n: int) -> str | None:
    """Words when all of a group, or all but one, are on one side; None elsewhere."""
    if favourable >= n - 1:
        return NEARLY_ALL
    return NEARLY_NONE if favourable <= 1 else None


def cells_with_mean(groups: Groups, values: Floats) -> frozenset[int]:
    """The cells whose mean may be a number: no remainder calls for words either.

    ``values``: scores of all people of the wave, none of them NaN in ``groups``.
    """
    wordless = frozenset(
        cell for cell, scores in groups.by_cell(values) if mean_words(scores) is None
    )
    own = groups.by_atom(values)
    extreme = {cell for cell, scores in enumerate(own) if mean_words(scores) is not None}
    if not extreme and len(wordless) == len(own):
        return wordless
    while True:
        states = [
            0 if not len(scores) else 1 if cell in extreme else 2 for cell, scores in enumerate(own)
        ]
        shown = choose(groups.cells, states, _NOT_ALONE, wordless)
        nearest = groups.cells.nearest(shown)
        left = groups.by_atom(values, nearest)
        bad = {cell for cell in shown if mean_words(left[cell]) is not None}
        if not bad:
            return shown
        # Mixed of an extreme part and one that is nearly so: no part of it may stand in for it.
        extreme |= {cell for cell, up in enumerate(nearest) if up in bad and len(own[cell])}


def cells_with_share(groups: Groups, values: Floats) -> frozenset[int]:
    """The cells whose favourable share may be a number: all remainders have both sides, 2 each."""
    sides = values >= FAVOURABLE_FROM
    mine = sides[groups.rows]
    yes, no = groups.own(mine), groups.own(~mine)
    totals = zip(groups.cells.totals(yes), groups.cells.totals(no), strict=True)
    wordless = frozenset(cell for cell, (f, u) in enumerate(totals) if side_words(f, f + u) is None)
    states = [3 * min(f, 2) + min(u, 2) for f, u in zip(yes, no, strict=True)]
    return choose(groups.cells, states, BOTH_SIDES, wordless)


def nearly_constant(values: Floats) -> bool:
    """Whether all of a group, or all but one, have one score: a spread would tell it."""
    _, counts = np.unique(values, return_counts=True)
    return bool(counts.max(initial=0) >= len(values) - 1)
