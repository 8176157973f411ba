"""The one place that decides what a group of people may show.

People sit in units, and every scope is a set of units: a subtree, a site, a function, or their
intersection. The rule of trust surveys (trust-survey-method.md 3.1) chooses cells of the tree; what
lies between the chosen ones are the *atoms*, each of nobody or of the minimum group and more. A
figure is given of unions of atoms only. Whatever is added to or subtracted from whatever, then, is
again of whole atoms: no choice of filters shows fewer people.

Tools divide people within units. They are given for blocks of at least 50 people only, and where
the cut condition of 3.2 holds for all tools together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from measurement.queries.use.arrays import Bools, Ints, Units
from measurement.queries.use.figures import HIDDEN, Hidden, Rung, Shown
from surveys.scoring.cells import Cells, TreeNode, cells_of
from surveys.scoring.guards import BOTH_SIDES
from surveys.scoring.suppression import choose, published_cells

TOOL_BLOCK = 50
TOOL_GROUP = 10
EACH_SIDE = 2  # fewer on one side is a word
MOST_KINDS = 12  # kinds of access whose subsets are all tried


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The atoms of one denominator.

    ``size`` (m,) people of it directly in each unit, ``atom`` (m,) the atom they belong to, -1 for
    none that may be shown. ``smallest`` is the fewest a figure is of. Atoms are numbered as the
    cells, but for blocks of tools.
    """

    size: Ints
    atom: Ints
    smallest: int
    cells: Cells
    is_blocks: bool = False

    def covered(self, wanted: Bools) -> tuple[Bools, bool]:
        """Units (m,) of ``wanted`` whose atom lies wholly in it, and whether people were left out.

        Units without people belong to whatever is asked.
        """
        inhabited = self.size > 0
        torn = np.unique(self.atom[inhabited & ~wanted])
        kept = wanted & inhabited & (self.atom >= 0) & ~np.isin(self.atom, torn)
        return kept, bool((wanted & inhabited & ~kept).any())


def groups_of(units: Units, size: Ints, smallest: int, *, within: Groups | None = None) -> Groups:
    """The atoms of a denominator; ``within`` another's cells where it is a part of that one.

    A part is chosen among the cells of the whole, so that the difference of the two denominators
    is of whole atoms, too.
    """
    if within is None:
        nodes = [
            TreeNode(int(pk), int(units.pk[up]) if up >= 0 else None)
            for pk, up in zip(units.pk, units.parent, strict=True)
        ]
        cells = cells_of(nodes)
    else:
        cells = within.cells
    home = np.array([cells.home[int(pk)] for pk in units.pk], dtype=np.int64)
    own = np.zeros(len(cells.ids), np.int64)
    np.add.at(own, home[home >= 0], size[home >= 0])
    published = published_cells(cells, own.tolist(), smallest)
    if within is not None:
        # Where nobody of the part is, the whole keeps its cells: a part of this part may be there.
        totals = cells.totals(own.tolist())
        published |= {cell for cell, total in enumerate(totals) if total == 0}
    narrow = cells.narrowed(published)
    atom = np.array([narrow.home[int(pk)] for pk in units.pk], dtype=np.int64)
    return Groups(size=size, atom=atom, smallest=smallest, cells=narrow)


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """A figure for every scope: ``yes`` (m,) of the ``groups``' people directly in each unit.

    ``numbers`` where a share says what people do (``two_sided``): near 0 and near 1 it becomes a
    word, and a number is of unions of these atoms alone.
    """

    groups: Groups
    yes: Ints
    of: Ints
    numbers: Groups | None = None

    def rung(self, wanted: Bools, *, whole: bool = False) -> Rung:
        """``whole``: hidden rather than without its smallest groups."""
        kept, left_out = self.groups.covered(wanted)
        of = int(self.of[kept].sum())
        if of < self.groups.smallest or (whole and left_out):
            return HIDDEN
        count = int(self.yes[kept].sum())
        if self.numbers is None:
            return Shown(of, count)
        if of - count < EACH_SIDE:
            return Shown(of, None, "nearly_all")
        if count < EACH_SIDE:
            return Shown(of, None, "nearly_none")
        _whole, torn = self.numbers.covered(kept)
        return HIDDEN if torn else Shown(of, count)

    def people(self, wanted: Bools, *, whole: bool = False) -> int | Hidden:
        found = self.rung(wanted, whole=whole)
        return found if isinstance(found, Hidden) else found.of


