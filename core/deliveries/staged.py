"""Statements over rows that were staged a moment ago."""

from typing import Any


def in_sets(cursor: Any, sql: str, parameters: Any) -> list[Any] | None:
    """Run one statement; its rows, or None. Call it inside a transaction.

    Without statistics PostgreSQL takes a stage that was just filled for empty, and would compare
    each of its rows with each; the application's role may not ANALYZE.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute(sql, parameters)
    rows = cursor.fetchall() if cursor.description else None
    cursor.execute("SET LOCAL enable_nestloop = on")
    return rows
