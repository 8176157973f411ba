"""Tables by site, job family or tenure, in which no small group can be computed.

People are in one atom of the organisation and in one category of each attribute. From sums over
atoms and over categories, what follows about the fewest takes of every atom the smaller of two
sides; so a table (atoms, categories) is safe exactly when for each way to divide its categories in
two, the smaller sides of all atoms are together 0 or >= k.

Source: trust-survey-method, section 3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveys.scoring.scores import Bools, Ints

MOST_ENUMERATED = 12
Grouping = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """``side`` (c,): the categories on one side. ``people``: the smaller sides of all atoms."""

    side: Bools
    people: int


def smallest_leak(table: Ints, k: int) -> Cut | None:
    """The smallest cut of 1 to k - 1 people in counts (atoms, categories); None when it is safe.

    Of equal ones the first, sides in the order of binary numbers. O(atoms 2^c).

    Raises ValueError for more than 12 categories with people.
    """
    filled = np.flatnonzero(table.sum(axis=0))
    if len(filled) > MOST_ENUMERATED:
        raise ValueError(f"{len(filled)} categories are too many to try all sides")
    if len(filled) < 2:
        return None
    # The last category stays on the other side: each division is tried once.
    numbers = np.arange(1, 2 ** (len(filled) - 1))
    sides = (numbers[:, np.newaxis] >> np.arange(len(filled)) & 1).astype(np.int64)
    on_side = table[:, filled] @ sides.T
    people = np.minimum(on_side, table.sum(axis=1, keepdims=True) - on_side).sum(axis=0)
    leaks = np.flatnonzero((people > 0) & (people < k))
    if not len(leaks):
        return None
    worst = leaks[np.argmin(people[leaks])]
    side = np.zeros(table.shape[1], dtype=np.bool_)
    side[filled] = sides[worst] == 1
    return Cut(side, int(people[worst]))


def is_safe_table(table: Ints, k: int) -> bool:
    """Whether no sum about 1 to k - 1 people follows; more than 12 categories count as unsafe."""
    if np.count_nonzero(table.sum(axis=0)) > MOST_ENUMERATED:
        return False
    return smallest_leak(table, k) is None


def safe_grouping(table: Ints, *, k: int, floor: int) -> Grouping:
    """Which categories of counts (atoms, categories) are shown together; () when none can be.

    First those with fewer than ``floor`` people join the next smallest, and the smallest do while
    there are more than 12; then, while a cut leaks, the two categories that share most of it.
    At last there are two groups at least, ordered by their first category.
    """
    groups: list[tuple[int, ...]] = [(category,) for category in range(table.shape[1])]
    merged = table.astype(np.int64)
    while len(groups) > 1:
        pair = _small_pair(merged, floor)
        if pair is None:
            cut = smallest_leak(merged, k)
            if cut is None:
                return tuple(groups)
            pair = _sharing_most(merged, cut)
        groups, merged = _joined(groups, merged, pair)
    return ()


def grouped(table: Ints, grouping: Grouping, axis: int = 1) -> Ints:
    """Counts with the categories of each group added up."""
    parts = [table.take(list(group), axis=axis).sum(axis=axis) for group in grouping]
    return np.stack(parts, axis=axis) if parts else table.take([], axis=axis)


def safe_groupings(
    atoms: Ints, codes: Ints, categories: Sequence[int], *, k: int, floor: int
) -> tuple[Grouping, ...]:
    """Groupings of up to three attributes in one block, each safe alone and each pair together.

    ``atoms`` (n,) and ``codes`` (n, attributes): of everybody in the block, codes from 0 to
    ``categories`` - 1. Where a pair leaks, the later attribute is made coarser, down to nothing.

    Raises ValueError for more than three attributes or a code outside its range.
    """
    _check(codes, categories)
    chosen: list[Grouping] = []
    for number, count in enumerate(categories):
        table = cross(atoms, codes[:, number], int(atoms.max(initial=0)) + 1, count)
        grouping = safe_grouping(table, k=k, floor=floor)
        for before, earlier in enumerate(chosen):
            pair = cross(codes[:, before], codes[:, number], categories[before], count)
            grouping = _coarsened(grouped(pair, earlier, axis=0), grouping, k)
        chosen.append(grouping)
    return tuple(chosen)


def _coarsened(table: Ints, grouping: Grouping, k: int) -> Grouping:
    """Join groups of counts (groups of an earlier attribute, categories) until nothing leaks.

    What is coarser stays safe in the tables it was safe in.
    """
    groups, shown = list(grouping), grouped(table, grouping)
    while len(groups) > 1:
        cut = smallest_leak(shown, k)
        if cut is None:
            return tuple(groups)
        groups, shown = _joined(groups, shown, _sharing_most(shown, cut))
    return ()


def is_safe_pair(pair: Ints, one: Grouping, other: Grouping, k: int) -> bool:
    """The test of two attributes: counts (categories, categories) as far as they are shown."""
    if not (one and other):
        return True
    return is_safe_table(grouped(grouped(pair, one, axis=0), other), k)


def cross(one: Ints, other: Ints, rows: int, columns: int) -> Ints:
    """Counts (rows, columns) of people by two codes (n,) each."""
    return np.bincount(one * columns + other, minlength=rows * columns).reshape(rows, columns)


def _check(codes: Ints, categories: Sequence[int]) -> None:
    if codes.ndim != 2 or codes.shape[1] != len(categories) or len(categories) > 3:
        raise ValueError("up to three attributes, a column of codes each")
    if codes.size and not ((codes >= 0) & (codes < np.array(categories))).all():
        raise ValueError("a code is not among the categories of its attribute")


def _small_pair(table: Ints, floor: int) -> tuple[int, int] | None:
    """The two smallest categories while one has too few people or there are too many."""
    people = table.sum(axis=0)
    by_size = np.argsort(people, kind="stable")
    few = people[by_size[0]] < floor
    many = len(people) > MOST_ENUMERATED
    return (int(by_size[0]), int(by_size[1])) if few or many else None


def _sharing_most(table: Ints, cut: Cut) -> tuple[int, int]:
    """The pair across the cut with most people in common atoms; of equal ones the first."""
    shared = {
        (int(a), int(b)): int(np.minimum(table[:, a], table[:, b]).sum())
        for a in np.flatnonzero(cut.side)
        for b in np.flatnonzero(~cut.side)
    }
    return max(shared, key=lambda pair: (shared[pair], -min(pair), -max(pair)))


def _joined(
    groups: list[tuple[int, ...]], table: Ints, pair: tuple[int, int]
) -> tuple[list[tuple[int, ...]], Ints]:
    kept, gone = sorted(pair)
    together = tuple(sorted(groups[kept] + groups[gone]))
    new = [*groups]
    new[kept] = together
    del new[gone]
    columns = table.copy()
    columns[:, kept] += columns[:, gone]
    columns = np.delete(columns, gone, axis=1)
    order = sorted(range(len(new)), key=lambda place: new[place])
    return [new[place] for place in order], columns[:, order]
