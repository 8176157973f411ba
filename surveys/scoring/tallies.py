"""Answers by attribute in the units large enough for it: aggregates, rounded where shown."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from surveys.scoring.attributes import (
    Grouping,
    cross,
    grouped,
    is_safe_pair,
    is_safe_table,
    safe_groupings,
)
from surveys.scoring.cells import ROLL_UP, CellId, TreeNode
from surveys.scoring.groups import Groups
from surveys.scoring.release import Ballot, Wave
from surveys.scoring.scores import POINTS, Bools, Floats, Ints, ItemKey, answer_array
from surveys.scoring.shown import Shown, published_groups

BLOCK_FROM = 50
CATEGORY_FROM = 10


@dataclass(frozen=True, slots=True, order=True)
class Tally:
    """``count`` of people in ``block`` (a unit with all below it) and ``group`` (categories of
    ``attribute``, both by their numbers) who answered ``value`` to ``item``; 0 is "cannot say".
    """  # noqa: D205

    block: int
    attribute: int
    group: tuple[int, ...]
    item: str
    value: int
    count: int


def attribute_tallies(
    *,
    tree: Sequence[TreeNode],
    answers: Sequence[Ballot],
    codes: Sequence[Sequence[int]],
    categories: Sequence[int],
    items: Sequence[ItemKey],
    k: int,
    previous: Collection[CellId] = frozenset(),
) -> list[Tally]:
    """One-way tables by up to three attributes, of the same ballots as ``release``.

    ``codes``: for each ballot its category of each attribute, from 0 to ``categories`` - 1. The
    other arguments are those of ``release``.

    An attribute has one grouping of its categories, made in the highest published unit of 50
    people. A unit below it with 50 gets the same tables where neither it nor the people beside it
    would give away a small group; larger units are tried first. An item is left out of tables in
    which its valid answers, who are fewer, would. Ordered by block, attribute, group, item, value;
    values nobody gave have no row.

    Raises ValueError as ``release`` and ``safe_groupings`` do.

    Source: trust-survey-method, sections 3.2 and 3.3.
    """
    groups = published_groups(tree, [ballot.unit for ballot in answers], k, previous)
    given = answer_array([ballot.answers for ballot in answers], len(items))
    coded = np.array(codes, dtype=np.int64).reshape(len(answers), len(categories))
    wave = Wave(groups, items, given, k)
    tallies: list[Tally] = []
    for blocks in _blocks(groups):
        inside = _within(groups, blocks[0])
        floor = max(k, CATEGORY_FROM)
        groupings = safe_groupings(
            groups.atoms[inside], coded[groups.rows[inside]], categories, k=k, floor=floor
        )
        tables = Tables(coded, groupings, k, floor)
        shown = tables.accepted(groups, tables.attributes, blocks)
        names = [groups.cells.ids[block] for block in shown]
        for item, values in zip(items, given.T, strict=True):
            what = wave.shown[f"item:{item.key}"]
            for attribute, block in tables.of_item(what, names):
                rows = groups.rows[_within(groups, groups.cells.ids.index(block))]
                tallies += tables.counted(attribute, block.unit, item.key, rows, values)
    return sorted(tallies)


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The one-way tables below one unit. ``codes`` (people of the wave, attributes)."""

    codes: Ints
    groupings: tuple[Grouping, ...]
    k: int
    floor: int

    @property
    def attributes(self) -> list[int]:
        """Those of which anything can be shown."""
        return [number for number, grouping in enumerate(self.groupings) if grouping]

    def accepted(
        self, groups: Groups, attributes: Sequence[int], blocks: Sequence[int]
    ) -> list[int]:
        """Those of the ``blocks`` that may have the tables of ``attributes`` all at once.

        A block comes after those that contain it; without the first there is none. What follows
        from tables of one grouping in nested blocks is what follows within each block without
        the blocks in it, so that each of these parts is tested by itself.
        """
        chosen: list[int] = []
        for block in blocks:
            nearest = np.array(groups.cells.nearest(frozenset([*chosen, block])))
            part_of = nearest[groups.atoms]
            around = groups.cells.nearest(frozenset(chosen))[block]
            parts = [part_of == block, *([part_of == around] if around >= 0 else [])]
            if self._large(groups.only(parts[0]), attributes) and all(
                self._safe(groups.only(part), attributes) for part in parts
            ):
                chosen.append(block)
            elif not chosen:
                return []
        return chosen

    def of_item(self, what: Shown, blocks: Sequence[CellId]) -> Iterator[tuple[int, CellId]]:
        """Attributes and blocks that may be shown of one item: they add up to its distribution."""
        valid = what.groups
        place = {valid.cells.ids[cell]: cell for cell in what.distributions}
        there = [place[block] for block in blocks if block in place]
        if not blocks or blocks[0] not in place:
            return
        attributes: list[int] = []
        for attribute in self.attributes:
            if self.accepted(valid, [*attributes, attribute], there[:1]):
                attributes.append(attribute)
        for block in self.accepted(valid, attributes, there):
            yield from ((attribute, valid.cells.ids[block]) for attribute in attributes)

    def counted(
        self, attribute: int, unit: int, item: str, rows: Ints, values: Floats
    ) -> Iterator[Tally]:
        """Tallies of the people in ``rows``; ``values`` of all people of the wave."""
        for group in self.groupings[attribute]:
            mine = values[rows[np.isin(self.codes[rows, attribute], group)]]
            counts = np.bincount(np.nan_to_num(mine).astype(np.int64), minlength=POINTS + 1)
            for value, count in enumerate(counts.tolist()):
                if count:
                    yield Tally(unit, attribute, group, item, value, count)

    def _large(self, people: Groups, attributes: Sequence[int]) -> bool:
        """Whether every group has nobody or enough people."""
        for attribute in attributes:
            counts = np.bincount(self.codes[people.rows, attribute], minlength=1)
            counts = np.pad(counts, (0, self._width(attribute) - len(counts)))
            shown = grouped(counts[np.newaxis], self.groupings[attribute])
            if ((shown > 0) & (shown < self.floor)).any():
                return False
        return True

    def _safe(self, people: Groups, attributes: Sequence[int]) -> bool:
        _, atoms = np.unique(people.atoms, return_inverse=True)
        rows = int(atoms.max(initial=0)) + 1
        for number in attributes:
            code = self.codes[people.rows, number]
            table = grouped(cross(atoms, code, rows, self._width(number)), self.groupings[number])
            if not is_safe_table(table, self.k):
                return False
        return all(
            is_safe_pair(
                cross(
                    self.codes[people.rows, one],
                    self.codes[people.rows, other],
                    self._width(one),
                    self._width(other),
                ),
                self.groupings[one],
                self.groupings[other],
                self.k,
            )
            for one, other in combinations(attributes, 2)
        )

    def _width(self, attribute: int) -> int:
        return 1 + max(max(group) for group in self.groupings[attribute])


def _blocks(groups: Groups) -> Iterator[list[int]]:
    """For each highest unit of 50 people it and those below it, containing ones first."""
    totals = groups.cells.totals(groups.own())
    large = {
        cell
        for cell, (name, total) in enumerate(zip(groups.cells.ids, totals, strict=True))
        if name.scope == ROLL_UP and total >= BLOCK_FROM
    }
    found: dict[int, list[int]] = {}
    top_of: dict[int, int] = {}
    for cell in reversed(groups.cells.order):
        up = groups.cells.parent[cell]
        top = top_of.get(up, cell if cell in large else -1)
        if cell in large:
            top_of[cell] = top
            found.setdefault(top, []).append(cell)
    yield from found.values()


def _within(groups: Groups, cell: int) -> Bools:
    """(n,) who of ``groups`` is in ``cell`` or below it."""
    inside = np.array(groups.cells.nearest(frozenset((cell,)))) == cell
    members: Bools = inside[groups.atoms]
    return members
