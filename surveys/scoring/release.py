"""From opened ballots to what is published: once, at the end of a wave."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from surveys.scoring import figures
from surveys.scoring.careless import careless
from surveys.scoring.cells import CellId, TreeNode, cells_of
from surveys.scoring.figures import CAREFUL, Cell, May
from surveys.scoring.groups import Groups
from surveys.scoring.guards import cells_with_mean, cells_with_share
from surveys.scoring.scores import (
    CALIBRATION,
    WILLINGNESS,
    Bools,
    Floats,
    ItemKey,
    Scores,
    answer_array,
    quadrants,
    score,
)
from surveys.scoring.suppression import at_least, choose

FLOOR = 5
DISTRIBUTION_FROM = 10
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

    Raises ValueError for k < 5, a broken tree, a ballot from outside the tree, or an answer that
    is not 1 to 5 or None for each item.

    Source: trust-survey-method, sections 1.4, 1.5, 3 and 4.
    """
    if k < FLOOR:
        raise ValueError(f"no group under {FLOOR} is shown: k = {k}")
    groups = published_groups(tree, [ballot.unit for ballot in answers], k, previous)
    given = answer_array([ballot.answers for ballot in answers], len(items))
    scores = score(given, items)
    cells = [*_respondents(groups)]
    if scores.index is not None:
        is_reversed = np.array([item.is_reversed for item in items], dtype=np.bool_)
        flags = careless(given, is_reversed)
        cells += [*_scored(groups, "index", scores.index, k)]
        cells += [*_careful(groups, scores.index, flags, k), *_careless(groups, flags, k)]
    for name, values in scores.scales.items():
        cells += _scored(groups, f"scale:{name}", values, k)
    if {WILLINGNESS, CALIBRATION} <= scores.scales.keys():
        cells += _quadrants(groups, scores, k)
    for item, values in zip(items, scores.items.T, strict=True):
        cells += _item(groups, item, values, k)
    place = {cell: number for number, cell in enumerate(groups.cells.ids)}
    cells.sort(key=lambda cell: (place[CellId(cell.unit, cell.scope)], cell.subset))
    atom_of = np.full(len(answers), -1, dtype=np.int64)
    atom_of[groups.rows] = groups.atoms
    return Release(cells, list(groups.cells.ids), atom_of.tolist())


def published_groups(
    tree: Sequence[TreeNode],
    units: Sequence[int],
    k: int,
    previous: Collection[CellId] = frozenset(),
) -> Groups:
    """The groups published for people of these ``units`` (n,); see ``release``.

    All metrics choose among these cells. Raises ValueError as ``release`` does.
    """
    cells = cells_of(tree, previous)
    if strangers := set(units) - cells.home.keys():
        raise ValueError(f"an answer comes from unit {min(strangers)}, which is not in the tree")
    atoms = np.array([cells.home[unit] for unit in units], dtype=np.int64)
    return Groups(cells, np.arange(len(units)), atoms).published(k)


def with_valid(groups: Groups, values: Floats, k: int) -> Groups:
    """The cells published for one metric: those with k valid ``values`` (all people, NaN for none)
    of which no remainder is smaller.
    """  # noqa: D205
    return groups.only(~np.isnan(values[groups.rows])).published(k)


def _respondents(groups: Groups) -> Iterator[Cell]:
    totals = groups.cells.totals(groups.own())
    for cell, n in zip(groups.cells.ids, totals, strict=True):
        yield figures.respondents(cell, n)


def _scored(groups: Groups, metric: str, values: Floats, k: int) -> Iterator[Cell]:
    valid = with_valid(groups, values, k)
    means, shares = cells_with_mean(valid, values), cells_with_share(valid, values)
    for cell, scores in valid.by_cell(values):
        may = May(mean=cell in means, share=cell in shares)
        yield figures.score_figure(valid.cells.ids[cell], metric, scores, may)


def _item(groups: Groups, item: ItemKey, values: Floats, k: int) -> Iterator[Cell]:
    valid = with_valid(groups, values, k)
    means, shares = cells_with_mean(valid, values), cells_with_share(valid, values)
    # Parts of a distribution follow from others as sums do: all remainders have 10 people too.
    whole = _of_size(valid, max(k, DISTRIBUTION_FROM), among=means & shares)
    respondents = dict(zip(groups.cells.ids, groups.cells.totals(groups.own()), strict=True))
    for cell, scores in valid.by_cell(values):
        name = valid.cells.ids[cell]
        yield figures.item_figure(
            name,
            item.key,
            scores,
            May(mean=cell in means, share=cell in shares, distribution=cell in whole),
            respondents=respondents[name],
            is_reversed=item.is_reversed,
        )


def _quadrants(groups: Groups, scores: Scores, k: int) -> Iterator[Cell]:
    places = quadrants(scores.scales[WILLINGNESS], scores.scales[CALIBRATION])
    values = np.where(places < 0, np.nan, places)
    valid = with_valid(groups, values, max(k, LARGE_FROM))
    for cell, found in valid.by_cell(values):
        yield figures.quadrant_figure(valid.cells.ids[cell], found)


def _careless(groups: Groups, flags: Bools, k: int) -> Iterator[Cell]:
    values = flags.astype(np.float64)
    large = with_valid(groups, values, max(k, LARGE_FROM))
    for cell, found in large.by_cell(values):
        yield figures.careless_figure(large.cells.ids[cell], found)


def _careful(groups: Groups, index: Floats, flags: Bools, k: int) -> Iterator[Cell]:
    """The index without careless answers, where it tells nothing of fewer than k people.

    Beside the sums of the whole groups there are those of their careful people. What follows about
    the fewest takes of every atom either the careful or the others; so among the atoms between a
    group shown so and those below it, the smaller sides of all atoms are together 0 or >= k. Then
    a group and its careful people differ by 0 or >= k too.

    Source: trust-survey-method, sections 1.5 and 3.3, with the cut of 3.2.
    """
    valid = with_valid(groups, index, k)
    flagged = flags[valid.rows]
    careful, others = valid.own(~flagged), valid.own(flagged)
    large = max(k, LARGE_FROM)
    candidates = cells_with_mean(valid, index) & {
        cell for cell, total in enumerate(valid.cells.totals(careful)) if total >= large
    }
    smaller_sides = [min(*sides, k) for sides in zip(careful, others, strict=True)]
    shown = choose(valid.cells, smaller_sides, at_least(k), candidates)
    for cell, scores in valid.only(~flagged).by_cell(index):
        if cell in shown:
            may = May(mean=True, share=False)
            yield figures.score_figure(valid.cells.ids[cell], "index", scores, may, CAREFUL)


def _of_size(groups: Groups, k: int, *, among: Collection[int]) -> frozenset[int]:
    totals = groups.cells.totals(groups.own())
    large = frozenset(cell for cell in among if totals[cell] >= k)
    return choose(groups.cells, [min(own, k) for own in groups.own()], at_least(k), large)