def veiled(groups: Groups, yes: Ints, of: Ints) -> Metric:
    return Metric(groups, yes, of, numbers=two_sided(groups, yes, of))


def two_sided(groups: Groups, yes: Ints, of: Ints) -> Groups:
    """Coarser atoms, in each of which two people and more do it, and two and more do not.

    Numbers of their unions, however subtracted, are of such unions again: the share of a group that
    is told by a word, because all or all but one are on one side, follows from none of them.
    """
    inside = groups.atom >= 0
    count = int(groups.atom.max(initial=-1)) + 1
    sides = np.zeros((2, count), np.int64)
    np.add.at(sides[0], groups.atom[inside], yes[inside])
    np.add.at(sides[1], groups.atom[inside], (of - yes)[inside])
    if groups.is_blocks:
        coarser = _merged(sides, lambda total: bool((total >= EACH_SIDE).all()))
    else:
        coarser = _chosen(groups.cells, sides)
    atom = np.where(inside, coarser[groups.atom], -1) if count else groups.atom
    return Groups(groups.size, atom, groups.smallest, groups.cells, groups.is_blocks)


def _chosen(cells: Cells, sides: Ints) -> Ints:
    """Of every cell the smallest chosen one around it, as for shares of a survey; -1 for none."""
    own = np.zeros((2, len(cells.ids)), np.int64)
    own[:, : sides.shape[1]] = sides
    totals = np.array([cells.totals(side.tolist()) for side in own])
    candidates = frozenset(np.flatnonzero((totals >= EACH_SIDE).all(axis=0)).tolist())
    capped = np.minimum(own, EACH_SIDE)
    chosen = choose(cells, (3 * capped[0] + capped[1]).tolist(), BOTH_SIDES, candidates)
    return np.array(cells.nearest(chosen), dtype=np.int64)


def part_of(groups: Groups, units: Units, size: Ints) -> Groups:
    """The atoms of a part of the denominator, each with nobody of it or ``smallest`` and more.

    Chosen among the cells of the whole; blocks of tools with a few of the part join the smallest
    others.
    """
    if not groups.is_blocks:
        return groups_of(units, size, groups.smallest, within=groups)
    inside = groups.atom >= 0
    totals = np.bincount(groups.atom[inside], size[inside], minlength=1).astype(np.int64)
    joined = _merged(totals[np.newaxis], lambda total: int(total[0]) >= groups.smallest)
    atom = np.where(inside, joined[groups.atom], -1)
    return Groups(size, atom, groups.smallest, groups.cells, is_blocks=True)


def without_narrow_cuts(coarse: Groups, fine: Groups, *kinds: Ints) -> Groups:
    """Without the coarse atoms in which figures of the fine ones would single a few out.

    ``kinds`` (m,) each: people of one class directly in each unit. Of an atom made of several, what
    one class is in some of them less another in the others follows from both figures.
    """
    atom = coarse.atom.copy()
    for number in np.unique(atom[atom >= 0]):
        mine = coarse.atom == number
        parts, at = np.unique(fine.atom[mine], return_inverse=True)
        table = np.zeros((len(parts), len(kinds)), np.int64)
        for place, kind in enumerate(kinds):
            np.add.at(table[:, place], at, kind[mine])
        if not cut_is_safe(table, coarse.smallest):
            atom[mine] = -1
    return replace(coarse, atom=atom)


def _merged(amounts: Ints, fits: Callable[[Ints], bool]) -> Ints:
    """Blocks whose ``amounts`` (kinds, blocks) do not fit join the smallest others until they do.

    Empty ones stay as they are; -1 for all where not even all together fit.
    """
    found = np.arange(amounts.shape[1], dtype=np.int64)
    there = np.flatnonzero(amounts.sum(axis=0) > 0).tolist()
    good = [block for block in there if fits(amounts[:, block])]
    rest = [block for block in there if block not in good]
    good.sort(key=lambda block: -int(amounts[:, block].sum()))
    while rest and not fits(amounts[:, rest].sum(axis=1)):
        if not good:
            return np.full(amounts.shape[1], -1, np.int64)
        rest.append(good.pop())
    if rest:
        found[rest] = rest[0]
    return found


