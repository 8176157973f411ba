from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from adoption_portal.backups.bringing import bring_back


class Command(BaseCommand):
    help = (
        "Bring a backup back into an empty database, then verify the audit trail. Stop the other "
        "processes first, and run it where keys/ of the data folder lies."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:  # noqa: ARG002
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        brought = bring_back(file.absolute(), tell=print)
        for wave, count in brought.lost:
            print(
                f"The key of survey wave {wave} is not here: its {count} sealed answers can never "
                "be opened and were deleted, and it ended without a result. Plan a new wave."
            )
        for name in brought.manifest.missing:
            print(f"{name} was not in the backup: deliver it again.")
        verdict = brought.verdict
        if verdict.problem:
            raise CommandError(f"The audit trail does not verify: {verdict.problem}")
        print(f"{verdict.events} events and {verdict.seals} seals are as they were written.")
        print(f"Restored as of {brought.manifest.made_at}.")
