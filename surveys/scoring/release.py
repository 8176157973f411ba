"""From opened ballots to what is published: once, at the end of a wave."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from surveys.scoring import figures
from surveys.scoring.careless import careless
from surveys.scoring.cells import CellId, TreeNode
from surveys.scoring.coherence import coherence_figure
from surveys.scoring.figures import CAREFUL, Cell, May
from surveys.scoring.groups import Groups
from surveys.scoring.scores import (
    CALIBRATION,
    WILLINGNESS,
    Floats,
    ItemKey,
    answer_array,
    quadrants,
    score,
)
from surveys.scoring.shown import all_shown, metrics_of, published_groups, with_valid
from surveys.scoring.suppression import choose
from surveys.scoring.together import left_over, spare_scale

FLOOR = 5
LARGE_FROM = 30


class Ballot(NamedTuple):
    """One opened answer: the unit it came from, and 1 to 5 or None for each item by position."""

    unit: int
    answers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """``cells``: all figures, ordered by group as in ``published``, then subset and metric.

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
    previous: Collection[CellId] = frozenset(),
) -> Release:
    """All figures that may be published, and of every ballot the group it may be stored with.

    The same whatever the order of ``tree`` and ``answers``. ``k``: smallest group of the wave, at
    least 5. ``previous``: groups published in the wave before, preferred where there is a choice.
    Fewer than ``k`` ballots publish nothing.

    Raises ValueError for k < 5, a broken tree, a ballot from outside the tree, an answer that is
    not 1 to 5 or None for each item, or a scale of more than two items.

    Source: trust-survey-method, sections 1.4, 1.5, 3 and 4.
    """
    if k < FLOOR:
        raise ValueError(f"no group under {FLOOR} is shown: k = {k}")
    groups = published_groups(tree, [ballot.unit for ballot in answers], k, previous)
    given = answer_array([ballot.answers for ballot in answers], len(items))
    wave = Wave(groups, items, given, k)
    cells = [
        *wave.respondents(),
        *wave.scores(),
        *wave.items(),
        *wave.quadrants(),
        *wave.careless(),
        *wave.coherence(),
    ]
    place = {cell: number for number, cell in enumerate(groups.cells.ids)}
    cells.sort(key=lambda cell: (place[CellId(cell.unit, cell.scope)], cell.subset))
    atom_of = np.full(len(answers), -1, dtype=np.int64)
    atom_of[groups.rows] = groups.atoms
    return Release(cells, list(groups.cells.ids), atom_of.tolist())


class Wave:
    """The opened answers of a wave in the groups published of it."""

    def __init__(self, groups: Groups, table: Sequence[ItemKey], given: Floats, k: int) -> None:
        self._groups = groups
        self._table = table
        self._k = k
        self._scores = score(given, table)
        reverse = np.array([item.is_reversed for item in table], dtype=np.bool_)
        self._flags = careless(given, reverse)
        self._metrics = metrics_of(table, self._scores)
        self.shown = all_shown(groups, table, self._scores, self._flags, k)

    def respondents(self) -> Iterator[Cell]:
        for cell, n in self._respondents().items():
            yield figures.respondents(cell, n)

    def scores(self) -> Iterator[Cell]:
        """Index and scales."""
        for metric, what in self.shown.items():
            if metric.startswith("item:"):
                continue
            for cell, found in what.groups.by_cell(self._metrics[metric]):
                name = what.groups.cells.ids[cell]
                yield figures.score_figure(name, metric, found, what.may(cell))

    def items(self) -> Iterator[Cell]:
        respondents = self._respondents()
        for item in self._table:
            what = self.shown[f"item:{item.key}"]
            for cell, found in what.groups.by_cell(self._metrics[f"item:{item.key}"]):
                name = what.groups.cells.ids[cell]
                yield figures.item_figure(
                    name,
                    item.key,
                    found,
                    what.may(cell),
                    respondents=respondents[name],
                    is_reversed=item.is_reversed,
                )

    def quadrants(self) -> Iterator[Cell]:
        """Of groups of 30 in which no remainder is smaller."""
        scales = self._scores.scales
        if not {WILLINGNESS, CALIBRATION} <= scales.keys():
            return
        places = quadrants(scales[WILLINGNESS], scales[CALIBRATION])
        values = np.where(places < 0, np.nan, places)
        large = with_valid(self._groups, values, max(self._k, LARGE_FROM))
        for cell, found in large.by_cell(values):
            yield figures.quadrant_figure(large.cells.ids[cell], found)

    def careless(self) -> Iterator[Cell]:
        """Their share, and the index without them; of groups of 30."""
        if self._scores.index is None:
            return
        values = self._flags.astype(np.float64)
        large = with_valid(self._groups, values, max(self._k, LARGE_FROM))
        for cell, found in large.by_cell(values):
            yield figures.careless_figure(large.cells.ids[cell], found)
        yield from self._careful(self._scores.index)

    def coherence(self) -> Iterator[Cell]:
        """Of everybody who answered, where they are published together; of no smaller group."""
        cells = self._groups.cells
        tops = [name for name, up in zip(cells.ids, cells.parent, strict=True) if up < 0]
        if len(tops) == 1 and len(self._groups.rows) == len(self._flags):
            figure = coherence_figure(tops[0], self._table, self._scores, self._k)
            if figure is not None:
                yield figure

    def _respondents(self) -> dict[CellId, int]:
        cells = self._groups.cells
        return dict(zip(cells.ids, cells.totals(self._groups.own()), strict=True))

    def _careful(self, index: Floats) -> Iterator[Cell]:
        """The index without careless answers, where it tells nothing of fewer than k people.

        Beside the sums of the whole groups there are those of their careful people. What follows
        about the fewest takes of every atom either the careful or the others, of whom those may be
        cancelled who answered nothing on the spare scale (see ``together``). So among the atoms
        between a group shown so and those below it, the smaller sides of all atoms are together k,
        or nobody is careless there. Then a group and its careful people differ by 0 or k too.

        Source: trust-survey-method, sections 1.5 and 3.3, with the cut of 3.2.
        """
        what = self.shown["index"]
        valid, flagged = what.groups, self._flags[what.groups.rows]
        spare = spare_scale(self._table, self._scores)
        counted = ~np.isnan(self._scores.scales[spare])[valid.rows]
        sides = zip(valid.own(~flagged & counted), valid.own(flagged & counted), strict=True)
        mixed = zip(valid.own(~flagged), valid.own(flagged), strict=True)
        states = [
            min(*some, self._k) + 1 if all(both) else 0
            for some, both in zip(sides, mixed, strict=True)
        ]
        large = max(self._k, LARGE_FROM)
        totals = valid.cells.totals(valid.own(~flagged))
        candidates = {cell for cell in what.means if totals[cell] >= large}
        chosen = choose(valid.cells, states, left_over(self._k), candidates)
        for cell, found in valid.only(~flagged).by_cell(index):
            if cell in chosen:
                name = valid.cells.ids[cell]
                may = May(mean=True, share=False)
                yield figures.score_figure(name, "index", found, may, CAREFUL)
