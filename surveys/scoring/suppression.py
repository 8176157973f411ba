"""Which groups are published, so that nothing smaller can be computed from them.

For a published cell its *remainder* is those of it who are in no published cell below it. All that
adding and subtracting published sums can give is sums over remainders: they are the atoms, and a
choice is safe exactly when each of them is.

Source: trust-survey-method, section 3.1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from surveys.scoring.cells import Cells


@dataclass(frozen=True, slots=True)
class Rule:
    """When a remainder is safe, told by a few states; state 0 is nobody.

    ``sums`` (s, s): the state of two groups together. ``safe``: the states a remainder may have.
    """

    sums: tuple[tuple[int, ...], ...]
    safe: frozenset[int]


def at_least(k: int) -> Rule:
    """Nobody, or k and more. The state is the number of people, k standing for all above too."""
    return Rule(
        sums=tuple(tuple(min(a + b, k) for b in range(k + 1)) for a in range(k + 1)),
        safe=frozenset((0, k)),
    )


def choose(
    cells: Cells, states: Sequence[int], rule: Rule, candidates: Collection[int]
) -> frozenset[int]:
    """The places of the best safe choice among ``candidates``.

    ``states`` (m,): of every cell the state of those in it and in no cell below. Best is the
    largest sum of weights; of equal sums the one that has the first cell on which they differ.
    There is always a choice: publishing nothing is safe.

    A dynamic programme from the bottom: of everything up to a cell it keeps, for each state of
    those not yet in a published cell, the best value. Weight and choice are one integer, the
    choice as a bit for each cell in its lower part, so that adding and comparing is all there is.
    O(m s^2) additions.
    """
    if _all_safe(cells, states, rule, candidates):
        return frozenset(candidates)
    count = len(cells.ids)
    open_sums: list[dict[int, int] | None] = [None] * count
    best = 0
    for cell in cells.order:
        so_far = open_sums[cell] or {0: 0}
        open_sums[cell] = None
        if states[cell]:
            so_far = _together(so_far, {states[cell]: 0}, rule)
        if cell in candidates:
            gain = (cells.weights[cell] << count) + (1 << (count - 1 - cell))
            _publish(so_far, gain, rule)
        parent = cells.parent[cell]
        if parent < 0:
            best += max(so_far.values())
        else:
            waiting = open_sums[parent]
            open_sums[parent] = so_far if waiting is None else _together(waiting, so_far, rule)
    bits = format(best & ((1 << count) - 1), f"0{count}b") if count else ""
    return frozenset(place for place, bit in enumerate(bits) if bit == "1")


def _all_safe(cells: Cells, states: Sequence[int], rule: Rule, candidates: Collection[int]) -> bool:
    """Whether all candidates may be published, and nothing has to be weighed."""
    left = dict.fromkeys(candidates, 0)
    for cell, nearest in enumerate(cells.nearest(candidates)):
        if nearest >= 0:
            left[nearest] = rule.sums[left[nearest]][states[cell]]
    return rule.safe.issuperset(left.values())


def _together(one: Mapping[int, int], other: Mapping[int, int], rule: Rule) -> dict[int, int]:
    best: dict[int, int] = {}
    for state, value in one.items():
        sums = rule.sums[state]
        for added, more in other.items():
            total = value + more
            if total > best.get(sums[added], -1):
                best[sums[added]] = total
    return best


def _publish(values: dict[int, int], gain: int, rule: Rule) -> None:
    """Allow the cell to be published from each safe state; nobody of it is left over then."""
    published = [value for state, value in values.items() if state in rule.safe]
    if published:
        values[0] = max(values.get(0, -1), max(published) + gain)


def published_cells(cells: Cells, own: Sequence[int], k: int) -> frozenset[int]:
    """The best choice of cells of k and more people of which every remainder is 0 or >= k.

    ``own`` (m,): people of every cell who are in no cell below it. Raises ValueError for k < 1.
    """
    if k < 1:
        raise ValueError(f"the smallest group must be 1 or more, not {k}")
    large = frozenset(place for place, total in enumerate(cells.totals(own)) if total >= k)
    return choose(cells, [min(people, k) for people in own], at_least(k), large)


def remainders(cells: Cells, own: Sequence[int], published: Collection[int]) -> dict[int, int]:
    """By published place: how many of it are in no published cell below it."""
    left = dict.fromkeys(sorted(published), 0)
    for cell, nearest in enumerate(cells.nearest(frozenset(published))):
        if nearest >= 0:
            left[nearest] += own[cell]
    return left


def is_safe(cells: Cells, own: Sequence[int], published: Collection[int], k: int) -> bool:
    """Whether nothing about 1 to k - 1 people follows from the sums of the published cells."""
    return all(left == 0 or left >= k for left in remainders(cells, own, published).values())
