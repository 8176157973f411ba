"""Where a metric is published, and what of it as a number."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveys.scoring.cells import CellId, TreeNode, cells_of
from surveys.scoring.figures import May
from surveys.scoring.groups import Groups
from surveys.scoring.guards import cells_with_mean, cells_with_share
from surveys.scoring.scores import Bools, Floats, ItemKey, Scores
from surveys.scoring.suppression import at_least, choose
from surveys.scoring.together import means_together

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


def metrics_of(items: Sequence[ItemKey], scores: Scores) -> dict[str, Floats]:
    """By metric the scores of all people of the wave, NaN where there is none."""
    found = {} if scores.index is None else {"index": scores.index}
    found |= {f"scale:{name}": values for name, values in scores.scales.items()}
    return found | {
        f"item:{item.key}": values for item, values in zip(items, scores.items.T, strict=True)
    }


def all_shown(
    groups: Groups, items: Sequence[ItemKey], scores: Scores, flags: Bools, k: int
) -> dict[str, Shown]:
    """What is published of every metric with a score, all of them together.

    Means give way first to those of the same metric, then to those they are related to. Parts of a
    distribution follow from others as sums do, so its remainders have 10 people too.
    """
    metrics = metrics_of(items, scores)
    valid = {metric: with_valid(groups, values, k) for metric, values in metrics.items()}
    place = {cell: number for number, cell in enumerate(groups.cells.ids)}
    alone = {
        metric: frozenset(
            place[own.cells.ids[cell]] for cell in cells_with_mean(own, metrics[metric])
        )
        for metric, own in valid.items()
    }
    together = means_together(groups, alone, items=items, scores=scores, flags=flags, k=k)
    return {
        metric: _shown(own, metrics[metric], _places(own, place, together[metric]), k)
        for metric, own in valid.items()
    }


def _places(groups: Groups, place: Mapping[CellId, int], chosen: Collection[int]) -> frozenset[int]:
    return frozenset(
        number for number, cell in enumerate(groups.cells.ids) if place[cell] in chosen
    )


def _shown(valid: Groups, values: Floats, means: frozenset[int], k: int) -> Shown:
    shares = cells_with_share(valid, values)
    least = max(k, DISTRIBUTION_FROM)
    own = valid.own()
    large = {cell for cell, total in enumerate(valid.cells.totals(own)) if total >= least}
    states = [min(people, least) for people in own]
    whole = choose(valid.cells, states, at_least(least), means & shares & large)
    return Shown(valid, means, shares, whole)
