"""Many rows into a table at once."""

from collections.abc import Iterable
from typing import Any


def copy_rows(cursor: Any, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY; ``into`` is the table with its columns, those left out get the database's defaults."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    with cursor.cursor.copy(f"COPY {into} FROM STDIN") as copy:
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)
