"""What the application's database role may do, and which guards stand on which table.

Runs as the owner of the tables after each migrate. `defects` reads only, so the health page may
call parts of it as the application.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL
from psycopg import sql

from core.migrations_ops import REFUSE, Guard, ProtectAppendOnly
from core.models import AppendOnly

TRUNCATE_GUARD = "portal_no_truncate"
REFUSE_TRUNCATE = f"""
CREATE OR REPLACE TRIGGER {TRUNCATE_GUARD} BEFORE TRUNCATE ON {{}}
EXECUTE FUNCTION portal_refuse_change('rows are only ever inserted')
"""
ALWAYS = f"ALTER TABLE {{}} ENABLE ALWAYS TRIGGER {TRUNCATE_GUARD}"
READ_ONLY = frozenset({"django_migrations"})
ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
NEVER = ("TRUNCATE", "REFERENCES", "TRIGGER")


@dataclass(frozen=True, slots=True)
class Rights:
    """What the role holds on one table, table-wide or on any column."""

    table: str
    held: frozenset[str]


def append_only_tables() -> frozenset[str]:
    return frozenset(
        model._meta.db_table  # noqa: SLF001 Django's public name
        for model in apps.get_models()
        if issubclass(model, AppendOnly)
    )


def rights_on(table: str) -> frozenset[str]:
    """What the application's role should have, no more and no less."""
    if table in READ_ONLY:
        return frozenset({"SELECT"})
    if table in append_only_tables():
        return frozenset({"SELECT", "INSERT"})
    return frozenset(ROWS)


def harden(database: BaseDatabaseWrapper, role: str | None) -> None:
    """Install the guards against TRUNCATE and, with a ``role``, set exactly its rights."""
    with database.cursor() as cursor:
        cursor.execute(REFUSE)
        present = _tables(database)
        for table in sorted(append_only_tables() & present):
            name = sql.Identifier(table)
            cursor.execute(sql.SQL(REFUSE_TRUNCATE).format(name))
            cursor.execute(sql.SQL(ALWAYS).format(name))
        if role is not None:
            for order in _grants(present, role):
                cursor.execute(order)


def _grants(tables: frozenset[str], role: str) -> Iterator[sql.Composed]:
    name = sql.Identifier(role)
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC",
        "REVOKE ALL ON SCHEMA public FROM {}",
        "GRANT USAGE ON SCHEMA public TO {}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {', '.join(ROWS)} ON TABLES TO {{}}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
    ):
        yield sql.SQL(statement).format(name)
    for table in sorted(tables):
        of = sql.Identifier(table)
        rights = sql.SQL(", ").join(sql.SQL(right) for right in sorted(rights_on(table)))
        yield sql.SQL("REVOKE ALL ON {} FROM {}").format(of, name)
        yield sql.SQL("GRANT {} ON {} TO {}").format(rights, of, name)


def defects(database: BaseDatabaseWrapper, role: str | None) -> list[str]:
    """Everything that is missing or too much, one line each; empty when all is as it should be."""
    found = [*missing_guards(database), *_missing_truncate_guards(database)]
    if role is None:
        return [
            *found,
            "one role owns and uses the tables: set DATABASE_OWNER_URL beside DATABASE_URL",
        ]
    return [*found, *_role_defects(database, role), *_right_defects(database, role)]


@dataclass(frozen=True, slots=True)
class Trigger:
    """``always``: it fires where session_replication_role tells triggers to rest, too."""

    function: str
    always: bool


@dataclass(slots=True)
class Guards:
    """Triggers by (table, name), and the MD5 of each function's text as ``pg_proc`` keeps it."""

    triggers: dict[tuple[str, str], Trigger] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Follow the statements of ``text``; a function's own text is never looked into."""
        for found in STATEMENT.finditer(text):
            if name := found["function"]:
                body = found["body"].encode()
                self.functions[name] = hashlib.md5(body, usedforsecurity=False).hexdigest()
            elif name := found["trigger"]:
                self.triggers[found["table"], name] = Trigger(found["calls"], always=False)
            elif name := found["always"]:
                place = found["of"], name
                self.triggers[place] = Trigger(self.triggers[place].function, always=True)
            elif name := found["no_trigger"]:
                self.triggers.pop((found["no_table"], name), None)
            else:
                self.functions.pop(found["no_function"], None)


ALWAYS_REFUSES = Trigger("portal_refuse_change", always=True)
STATEMENT = re.compile(
    r"""
    CREATE\ (?:OR\ REPLACE\ )?FUNCTION\ (?P<function>\w+)\(.*?\$\$(?P<body>.*?)\$\$
    | CREATE\ (?:OR\ REPLACE\ )?(?:CONSTRAINT\ )?TRIGGER\ (?P<trigger>\w+)\s
        .*?\sON\ (?P<table>\w+)\s.*?EXECUTE\ FUNCTION\ (?P<calls>\w+)\(
    | ALTER\ TABLE\ (?P<of>\w+)\ ENABLE\ ALWAYS\ TRIGGER\ (?P<always>\w+)
    | DROP\ TRIGGER\ (?:IF\ EXISTS\ )?(?P<no_trigger>\w+)\ ON\ (?P<no_table>\w+)
    | DROP\ FUNCTION\ (?:IF\ EXISTS\ )?(?P<no_function>\w+)
    """,
    re.DOTALL | re.VERBOSE,
)


