"""People in their cells."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from surveys.scoring.cells import Cells
from surveys.scoring.scores import Bools, Floats, Ints
from surveys.scoring.suppression import published_cells


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """``rows`` (n,): which people, as places in the arrays of the whole wave. ``atoms`` (n,): the
    smallest cell each is in, as a place in ``cells``.
    """  # noqa: D205

    cells: Cells
    rows: Ints
    atoms: Ints

    def own(self, chosen: Bools | None = None) -> list[int]:
        """Of every cell the people in no cell below it; of the ``chosen`` (n,) ones, if given."""
        atoms = self.atoms if chosen is None else self.atoms[chosen]
        counts: list[int] = np.bincount(atoms, minlength=len(self.cells.ids)).tolist()
        return counts

    def only(self, chosen: Bools) -> "Groups":
        """The same cells with the ``chosen`` (n,) people alone."""
        return Groups(self.cells, self.rows[chosen], self.atoms[chosen])

    def narrowed(self, chosen: Collection[int]) -> "Groups":
        """The chosen cells alone, without the people who are in none of them."""
        cells = self.cells.narrowed(chosen)
        place = {cell: new for new, cell in enumerate(sorted(chosen))} | {-1: -1}
        nearest = self.cells.nearest(frozenset(chosen))
        new_place = np.array([place[cell] for cell in nearest], dtype=np.int64)
        atoms = new_place[self.atoms]
        return Groups(cells, self.rows[atoms >= 0], atoms[atoms >= 0])

    def published(self, k: int) -> "Groups":
        """The best safe choice of cells with k people and more."""
        return self.narrowed(published_cells(self.cells, self.own(), k))

    def by_atom(self, values: Floats, place: Sequence[int] | None = None) -> list[Floats]:
        """Of every cell the sorted ``values`` (all people of the wave) of its own people.

        ``place`` (m,): count the own people of a cell there instead; -1 leaves them out.
        """
        atoms = self.atoms if place is None else np.array(place, dtype=np.int64)[self.atoms]
        order = np.lexsort((values[self.rows], atoms))
        edges = np.searchsorted(atoms[order], np.arange(len(self.cells.ids) + 1))
        ordered = values[self.rows][order]
        return [ordered[low:high] for low, high in pairwise(edges)]

    def by_cell(self, values: Floats) -> Iterator[tuple[int, Floats]]:
        """Every cell with the sorted ``values`` of all its people, those of cells below included.

        Sorted, so that no figure depends on the order in which people come.
        """
        order = self.cells.order
        position = np.empty(len(order), dtype=np.int64)
        position[list(order)] = np.arange(len(order))
        walked = np.argsort(position[self.atoms], kind="stable")
        along, ordered = position[self.atoms][walked], values[self.rows][walked]
        below = self.cells.totals([1] * len(order))
        lows = np.searchsorted(along, position - np.array(below, dtype=np.int64) + 1).tolist()
        highs = np.searchsorted(along, position, side="right").tolist()
        for cell, (low, high) in enumerate(zip(lows, highs, strict=True)):
            yield cell, np.sort(ordered[low:high])
