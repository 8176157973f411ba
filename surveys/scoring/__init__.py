"""What trust surveys say, and what may be shown of it: pure functions, no database, no clock.

``release`` makes all figures of a wave; ``change`` and what follows it compare two of them. What is
named here is what others call to tell results; the parts, each checkable by itself, are in the
modules, and the use of AI builds on those that choose groups. The formulas follow the trust survey
method, whose sections the docstrings name.
"""

from surveys.scoring.cells import CellId, TreeNode
from surveys.scoring.intervals import (
    Change,
    Group,
    change,
    marked,
    smallest_detectable_change,
)
from surveys.scoring.release import Ballot, Release, release
from surveys.scoring.scores import ItemKey

__all__ = [
    "Ballot",
    "CellId",
    "Change",
    "Group",
    "ItemKey",
    "Release",
    "TreeNode",
    "change",
    "marked",
    "release",
    "smallest_detectable_change",
]
