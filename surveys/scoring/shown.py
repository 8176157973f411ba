"""Where a metric is published, and what of it as a number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from surveys.scoring.cells import CellId, TreeNode, cells_of
from surveys.scoring.figures import May
from surveys.scoring.groups import Groups
from surveys.scoring.guards import cells_with_mean, cells_with_share
from surveys.scoring.scores import Floats
from surveys.scoring.suppression import at_least, choose
from surveys.scoring.together import Relation, cells_apart

DISTRIBUTION_FROM = 10


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """``groups``: the cells published for a metric, with the people who have a valid score.

    ``means``, ``shares``, ``distributions``: places of the cells whose mean, favourable share and
    counts of answers may be numbers.
    """

    groups: Groups
    means: frozenset[int]
    shares: frozenset[int]
    distributions: frozenset[int]

    def may(self, cell: int) -> May:
        return May(cell in self.means, cell in self.shares, cell in self.distributions)


def published_groups(
    tree: Sequence[TreeNode], units: Sequence[int], k: int, previous: Collection[CellId]
) -> Groups:
    """The groups published for people of these ``units`` (n,); all metrics choose among them.

    Raises ValueError for a broken tree or a unit that is not in it.
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


def shown(
    groups: Groups, metric: str, values: Floats, k: int, relations: Sequence[Relation]
) -> Shown:
    """What is published of ``values`` (all people of the wave, NaN where there is none).

    Means give way first to each other, then to the means of the metrics they are related to.
    Parts of a distribution follow from others as sums do, so its remainders have 10 people too.
    """
    valid = with_valid(groups, values, k)
    means = cells_with_mean(valid, values)
    for relation in relations:
        if metric in relation.kept_back:
            means = _apart(groups, valid, means, relation, k)
    shares = cells_with_share(valid, values)
    least = max(k, DISTRIBUTION_FROM)
    own = valid.own()
    large = {cell for cell, total in enumerate(valid.cells.totals(own)) if total >= least}
    states = [min(people, least) for people in own]
    whole = choose(valid.cells, states, at_least(least), means & shares & large)
    return Shown(valid, means, shares, whole)


def _apart(
    groups: Groups, valid: Groups, means: frozenset[int], relation: Relation, k: int
) -> frozenset[int]:
    place = {cell: number for number, cell in enumerate(groups.cells.ids)}
    candidates = {place[valid.cells.ids[cell]]: cell for cell in means}
    kept = cells_apart(groups, relation, candidates.keys(), k)
    return frozenset(candidates[cell] for cell in kept)
