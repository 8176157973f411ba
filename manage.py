#!/usr/bin/env python
"""Start any command; those that change the schema run with the owner's database rights."""

import os
import sys

NOT_RUNNING = "The portal is not running. Start it first: make run"
OWNER_COMMANDS = frozenset(
    {"migrate", "harden_db", "sqlmigrate", "dbshell", "seed_scale", "backup", "restore"}
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adoption_portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "up":
        # The launcher starts the database that settings need, so it must not import Django.
        try:
            from adoption_portal.launcher.up import main as up

            sys.exit(up(sys.argv[2:]))
        except KeyboardInterrupt:  # before the launcher minds its signals: nothing runs yet
            sys.exit(0)
    is_ours = not os.environ.get("DATABASE_URL")
    if is_ours:
        # The portal that `make run` keeps in var/, so that its commands need no variables.
        from adoption_portal.launcher import folders, portal

        os.environ.update(portal.running(folders.data_dir(dict(os.environ))) | os.environ)
    if command in OWNER_COMMANDS and os.environ.get("DATABASE_OWNER_URL"):
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as fault:
        # Without a code of the server there is no server: nothing the command itself did.
        if is_ours and getattr(fault.__cause__, "sqlstate", "") is None:
            sys.exit(NOT_RUNNING)
        raise
    except ImproperlyConfigured:
        if is_ours and not os.environ.get("DATABASE_URL"):
            sys.exit(NOT_RUNNING)
        raise


if __name__ == "__main__":
    main()
