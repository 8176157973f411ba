"""Means that follow from each other, and what is left over where somebody did not answer.

A scale is the mean of its items and the index the mean of all. So a scale less its first item
speaks of those alone who answered the second; and of people who answered everything, sums of one
follow from sums of the others: twice a scale less both its items speaks of those alone who left
one out, and of one such person it is the answer. Where they are few, means are kept back.

All is told of *parts*: the people between a cell and those below it that have the same mean. In a
part the weight of one metric is fixed, and whoever combines sums may in every atom cancel those
people whose answers the other metrics weigh alike. The rest of all atoms must be k people.

Source: trust-survey-method, sections 3.1 and 3.3; ADR 60.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from surveys.scoring.groups import Groups
from surveys.scoring.scores import Bools, Ints, ItemKey, Scores
from surveys.scoring.suppression import Rule, choose

Means = dict[str, frozenset[int]]


def means_together(
    groups: Groups,
    means: Mapping[str, frozenset[int]],
    *,
    items: Sequence[ItemKey],
    scores: Scores,
    flags: Bools,
    k: int,
) -> Means:
    """Of every metric the cells whose mean may be a number beside all the others.

    ``means``: the cells where each may by itself, as places in ``groups``. ``flags`` (people of
    the wave,): careless answers. The index stays first; for it the scale with fewest missing
    answers gives way, with its items. For a scale its items do, the second before the first.

    Raises ValueError for a scale of more than two items.
    """
    found = dict(means)
    answered = ~np.isnan(scores.items)[groups.rows]
    members = {
        name: [number for number, item in enumerate(items) if item.scale == name]
        for name in scores.scales
    }
    if scores.index is not None:
        in_index = [number for number, item in enumerate(items) if item.in_index]
        valid = ~np.isnan(scores.index)[groups.rows]
        name = spare_scale(items, scores)
        spare: Bools = np.asarray(answered[:, members[name]].any(axis=1))
        found["index"] = _index_alone(groups, found["index"], valid, spare, k)
        count = np.where(valid, answered[:, in_index].sum(axis=1), 0)
        allowed = found[f"scale:{name}"] & found["index"]
        # Careless and careful people are cancelled each by themselves: both have an index.
        sides = [spare & flags[groups.rows], spare & ~flags[groups.rows]]
        kept = _with_index(groups, allowed, sides, count, complete=len(in_index), k=k)
        for metric in (f"scale:{name}", *(f"item:{items[place].key}" for place in members[name])):
            found[metric] &= kept
    for name, places in members.items():
        if len(places) > 2:
            raise ValueError(f"what follows from a scale of {len(places)} items is not known")
        if len(places) == 2:
            one, other = (f"item:{items[place].key}" for place in places)
            first, second = (answered[:, place] for place in places)
            allowed = found[one] & found[f"scale:{name}"]
            found[one] = _one_item(groups, allowed, first, second, k)
            found[other] = _both_items(groups, found[other] & found[one], first, second, k)
    return found


def spare_scale(items: Sequence[ItemKey], scores: Scores) -> str:
    """The scale of the index with fewest missing answers, of equal ones the first."""
    missing: dict[str, int] = {}
    for item, values in zip(items, scores.items.T, strict=True):
        if item.in_index and item.scale:
            missing[item.scale] = missing.get(item.scale, 0) + int(np.isnan(values).sum())
    return min(missing, key=lambda name: missing[name])


def _one_item(
    groups: Groups, candidates: Collection[int], first: Bools, second: Bools, k: int
) -> frozenset[int]:
    """The scale with one item: left are those who answered it, or those who answered the other."""
    left = np.minimum(groups.own(first), groups.own(second))
    return _parts_of(groups, candidates, left, np.array(groups.own(first | second)), k)


def _both_items(
    groups: Groups, candidates: Collection[int], first: Bools, second: Bools, k: int
) -> frozenset[int]:
    """The scale with both: left are those who answered both, or those who answered one of them."""
    partial = np.array(groups.own(first ^ second))
    left = np.minimum(groups.own(first & second), partial)
    return _parts_of(groups, candidates, left, partial, k)


def _index_alone(
    groups: Groups, candidates: Collection[int], valid: Bools, spare: Bools, k: int
) -> frozenset[int]:
    """The index without the spare scale: left are those who answered some of that."""
    left = np.array(groups.own(valid & spare))
    return _parts_of(groups, candidates, left, np.array(groups.own(valid)), k)


def _with_index(
    groups: Groups,
    candidates: Collection[int],
    sides: Sequence[Bools],
    count: Ints,
    *,
    complete: int,
    k: int,
) -> frozenset[int]:
    """The index with all scales: left are those who answered another number of items than most.

    ``sides``: two parts (n,) of those who answered some of the spare scale. ``count`` (n,):
    answered items of the index, 0 without an index; ``complete`` of them are all.
    """
    spare = np.logical_or(*sides)
    left = np.array(groups.own(spare))
    for side in sides:
        alike = [groups.own(side & (count == number)) for number in range(1, complete + 1)]
        left = left - np.max(alike, axis=0)
    concerned = np.array(groups.own(spare & (count < complete)))
    return _parts_of(groups, candidates, left, concerned, k)


def _parts_of(
    groups: Groups, candidates: Collection[int], left: Ints, concerned: Ints, k: int
) -> frozenset[int]:
    """The best choice of parts in which nobody is concerned, or ``left`` (m,) add up to k."""
    states = [
        min(people, k) + 1 if some else 0
        for people, some in zip(left.tolist(), concerned.tolist(), strict=True)
    ]
    return choose(groups.cells, states, left_over(k), candidates)


def left_over(k: int) -> Rule:
    """State 0: nobody is concerned. State s: somebody is, and s - 1 people are left over."""
    return Rule(
        sums=tuple(
            tuple(min(a + b - 1, k + 1) if a and b else a + b for b in range(k + 2))
            for a in range(k + 2)
        ),
        safe=frozenset((0, k + 1)),
    )
