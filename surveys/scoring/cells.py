"""Groups whose figures may be published: every unit with all below it, and its direct reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

ROLL_UP, DIRECT = "roll", "direct"
COMPANY, FIRST_LEVEL, OTHER = 1000, 100, 1


class TreeNode(NamedTuple):
    """A unit of the frozen tree; ``parent`` None at the top."""

    unit: int
    parent: int | None


class CellId(NamedTuple):
    """``scope``: "roll" for the unit and all below it, "direct" for those directly in it."""

    unit: int
    scope: str
