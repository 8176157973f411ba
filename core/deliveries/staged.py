"""Rows on their way into a stage, and statements over those that were staged a moment ago."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from django.db import connection


class CopyBehind:
    """COPY of one block after the other: the server takes one in while the next is being read.

    Between ``settle`` and ``write`` the connection is free for other statements. An exception
    leaves the last block unfinished: the transaction it belongs to is to be undone.
    """

    def __init__(self, order: str) -> None:
        self._order = order
        self._under_way = ExitStack()

    def settle(self) -> None:
        """Wait for the block that was written last."""
        self._under_way.close()

    def write(self, text: str) -> None:
        self.settle()
        cursor = self._under_way.enter_context(connection.cursor())
        self._under_way.enter_context(cursor.cursor.copy(self._order)).write(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._under_way.__exit__(kind, fault, trace)


def in_sets(cursor: Any, sql: str, parameters: Any) -> list[Any] | None:
    """Run one statement; its rows, or None. Call it inside a transaction."""
    with _without_loops(cursor):
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else None


def written_in_sets(cursor: Any, sql: str, parameters: Any) -> int:
    """As ``in_sets``; how many rows it wrote."""
    with _without_loops(cursor):
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


@contextmanager
def _without_loops(cursor: Any) -> Iterator[None]:
    """No row by row.

    Without statistics PostgreSQL takes a stage that was just filled for empty, and would compare
    each of its rows with each; the application's role may not ANALYZE.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")
