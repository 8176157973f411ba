"""What trust surveys say, and what may be shown of it: pure functions, no database, no clock.

``release`` makes all figures of a wave; the other names are its parts, each checkable by itself.
"""

from surveys.scoring.cells import CellId, TreeNode
from surveys.scoring.release import Ballot, Cell, ItemKey, Release, release

__all__ = ["Ballot", "Cell", "CellId", "ItemKey", "Release", "TreeNode", "release"]