@cache  # files do not change under a running process
def expected_guards() -> Guards:
    """What the migrations on disk install, by their own operations and by their SQL."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    found = Guards()
    found.read(REFUSE)
    for _key, migration in sorted(loader.disk_migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, Guard):
                for name in operation.triggers():
                    found.triggers[operation.table, name] = ALWAYS_REFUSES
            elif isinstance(operation, RunSQL):
                for text in _texts(operation):
                    found.read(text)
    for table in append_only_tables():
        for name in ProtectAppendOnly(table).triggers():
            found.triggers[table, name] = ALWAYS_REFUSES
    return found


def _texts(operation: RunSQL) -> list[str]:
    """A statement may come with parameters; those are no part of a guard."""
    given = operation.sql
    parts = [given] if isinstance(given, str) else given
    return [part if isinstance(part, str) else part[0] for part in parts]


def missing_guards(database: BaseDatabaseWrapper = connection) -> list[str]:
    """Guards that are gone, switched off, or call a function with another text than theirs."""
    expected, standing = expected_guards(), _standing_guards(database)
    present = _tables(database)
    lacking = [
        f"table {table} lacks the trigger {name}"
        for (table, name), trigger in sorted(expected.triggers.items())
        if table in present and not _stands(standing.triggers.get((table, name)), trigger)
    ]
    return lacking + [
        f"function {name} is not the one of the migrations"
        for name, md5 in sorted(expected.functions.items())
        if standing.functions.get(name) != md5
    ]


def _stands(found: Trigger | None, wanted: Trigger) -> bool:
    return found is not None and (
        found.function == wanted.function and found.always >= wanted.always
    )


def _missing_truncate_guards(database: BaseDatabaseWrapper) -> list[str]:
    standing, present = _standing_guards(database), _tables(database)
    return [
        f"table {table} lacks the trigger {TRUNCATE_GUARD}"
        for table in sorted(append_only_tables() & present)
        if standing.triggers.get((table, TRUNCATE_GUARD)) != ALWAYS_REFUSES
    ]


def _standing_guards(database: BaseDatabaseWrapper) -> Guards:
    """Triggers that fire, and the functions of our schema."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, t.tgname, p.proname, t.tgenabled = 'A' FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE c.relnamespace = 'public'::regnamespace AND p.pronamespace = c.relnamespace
                AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'O')
            """
        )
        triggers = {
            (table, name): Trigger(function, always=always)
            for table, name, function, always in cursor.fetchall()
        }
        cursor.execute(
            "SELECT proname, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        return Guards(triggers, dict(cursor.fetchall()))


def _tables(database: BaseDatabaseWrapper) -> frozenset[str]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v', 'm')"
        )
        return frozenset(name for (name,) in cursor.fetchall())


# Each row is one thing the role must not be or have.
ROLE_DEFECTS = """
SELECT what FROM pg_roles r CROSS JOIN LATERAL (VALUES
    (r.rolsuper, 'is a superuser'),
    (r.rolcreaterole, 'may create roles'),
    (r.rolcreatedb, 'may create databases'),
    (r.rolreplication, 'may replicate'),
    (r.rolbypassrls, 'bypasses row security'),
    (NOT r.rolcanlogin, 'cannot sign in'),
    (has_schema_privilege(r.oid, 'public', 'CREATE'), 'may create tables and functions'),
    (has_database_privilege(r.oid, current_database(), 'CREATE'), 'may create schemas'),
    (EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid), 'owns tables'),
    (EXISTS (SELECT FROM pg_proc p WHERE p.proowner = r.oid), 'owns functions'),
    (EXISTS (SELECT FROM pg_namespace n WHERE n.nspowner = r.oid), 'owns a schema'),
    (EXISTS (SELECT FROM pg_database d WHERE d.datdba = r.oid), 'owns a database'),
    (EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid), 'is a member of other roles')
) AS defect(holds, what)
WHERE r.rolname = %s AND holds
"""
HELD = """
SELECT c.relname, array_remove(array_agg(CASE
    WHEN right_name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
         AND has_any_column_privilege(%(role)s, c.oid, right_name) THEN right_name
    WHEN has_table_privilege(%(role)s, c.oid, right_name) THEN right_name END), NULL)
FROM pg_class c CROSS JOIN unnest(%(rights)s::text[]) right_name
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
GROUP BY c.relname ORDER BY c.relname
"""


def _role_defects(database: BaseDatabaseWrapper, role: str) -> list[str]:
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone()[0]:
            return [f"role {role} does not exist"]
        cursor.execute(ROLE_DEFECTS, [role])
        return [f"role {role} {what}" for (what,) in cursor.fetchall()]


def _right_defects(database: BaseDatabaseWrapper, role: str) -> list[str]:
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(HELD, {"role": role, "rights": [*ROWS, *NEVER]})
        found = [Rights(table, frozenset(held)) for table, held in cursor.fetchall()]
    lines: list[str] = []
    for rights in found:
        wanted = rights_on(rights.table)
        lines += [
            f"role {role} lacks {right} on {rights.table}" for right in sorted(wanted - rights.held)
        ]
        lines += [
            f"role {role} has {right} on {rights.table}" for right in sorted(rights.held - wanted)
        ]
    return lines
