from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.sealing import verify


class Command(BaseCommand):
    help = "Recompute the audit trail's hashes and seals; fails and names the first bad row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", default="", help="a head noted earlier: NUMBER:HASH")

    def handle(self, *, anchor: str, **options: Any) -> None:  # noqa: ARG002
        verdict = verify(anchor=anchor)
        if verdict.problem:
            raise CommandError(verdict.problem)
        print(f"{verdict.events} events and {verdict.seals} seals are as they were written.")
        print(f"head {verdict.head or 'none yet'}")
