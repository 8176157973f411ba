"""Made-up waves: organisations and answers from a fixed seed."""

import numpy as np

from surveys.scoring import Ballot, TreeNode
from tests.surveys.scoring.instruments import AWT


def tree(*pairs):
    return [TreeNode(*pair) for pair in pairs]


def ballots(unit, *answers):
    return [Ballot(unit, tuple(row)) for row in answers]


def random_wave(seed, *, units=8, people=60, missing=0.04, careless=0.1, items=AWT):
    """A tree and the ballots of ``people``; answers lean to agree, as they do."""
    rng = np.random.default_rng(seed)
    nodes = [TreeNode(1, None)]
    nodes += [TreeNode(unit, int(rng.integers(1, unit))) for unit in range(2, units + 1)]
    homes = rng.integers(1, units + 1, people)
    rows = rng.choice(np.arange(1, 6), (people, len(items)), p=[0.05, 0.15, 0.2, 0.35, 0.25])
    rows[rng.random(people) < careless] = 4
    gone = rng.random(rows.shape) < missing
    return nodes, [
        Ballot(int(home), tuple(None if g else int(a) for a, g in zip(row, no, strict=True)))
        for home, row, no in zip(homes, rows, gone, strict=True)
    ]
