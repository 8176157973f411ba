"""What trust surveys say, and what may be shown of it: pure functions, no database, no clock.

``release`` makes all figures of a wave; the other names are its parts, each checkable by itself.
The formulas follow the trust survey method, whose sections the docstrings name.
"""

from surveys.scoring.careless import careless
from surveys.scoring.cells import CellId, TreeNode
from surveys.scoring.figures import Cell
from surveys.scoring.intervals import (
    Change,
    Group,
    change,
    marked,
    mean_interval,
    share_interval,
    smallest_detectable_change,
)
from surveys.scoring.release import Ballot, Release, release
from surveys.scoring.reliability import alpha, item_rest, omega, spearman_brown
from surveys.scoring.scores import ItemKey, Scores, score

__all__ = [
    "Ballot",
    "Cell",
    "CellId",
    "Change",
    "Group",
    "ItemKey",
    "Release",
    "Scores",
    "TreeNode",
    "alpha",
    "careless",
    "change",
    "item_rest",
    "marked",
    "mean_interval",
    "omega",
    "release",
    "score",
    "share_interval",
    "smallest_detectable_change",
    "spearman_brown",
]
