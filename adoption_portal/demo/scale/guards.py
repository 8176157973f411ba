"""Tables for a while without their triggers, inside one transaction that gives them back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

MODES = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}
FOUND = """
SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relname = ANY(%s) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
"""


@contextmanager
def without_guards(tables: Sequence[str]) -> Iterator[None]:
    """Needs the rights of the tables' owner. What goes wrong rolls back, and the guards stand."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [list(tables)])
        found = cursor.fetchall()
        for table, trigger, _mode in found:
            cursor.execute(_change("DISABLE", table, trigger))
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # pending checks forbid ALTER TABLE
        for table, trigger, mode in found:
            cursor.execute(_change(MODES[mode], table, trigger))


def _change(act: str, table: str, trigger: str) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(
        sql.Identifier(table), sql.SQL(act), sql.Identifier(trigger)
    )
