"""Migration operations that put guards on tables.

    migrations.CreateModel("Decision", ...),
    ProtectAppendOnly("workflows_decision"),
    FreezeColumns("workflows_revision", "number", "redesign_id"),
    FreezeWhen("workflows_revision", "frozen_at"),

All names are names of the database, not of Django. The guards hold for raw SQL and for the table's
owner; they have no switch. Only a superuser can take them off, which `harden_db --check` then says.
A refusal is SQLSTATE 23001, in Django an IntegrityError. These are plain Python: an app that uses
them needs no dependency on core's migrations.
"""

import hashlib

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

REFUSE = """
CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$
"""
# The function goes with its last trigger.
FORGET_REFUSE = """
DO $$ BEGIN
    DROP FUNCTION IF EXISTS portal_refuse_change();
EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
END $$
"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Guard(Operation):
    """Triggers on one table. ``triggers`` maps each one's name to the rest of its definition."""

    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def __init__(self, table: str) -> None:
        self.table = table

    def triggers(self) -> dict[str, str]:
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's picture of the models does not know triggers."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        schema_editor.execute(REFUSE, params=None)
        for name, definition in self.triggers().items():
            schema_editor.execute(f"CREATE TRIGGER {name} {definition}", params=None)
            # ALWAYS: also where session_replication_role says that triggers should rest.
            schema_editor.execute(
                f"ALTER TABLE {quoted(self.table)} ENABLE ALWAYS TRIGGER {name}", params=None
            )

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        for name in self.triggers():
            schema_editor.execute(f"DROP TRIGGER {name} ON {quoted(self.table)}", params=None)
        schema_editor.execute(FORGET_REFUSE, params=None)

    @property
    def migration_name_fragment(self) -> str:
        return f"guard_{self.table}"


class ProtectAppendOnly(Guard):
    """Rows of ``table`` are never updated and never deleted.

    TRUNCATE is refused by `harden_db` alone, because the test suite's flush truncates.
    """

    def triggers(self) -> dict[str, str]:
        return {
            "portal_append_only": (
                f"BEFORE UPDATE OR DELETE ON {quoted(self.table)} FOR EACH ROW "
                "EXECUTE FUNCTION portal_refuse_change('rows are only ever inserted')"
            )
        }

    def describe(self) -> str:
        return f"Refuse UPDATE and DELETE on {self.table}"


class FreezeColumns(Guard):
    """The listed columns keep what they were inserted with; others may change, the row may go."""

    def __init__(self, table: str, *columns: str) -> None:
        if not columns:
            raise ValueError("name at least one column")
        super().__init__(table)
        self.columns = columns

    def triggers(self) -> dict[str, str]:
        changed = " OR ".join(
            f"OLD.{quoted(column)} IS DISTINCT FROM NEW.{quoted(column)}" for column in self.columns
        )
        mark = hashlib.sha256(" ".join(self.columns).encode()).hexdigest()[:8]
        # AFTER, so that no other trigger can change the columns later.
        return {
            f"portal_freeze_columns_{mark}": (
                f"AFTER UPDATE ON {quoted(self.table)} FOR EACH ROW WHEN ({changed}) "
                f"EXECUTE FUNCTION portal_refuse_change('{', '.join(self.columns)} never change')"
            )
        }

    def describe(self) -> str:
        return f"Freeze {', '.join(self.columns)} of {self.table}"


class FreezeWhen(Guard):
    """Once ``column`` is set, the row is neither updated nor deleted.

    ``allowing`` names columns that may still change afterwards (a state, a late counter).
    """

    def __init__(self, table: str, column: str, *, allowing: tuple[str, ...] = ()) -> None:
        super().__init__(table)
        self.column = column
        self.allowing = tuple(allowing)

    def triggers(self) -> dict[str, str]:
        table, column = quoted(self.table), quoted(self.column)
        refuse = f"EXECUTE FUNCTION portal_refuse_change('frozen since {self.column} is set')"
        frozen = f"OLD.{column} IS NOT NULL"
        free = ", ".join(f"'{name}'" for name in self.allowing)
        changed = (
            f"{frozen} AND to_jsonb(OLD) - ARRAY[{free}] IS DISTINCT FROM "
            f"to_jsonb(NEW) - ARRAY[{free}]"
            if self.allowing
            else frozen
        )
        mark = hashlib.sha256(self.column.encode()).hexdigest()[:8]
        return {
            f"portal_freeze_update_{mark}": (
                f"AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed}) {refuse}"
            ),
            f"portal_freeze_delete_{mark}": (
                f"BEFORE DELETE ON {table} FOR EACH ROW WHEN ({frozen}) {refuse}"
            ),
        }

    def describe(self) -> str:
        return f"Freeze rows of {self.table} once {self.column} is set"
