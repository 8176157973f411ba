"""The application's role: what it may not do, and that a missing guard is named."""

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from core.audit import record
from core.hardening import append_only_tables, defects, expected_guards, missing_guards
from core.models import AuditEvent
from tests.databases import ROLE

TABLES = ["core_auditevent", "core_seal", "workflows_decision", "workflows_signature"]
REFUSED = "42501"


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refusal_of(statement):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        run(statement)
    return error.value.__cause__.sqlstate


@pytest.fixture
def hardened(transactional_db, application_role):
    """Guards may be taken off here: afterwards all stand again."""
    call_command("harden_db", "--role", ROLE, verbosity=0)
    yield ROLE
    call_command("harden_db", "--role", ROLE, verbosity=0)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "DROP TABLE {} CASCADE",
        "INSERT INTO {} SELECT * FROM {} ON CONFLICT (id) DO UPDATE SET id = 1",
        "SELECT * FROM {} FOR UPDATE",
        "CREATE TRIGGER mine BEFORE INSERT ON {} EXECUTE FUNCTION portal_refuse_change()",
    ],
)
def test_role_cannot_change_what_is_only_ever_inserted(as_application_role, table, statement):
    assert refusal_of(statement.replace("{}", table)) == REFUSED


def test_role_inserts_and_reads_events(as_application_role):
    record("tests.marked", subject=None, actor=None)

    assert AuditEvent.objects.get().verb == "tests.marked"


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
        "DROP TRIGGER portal_append_only ON core_auditevent",
        "DROP FUNCTION portal_refuse_change() CASCADE",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER TABLE core_auditevent OWNER TO portal_app",
        "GRANT UPDATE ON core_auditevent TO portal_app",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('core', 'x', now())",
        "COPY core_auditevent TO '/tmp/copied'",
    ],
)
def test_role_cannot_reach_around_its_rights(as_application_role, statement):
    try:
        state = refusal_of(statement)
    except pytest.fail.Exception:
        # A GRANT without the right to give only warns; it must have given nothing.
        assert statement.startswith("GRANT")
        assert refusal_of("UPDATE core_auditevent SET id = id") == REFUSED
    else:
        assert state == REFUSED


def test_role_cannot_become_the_owner(as_application_role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'core_auditevent'")
        owner = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
            "WHERE r.rolname = %s",
            [as_application_role],
        )
        assert cursor.fetchone()[0] == 0
    assert owner != as_application_role


def test_check_finds_nothing_on_a_hardened_database(hardened, capsys):
    call_command("harden_db", "--check", "--role", hardened)

    assert capsys.readouterr().out == f"All guards stand; the rights of {hardened}.\n"


@contextmanager
def undone(statement, *again):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        try:
            yield
        finally:
            for repair in again:
                cursor.execute(repair)


@pytest.mark.parametrize(
    "harm, repair, said",
    [
        (
            "ALTER TABLE core_auditevent DISABLE TRIGGER portal_append_only",
            "ALTER TABLE core_auditevent ENABLE ALWAYS TRIGGER portal_append_only",
            "table core_auditevent lacks the trigger portal_append_only",
        ),
        (
            "ALTER TABLE workflows_decision ENABLE TRIGGER portal_append_only",
            "ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER portal_append_only",
            "table workflows_decision lacks the trigger portal_append_only",
        ),
        (
            "DROP TRIGGER portal_no_truncate ON core_seal",
            "SELECT 1",
            "table core_seal lacks the trigger portal_no_truncate",
        ),
        (
            f"GRANT UPDATE ON core_auditevent TO {ROLE}",
            "SELECT 1",
            f"role {ROLE} has UPDATE on core_auditevent",
        ),
        (
            f"GRANT UPDATE (reason) ON core_auditevent TO {ROLE}",
            f"REVOKE UPDATE (reason) ON core_auditevent FROM {ROLE}",
            f"role {ROLE} has UPDATE on core_auditevent",
        ),
        (
            f"GRANT TRUNCATE ON core_job TO {ROLE}",
            "SELECT 1",
            f"role {ROLE} has TRUNCATE on core_job",
        ),
        (
            "GRANT DELETE ON workflows_signature TO PUBLIC",
            "SELECT 1",
            f"role {ROLE} has DELETE on workflows_signature",
        ),
        (
            f"REVOKE INSERT ON core_job FROM {ROLE}",
            "SELECT 1",
            f"role {ROLE} lacks INSERT on core_job",
        ),
    ],
)
def test_check_names_what_is_missing_or_too_much(hardened, harm, repair, said):
    with undone(harm, repair):
        with pytest.raises(CommandError) as error:
            call_command("harden_db", "--check", "--role", hardened)
        assert str(error.value).splitlines() == [said]


