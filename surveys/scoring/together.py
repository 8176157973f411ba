"""Means that follow from each other, and what would be left over where somebody did not answer.

A scale is the mean of its items and the index the mean of all: of people who answered everything,
sums of one follow from sums of the others. So twice a scale's sum less the sums of its two items
is a sum over those alone who left one out, and of one such person it is the answer. Where they are
few, the mean of the last part of such a relation is kept back; nothing follows from the rest.

Source: trust-survey-method, sections 3.1 and 3.3; ADR 60.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from surveys.scoring.groups import Groups
from surveys.scoring.scores import Bools, Ints, ItemKey, Scores
from surveys.scoring.suppression import Rule, choose


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A score and the items it is the mean of.

    ``kept_back``: the metrics that give way, enough of them to break the relation. ``answered``
    (n,): how many of its items everybody answered, of ``items``. ``scored`` (n,): who has a score.
    """

    kept_back: tuple[str, ...]
    answered: Ints
    items: int
    scored: Bools


def relations(items: Sequence[ItemKey], scores: Scores) -> Iterator[Relation]:
    """Of each scale its last item gives way; of the index the scale with most missing answers."""
    answered = ~np.isnan(scores.items)
    members = {
        name: [number for number, item in enumerate(items) if item.scale == name]
        for name in scores.scales
    }
    for name, places in members.items():
        if len(places) > 1:
            yield Relation(
                (f"item:{items[places[-1]].key}",),
                answered[:, places].sum(axis=1),
                len(places),
                ~np.isnan(scores.scales[name]),
            )
    if scores.index is None:
        return
    places = [number for number, item in enumerate(items) if item.in_index]
    parts = dict.fromkeys(item.scale for item in items if item.in_index and item.scale)
    missing = {name: int((~answered[:, members[name]]).sum()) for name in parts}
    weakest = max(missing, key=lambda name: missing[name])
    yield Relation(
        (f"scale:{weakest}", f"item:{items[members[weakest][-1]].key}"),
        answered[:, places].sum(axis=1),
        len(places),
        ~np.isnan(scores.index),
    )


def cells_apart(
    groups: Groups, relation: Relation, candidates: Collection[int], k: int
) -> frozenset[int]:
    """The cells among ``candidates`` in which all metrics of the relation may have their mean.

    What can be cancelled in an atom is those who answered one number of items, for a score gives
    each of these the same weight. The others of all atoms, between a cell and the chosen ones
    below it, must be k and more where anybody left something out.
    """
    answered, scored = relation.answered[groups.rows], relation.scored[groups.rows]
    people = np.array(groups.own(answered > 0))
    alike = [groups.own(scored & (answered == number)) for number in range(1, relation.items + 1)]
    left_over = (people - np.max(alike, axis=0)).tolist()
    partial = groups.own((answered > 0) & (answered < relation.items))
    states = [
        min(left, k) + 1 if some else 0 for left, some in zip(left_over, partial, strict=True)
    ]
    return choose(groups.cells, states, _left_over(k), candidates)


def _left_over(k: int) -> Rule:
    """State 0: all answered everything. State s: somebody did not, and s - 1 are left over."""
    return Rule(
        sums=tuple(
            tuple(min(a + b - 1, k + 1) if a and b else a + b for b in range(k + 2))
            for a in range(k + 2)
        ),
        safe=frozenset((0, k + 1)),
    )
