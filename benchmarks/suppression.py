"""Which groups of 10,000 units are published, and all figures of the wave: no peer does this."""

import numpy as np

from benchmarks.timing import figure, in_turn
from surveys.scoring import Ballot, ItemKey, TreeNode, release
from surveys.scoring.cells import cells_of
from surveys.scoring.suppression import published_cells, remainders

UNITS = 10_000
PER_UNIT = 4.6
K = 5
SCALES = ("REL", "UND", "CTL", "FAI", "MGR", "TRN", "WIL", "CAL")
ITEMS = [
    ItemKey(f"{scale}{n}", scale, scale != "CAL", n == 2 and scale in {"REL", "CTL", "FAI", "CAL"})
    for scale in SCALES
    for n in (1, 2)
]


def made_up_wave():
    rng = np.random.default_rng(0)
    tree = [TreeNode(1, None)]
    # A unit hangs below one of the first tenth of those before it: about eight levels.
    tree += [
        TreeNode(unit, int(rng.integers(1, max(2, unit // 4 + 1)))) for unit in range(2, UNITS + 1)
    ]
    people = rng.poisson(PER_UNIT, UNITS)
    homes = np.repeat(np.arange(1, UNITS + 1), people)
    answers = rng.choice(np.arange(1, 6), (len(homes), 16), p=[0.05, 0.15, 0.2, 0.35, 0.25])
    gone = rng.random(answers.shape) < 0.03
    ballots = [
        Ballot(int(home), tuple(None if g else int(a) for a, g in zip(row, no, strict=True)))
        for home, row, no in zip(homes, answers, gone, strict=True)
    ]
    return tree, ballots


def main():
    tree, ballots = made_up_wave()
    cells = cells_of(tree)
    own = [0] * len(cells.ids)
    for ballot in ballots:
        own[cells.home[ballot.unit]] += 1
    (choice,) = in_turn(lambda: published_cells(cells, own, K), repeats=5)
    large = {cell for cell, total in enumerate(cells.totals(own)) if total >= K}
    leaks = sum(0 < left < K for left in remainders(cells, own, large).values())
    chosen = published_cells(cells, own, K)
    print(
        f"suppression, {UNITS:,} units and {len(ballots):,} answers: {figure(choice.median)} "
        f"({choice.spread}); {len(chosen):,} of {len(large):,} groups of {K} published, "
        f"{leaks:,} leaks without",
        flush=True,
    )
    (whole,) = in_turn(lambda: release(tree=tree, answers=ballots, items=ITEMS, k=K), repeats=1)
    print(f"all figures of that wave: {figure(whole.median)} ({whole.spread})", flush=True)


if __name__ == "__main__":
    main()