def test_hardening_again_takes_back_what_was_given(hardened):
    run(f"GRANT UPDATE, TRUNCATE ON core_auditevent TO {ROLE}")

    call_command("harden_db", "--role", ROLE, verbosity=0)

    assert defects(connection, ROLE) == []


def test_check_refuses_a_role_that_does_not_exist(hardened):
    with pytest.raises(CommandError, match="role nobody_of_that_name does not exist"):
        call_command("harden_db", "--check", "--role", "nobody_of_that_name")


def test_check_refuses_a_role_that_owns_everything(hardened):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]

    found = defects(connection, owner)

    assert f"role {owner} is a superuser" in found
    assert f"role {owner} owns tables" in found


def test_one_role_for_everything_is_a_defect(hardened):
    assert defects(connection, None) == [
        "one role owns and uses the tables: set DATABASE_OWNER_URL beside DATABASE_URL"
    ]


def test_owner_cannot_truncate_a_hardened_table(hardened):
    with transaction.atomic():
        record("tests.marked", subject=None, actor=None)
    with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
        run("TRUNCATE core_auditevent")

    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_every_append_only_table_has_its_guard():
    assert set(TABLES) <= append_only_tables()
    assert missing_guards() == []
    for table in append_only_tables():
        assert (table, "portal_append_only") in expected_guards().triggers, table


@pytest.mark.django_db
def test_every_guard_that_stands_is_expected():
    """A trigger or function the check would not miss is one that may vanish unseen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname <> 'portal_no_truncate'"
        )
        assert set(cursor.fetchall()) == expected_guards().triggers.keys()
        cursor.execute(
            "SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace "
            "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        assert {name for (name,) in cursor.fetchall()} == expected_guards().functions.keys()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "harm, said",
    [
        (
            "DROP TRIGGER guard ON workflows_decision",
            "table workflows_decision lacks the trigger guard",
        ),
        (
            "ALTER TABLE workflows_redesign ENABLE TRIGGER agree",
            "table workflows_redesign lacks the trigger agree",
        ),
        (
            "ALTER TABLE core_auditevent DISABLE TRIGGER core_audit_sign",
            "table core_auditevent lacks the trigger core_audit_sign",
        ),
        (
            "CREATE OR REPLACE FUNCTION workflows_signature_guard() RETURNS trigger "
            "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "function workflows_signature_guard is not the one of the migrations",
        ),
        (
            "CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger "
            "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "function portal_refuse_change is not the one of the migrations",
        ),
        (
            "CREATE OR REPLACE TRIGGER guard BEFORE INSERT ON workflows_golive FOR EACH ROW "
            "EXECUTE FUNCTION workflows_revision_guard(); "
            "ALTER TABLE workflows_golive ENABLE ALWAYS TRIGGER guard",
            "table workflows_golive lacks the trigger guard",
        ),
    ],
)
def test_a_guard_of_the_migrations_sql_that_is_gone_or_another_is_named(harm, said):
    run(harm)

    assert missing_guards() == [said]


def test_role_named_oddly_is_quoted(hardened):
    odd = 'odd "role"; --'
    name = sql.Identifier(odd)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        try:
            call_command("harden_db", "--role", odd, verbosity=0)
            assert defects(connection, odd) == []
        finally:
            cursor.execute(sql.SQL("DROP OWNED BY {}").format(name))
            cursor.execute(sql.SQL("DROP ROLE {}").format(name))
