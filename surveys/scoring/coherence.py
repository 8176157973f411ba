"""How well the statements hang together: of a whole wave, and of no group in it.

All figures are of one set of people, those who answered every statement of a scale. What could
lead from them to a person, and why it does not:

- *Another figure less this one.* Spreads of items, scales and index are published of everybody who
  answered them, and from these the same coefficients can be worked out. So each of these sets of
  people has either nobody or ``k`` and more besides those counted here.
- *Those who differ.* Where all but one gave the same answer, the correlation of that item with the
  others is that one person's score. So ``k`` people and more differ from the commonest answer to
  each item, and from the commonest sum of the items. And where words stand for an item's share, its
  spread is kept back, which would follow from the coefficient of its scale: no item has such words.
- *Decimals.* Exact figures could be tried out against all answers of somebody unknown. They are
  rounded to two places before they are stored, and no figure exists of under 100 people.

Source: trust-survey-method, sections 1.7, 3.3, 4.1 and 4.2.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from surveys.scoring.cells import CellId
from surveys.scoring.figures import ALL, Cell
from surveys.scoring.guards import side_words
from surveys.scoring.reliability import FEWEST_FOR_OMEGA, alpha, item_rest, omega, spearman_brown
from surveys.scoring.scores import FAVOURABLE_FROM, Bools, Floats, ItemKey, Scores

METRIC = "coherence"
SEED = 1
PLACES = 2


def coherence_figure(
    whole: CellId, items: Sequence[ItemKey], scores: Scores, k: int
) -> Cell | None:
    """Of all people in ``scores``, who together are the cell ``whole``; None where not shown.

    An instrument without an index has none. ``n`` counts those who answered every statement. Keys
    of ``detail``:

    - "omega", "omega_95", "seed": omega total of the index, its limits (left out where no sample
      of the people has any) and the seed of the samples; or
    - "alpha", "alpha_95", "why_alpha": alpha in its place, and why ("no_factor")
    - "item_rest": by item of the index its correlation with the sum of the other items of it
    - "pairs": by scale of two items their Spearman-Brown coefficient

    Omega, alpha and Spearman-Brown are at least 0: what is lower is no share of anything.
    """
    if scores.index is None:
        return None
    scaled = [place for place, item in enumerate(items) if item.scale]
    answered = ~np.isnan(scores.items[:, scaled])
    everything: Bools = np.asarray(answered.all(axis=1))
    others = [
        np.ones(len(answered), dtype=np.bool_),
        ~np.isnan(scores.index),
        *answered.T,
        *(~np.isnan(values) for values in scores.scales.values()),
    ]
    if everything.sum() < max(k, FEWEST_FOR_OMEGA) or not _apart(everything, others, k):
        return None
    rows = scores.items[everything]
    # Samples of the people depend on their order, and the order of ballots must not tell.
    rows = rows[np.lexsort(rows[:, scaled].T)]
    index = rows[:, [place for place, item in enumerate(items) if item.in_index]]
    sums = index.sum(axis=1, keepdims=True)
    if not (
        all(_has_two_sides(one) for one in rows[:, scaled].T)
        and all(_many_differ(one, k) for one in np.hstack([rows[:, scaled], sums, sums - index]).T)
    ):
        return None
    detail = _index_detail(index) | {
        "item_rest": dict(
            zip(
                [item.key for item in items if item.in_index],
                [round(one, PLACES) for one in item_rest(index).tolist()],
                strict=True,
            )
        ),
        "pairs": _pairs(rows, items),
    }
    return Cell(*whole, ALL, METRIC, len(rows), detail=detail)


def _apart(inner: Bools, others: Sequence[Bools], k: int) -> bool:
    """Whether each of the ``others`` holds nobody besides ``inner``, or k people and more."""
    left = [int((one & ~inner).sum()) for one in others]
    return all(people == 0 or people >= k for people in left)


def _has_two_sides(item: Floats) -> bool:
    return side_words(int((item >= FAVOURABLE_FROM).sum()), len(item)) is None


def _many_differ(values: Floats, k: int) -> bool:
    _, counts = np.unique(values, return_counts=True)
    return bool(len(values) - counts.max() >= k)


def _index_detail(index: Floats) -> dict[str, Any]:
    found = omega(index, seed=SEED)
    if found.why_not:
        instead = alpha(index)
        return {
            "alpha": _share(instead.value),
            "alpha_95": [_share(instead.low), _share(instead.high)],
            "why_alpha": found.why_not,
        }
    detail: dict[str, Any] = {"omega": _share(found.value), "seed": found.seed}
    if not math.isnan(found.low):
        detail["omega_95"] = [_share(found.low), _share(found.high)]
    return detail


def _pairs(rows: Floats, items: Sequence[ItemKey]) -> dict[str, float]:
    members: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if item.scale:
            members.setdefault(item.scale, []).append(place)
    return {
        name: _share(spearman_brown(rows[:, places]))
        for name, places in members.items()
        if len(places) == 2
    }


def _share(value: float) -> float:
    """NaN, of two items that are opposites, is 0 like all that is lower."""
    return round(value, PLACES) if value > 0 else 0.0
