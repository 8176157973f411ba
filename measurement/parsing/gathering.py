"""Rows, a few hundred at a time, into the long columns of a block.

A row is a list, and thousands of living lists cost more in garbage collection than reading them
does; as columns of text they cost nothing.
"""

from collections.abc import Iterable, Mapping, Sequence

from core.deliveries import tables
from measurement.parsing.blocks import RawBlock

ROWS_AT_ONCE = 500


class Gathered:
    """``uneven`` rows count as rows of the block."""

    def __init__(self, block: int, *, typed: bool) -> None:
        self._block = block
        self._typed = typed
        self._start()

    def _start(self) -> None:
        self._lines: list[int] = []
        self._cells: dict[str, list[str]] = {}
        self._uneven: list[tuple[int, list[str]]] = []
        self._characters = 0

    def __len__(self) -> int:
        return len(self._lines) + len(self._uneven)

    def has_no_room(self, rows: int) -> bool:
        """Full, or would be over-full with so many more; never when empty."""
        full = self._characters > tables.BLOCK_CHARACTERS
        return bool(len(self)) and (full or len(self) + rows > self._block)

    def add(
        self,
        lines: Sequence[int],
        cells: Mapping[str, Sequence[str]],
        uneven: Iterable[tuple[int, list[str]]] = (),
    ) -> None:
        before = len(self._lines)
        for name, column in cells.items():
            own = self._cells.setdefault(name, [])
            if len(own) < before:  # a column that came later
                own.extend([""] * (before - len(own)))
            own.extend(column)
            self._characters += sum(map(len, column))
        self._lines.extend(lines)
        self._uneven.extend(uneven)

    def taken(self, names: Iterable[str]) -> RawBlock:
        """All of it, with these columns."""
        rows = len(self._lines)
        cells: dict[str, Sequence[str]] = {}
        for name in names:
            column = self._cells.get(name, [])
            cells[name] = column + [""] * (rows - len(column)) if len(column) < rows else column
        raw = RawBlock(self._lines, cells, self._uneven, typed=self._typed)
        self._start()
        return raw
