"""The test database: the application's restricted role, and emptying tables that refuse it."""

import time
from importlib import import_module

import django.db.models  # noqa: F401 - first, or importing the backend goes in circles
import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql

ROLE = "portal_app"
PASSWORD = "worker"
GUARDS = """
    SELECT format('%%I', c.relname), format('%%I', t.tgname), t.tgenabled
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgtype & 32 <> 0 AND t.tgenabled <> 'D'
       AND c.relname = ANY(%s)
"""
ON_AGAIN = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def flush_past_guards(operations, style, tables, **options):
    """Between transactional tests all rows go, also where a trigger refuses TRUNCATE."""
    statements = plain_flush(operations, style, tables, **options)
    with operations.connection.cursor() as cursor:
        cursor.execute(GUARDS, [list(tables)])
        guards = cursor.fetchall()
    off = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _ in guards]
    on = [f"ALTER TABLE {table} {ON_AGAIN[state]} TRIGGER {name}" for table, name, state in guards]
    return [*off, *statements, *on]


def patient_flush(operations, statements):
    """Live processes may hold a lock the other way round; the deadlock's loser tries again."""
    for attempt in range(5):
        try:
            plain_execute(operations, statements)
        except OperationalError as error:
            deadlock = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
            if not deadlock or attempt == 4:
                raise
            time.sleep(0.2)
        else:
            migrated_rows_again()
            return


def migrated_rows_again():
    """What a migration put into the tables belongs to every test, whichever ran before it."""
    from django.apps import apps

    migration = import_module("workflows.migrations.0003_default_policy")
    migration.publish(apps, None)
    import_module("surveys.migrations.0004_first_instruments").insert(apps, None)


plain_flush = DatabaseOperations.sql_flush
plain_execute = DatabaseOperations.execute_sql_flush


@pytest.fixture(autouse=True, scope="session")
def _empty_guarded_tables():
    DatabaseOperations.sql_flush = flush_past_guards
    DatabaseOperations.execute_sql_flush = patient_flush
    yield
    DatabaseOperations.sql_flush = plain_flush
    DatabaseOperations.execute_sql_flush = plain_execute


def provide_role(cursor):
    """Roles belong to the whole server: another process of the run may make it first."""
    cursor.execute(
        sql.SQL(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN NOSUPERUSER; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        ).format(role=sql.Identifier(ROLE))
    )
    cursor.execute("SELECT pg_advisory_lock(%s)", [7_245_001])
    try:
        cursor.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(ROLE), sql.Literal(PASSWORD)
            )
        )
    finally:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [7_245_001])


@pytest.fixture(scope="session")
def application_role(django_db_setup, django_db_blocker):
    """The name of the restricted role, with rights as in production (harden_db)."""
    from django.core.management import call_command, get_commands

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            provide_role(cursor)
            for statement in (
                "GRANT USAGE ON SCHEMA public TO {}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            ):
                cursor.execute(sql.SQL(statement).format(sql.Identifier(ROLE)))
        if "harden_db" in get_commands():
            call_command("harden_db", verbosity=0)
        connection.close()
    return ROLE


@pytest.fixture
def as_application_role(db, application_role):
    """From here to the test's end its connection has the application's rights only."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(application_role)))
    yield application_role
    # A test may end inside a failed transaction, which refuses every statement.
    if not connection.needs_rollback and connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
