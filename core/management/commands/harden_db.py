import os
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from core.hardening import defects, harden

DEFAULT_ROLE = "portal_app"


class Command(BaseCommand):
    help = (
        "Give the application's database role its rights and no more, and refuse TRUNCATE of "
        "append-only tables. --check changes nothing and fails when something is missing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--role", default="", help="the application's role")

    def handle(self, *, check: bool, role: str, verbosity: int, **options: Any) -> None:  # noqa: ARG002
        database = owners_connection()
        try:
            application = role or application_role(database)
            if not check:
                with transaction.atomic(using=database.alias):
                    harden(database, application)
            found = defects(database, application) if check else []
        finally:
            if database is not connection:
                database.close()
                del connections["owner"]
        if found:
            raise CommandError("\n".join(found))
        if verbosity:
            whose = f"the rights of {application}" if application else "no rights to set"
            print(f"All guards stand; {whose}.")


def owners_connection() -> BaseDatabaseWrapper:
    """To the same database, as the role of DATABASE_OWNER_URL when that is set."""
    owner = urlsplit(os.environ.get("DATABASE_OWNER_URL", ""))
    if not owner.username or unquote(owner.username) == connection.settings_dict["USER"]:
        return connection
    own = connection.copy("owner")
    connections["owner"] = own
    own.settings_dict["USER"] = unquote(owner.username)
    own.settings_dict["PASSWORD"] = unquote(owner.password or "")
    return own


def application_role(database: BaseDatabaseWrapper) -> str | None:
    """The role that uses the tables, or None when their owner does it all.

    PORTAL_APP_ROLE, else who DATABASE_URL signs in as when the owner is somebody else, else the
    usual name if this server knows it.
    """
    named = os.environ.get("PORTAL_APP_ROLE", "")
    if named:
        return named
    if database is not connection:
        return str(connection.settings_dict["USER"])
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [DEFAULT_ROLE])
        return DEFAULT_ROLE if cursor.fetchone()[0] else None
