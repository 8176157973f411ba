"""Django's part of a start, in one process that imports it once: ``prepare schema|static``."""

import sys

import django
from django.core.management import call_command, get_commands


def schema() -> None:
    """As the owner of the tables: migrate, then set the application role's rights."""
    call_command("migrate", interactive=False, verbosity=0)
    if "harden_db" in get_commands():
        call_command("harden_db", verbosity=0)


def static() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def main(what: str) -> None:
    django.setup()
    {"schema": schema, "static": static}[what]()


if __name__ == "__main__":
    main(sys.argv[1])