def tool_groups(
    groups: Groups, units: Units, unit: Ints, has: Bools
) -> tuple[Groups, frozenset[int]]:
    """Blocks of atoms for which each tool's figures may be given, and of which tools.

    ``unit`` (n,) of each of the denominator's people, ``has`` (tools, n). Blocks are first-level
    units of 50 people and more; what is left is one more block. Places of tools whose own people
    would show through are left out, the smallest first.
    """
    atom = groups.atom[unit]
    known = atom >= 0
    atoms, at = np.unique(atom[known], return_inverse=True)
    block_of_unit = _first_level(units)
    shown = [tool for tool in range(len(has)) if has[tool].sum() >= TOOL_GROUP]
    shown.sort(key=lambda tool: (-int(has[tool].sum()), tool))
    while shown:
        kinds = _kinds(has[shown][:, known])
        if kinds.max(initial=0) < MOST_KINDS:
            table = np.zeros((len(atoms), kinds.max(initial=0) + 1), np.int64)
            np.add.at(table, (at, kinds), 1)
            blocks = _blocks(table, _block_of_atoms(groups, atoms, block_of_unit), groups.smallest)
            if blocks is not None:
                block = np.full(len(groups.atom), -1, np.int64)
                for number, members in enumerate(blocks):
                    block[np.isin(groups.atom, atoms[members])] = number
                smallest = max(groups.smallest, TOOL_GROUP)
                made = Groups(groups.size, block, smallest, groups.cells, is_blocks=True)
                return made, frozenset(shown)
        shown.pop()
    nobody = np.full(len(groups.atom), -1, np.int64)
    made = Groups(groups.size, nobody, groups.smallest, groups.cells, is_blocks=True)
    return made, frozenset()


def _first_level(units: Units) -> Ints:
    """(m,) index of the first-level unit above each, -1 for a top itself."""
    block = np.full(len(units.pk), -1, np.int64)
    for index in range(len(units.pk)):
        at, below = index, -1
        while units.parent[at] >= 0:
            at, below = int(units.parent[at]), at
        block[index] = below
    return block


def _block_of_atoms(groups: Groups, atoms: Ints, block_of_unit: Ints) -> Ints:
    """-1 where an atom reaches over more than one first-level unit."""
    found = np.full(len(atoms), -1, np.int64)
    inhabited = groups.size > 0
    for number, atom in enumerate(atoms):
        blocks = np.unique(block_of_unit[inhabited & (groups.atom == atom)])
        if len(blocks) == 1:
            found[number] = blocks[0]
    return found


def _kinds(has: Bools) -> Ints:
    """(n,) number of each person's set of tools."""
    _different, kinds = np.unique(has, axis=1, return_inverse=True)
    return np.asarray(kinds, dtype=np.int64).ravel()


def _blocks(table: Ints, block: Ints, k: int) -> list[Ints] | None:
    """Atoms by block, each of which passes; None where not even all of them together do."""
    good: list[Ints] = []
    rest = np.flatnonzero(block < 0)
    for number in np.unique(block[block >= 0]):
        members = np.flatnonzero(block == number)
        if table[members].sum() >= TOOL_BLOCK and cut_is_safe(table[members], k):
            good.append(members)
        else:
            rest = np.concatenate((rest, members))
    good.sort(key=lambda members: -int(table[members].sum()))
    while len(rest) and not (table[rest].sum() >= TOOL_BLOCK and cut_is_safe(table[rest], k)):
        if not good:
            return None
        rest = np.concatenate((rest, good.pop()))
    return [*good, rest] if len(rest) else good


def cut_is_safe(table: npt.NDArray[np.int64], k: int) -> bool:
    """For every set C of kinds the sum over atoms of min(in C, not in C) is 0 or at least k.

    ``table`` (atoms, kinds) people. Source: trust-survey-method.md 3.2, kinds of access taken as
    the categories.
    """
    kinds = table.shape[1]
    subsets = np.arange(1, 1 << max(kinds - 1, 0))
    inside = table @ ((subsets >> np.arange(kinds)[:, np.newaxis]) & 1)
    cut = np.minimum(inside, table.sum(axis=1)[:, np.newaxis] - inside).sum(axis=0)
    return bool(((cut == 0) | (cut >= k)).all())


def by_unit(units: Units, unit: Ints, *masks: Bools) -> Sequence[Ints]:
    """How many of each mask (n,) are directly in each unit: (m,) each."""
    return [np.bincount(unit[mask], minlength=len(units.pk)).astype(np.int64) for mask in masks]
