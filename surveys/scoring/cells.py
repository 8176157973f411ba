"""Groups whose figures may be published: every unit with all below it, and its direct reports."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

ROLL_UP, DIRECT = "roll", "direct"
COMPANY, FIRST_LEVEL, OTHER = 1000, 100, 1


class TreeNode(NamedTuple):
    """A unit of the frozen tree; ``parent`` None at the top."""

    unit: int
    parent: int | None


class CellId(NamedTuple):
    """``scope``: "roll" for the unit and all below it, "direct" for those directly in it."""

    unit: int
    scope: str


@dataclass(frozen=True)
class Cells:
    """A forest of m cells, each containing those below it.

    ``ids`` (m,): by unit id, a unit's roll-up before its direct reports. ``parent`` (m,): place in
    ``ids`` of the next cell that contains it, -1 for none. ``weights`` (m,): what publishing it is
    worth, doubled so that the bonus of a half is an integer. ``home``: by unit the place of the
    smallest cell its direct reports are in, -1 for none.
    """

    ids: tuple[CellId, ...]
    parent: tuple[int, ...]
    weights: tuple[int, ...]
    home: Mapping[int, int]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Places, every cell after all it contains, which stand together right before it.

        Of neighbours the one containing more cells comes first: then few are half done at a time.
        """
        return _contained_first(self.parent)

    def totals(self, own: Sequence[int]) -> list[int]:
        """Of every cell the sum over it and all cells below it."""
        total = list(own)
        for cell in self.order:
            if self.parent[cell] >= 0:
                total[self.parent[cell]] += total[cell]
        return total

    def nearest(self, chosen: Collection[int]) -> list[int]:
        """Of every cell the smallest chosen one that contains it, itself included; -1 for none."""
        found = [-1] * len(self.ids)
        for cell in reversed(self.order):
            up = self.parent[cell]
            found[cell] = cell if cell in chosen else (found[up] if up >= 0 else -1)
        return found

    def narrowed(self, chosen: Collection[int]) -> "Cells":
        """The same with the chosen cells alone, in the same order."""
        kept = sorted(chosen)
        place = {cell: new for new, cell in enumerate(kept)} | {-1: -1}
        nearest = self.nearest(frozenset(kept))
        above = [nearest[up] if up >= 0 else -1 for up in self.parent]
        return Cells(
            ids=tuple(self.ids[cell] for cell in kept),
            parent=tuple(place[above[cell]] for cell in kept),
            weights=tuple(self.weights[cell] for cell in kept),
            home={
                unit: place[nearest[cell]] if cell >= 0 else -1 for unit, cell in self.home.items()
            },
        )


def cells_of(tree: Sequence[TreeNode], previous: Collection[CellId] = frozenset()) -> Cells:
    """All cells of an organisation, whatever the order of ``tree``.

    A unit with units below it has a roll-up and a cell of its direct reports; at a unit without,
    the two would be the same people, and there is the roll-up alone. The company weighs 1000,
    first-level units 100, all others 1, each half a point more if in ``previous``.

    Raises ValueError for a unit that occurs twice, an unknown parent, or a circle.

    Source: trust-survey-method, section 3.1.
    """
    above = {node.unit: node.parent for node in tree}
    if len(above) != len(tree):
        raise ValueError("a unit occurs twice in the tree")
    if unknown := {parent for parent in above.values() if parent is not None} - above.keys():
        raise ValueError(f"no unit {min(unknown)} in the tree, which is said to be a parent")
    inner = set(above.values())
    ids = sorted(
        [CellId(unit, ROLL_UP) for unit in above]
        + [CellId(unit, DIRECT) for unit in above if unit in inner],
        key=lambda cell: (cell.unit, cell.scope != ROLL_UP),
    )
    place = {cell: number for number, cell in enumerate(ids)}
    parent = [place[CellId(up, ROLL_UP)] if up is not None else -1 for up in _parents(ids, above)]
    weights = [2 * _weight(cell, above) + (cell in previous) for cell in ids]
    home = {
        unit: place[CellId(unit, DIRECT if unit in inner else ROLL_UP)] for unit in sorted(above)
    }
    cells = Cells(tuple(ids), tuple(parent), tuple(weights), home)
    if len(cells.order) != len(ids):
        raise ValueError("the tree has a circle")
    return cells


def _parents(ids: Sequence[CellId], above: Mapping[int, int | None]) -> list[int | None]:
    return [cell.unit if cell.scope == DIRECT else above[cell.unit] for cell in ids]


def _weight(cell: CellId, above: Mapping[int, int | None]) -> int:
    if cell.scope == DIRECT:
        return OTHER
    parent = above[cell.unit]
    if parent is None:
        return COMPANY
    return FIRST_LEVEL if above[parent] is None else OTHER


def _contained_first(parent: Sequence[int]) -> tuple[int, ...]:
    """A walk without recursion: trees may be as deep as they have units. Circles are left out."""
    below: list[list[int]] = [[] for _ in parent]
    tops: list[int] = []
    for cell, up in enumerate(parent):
        (below[up] if up >= 0 else tops).append(cell)
    downward = list(tops)
    for cell in downward:
        downward.extend(below[cell])
    size = [1] * len(parent)
    for cell in reversed(downward):
        if parent[cell] >= 0:
            size[parent[cell]] += size[cell]
    # Read backwards, a walk that takes the smallest first has the largest first and parents last.
    walk, waiting = [], sorted(tops, key=lambda cell: -size[cell])
    while waiting:
        cell = waiting.pop()
        walk.append(cell)
        waiting.extend(sorted(below[cell], key=lambda one: -size[one]))
    return tuple(reversed(walk))
