from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from adoption_portal.backups.taking import take


class Command(BaseCommand):
    help = (
        "Write database and uploads to one file, as of one instant, while the portal runs. Keys of "
        "surveys and mail are never in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:  # noqa: ARG002
        manifest = take(file.absolute(), database=connection, at=timezone.now())
        size = file.stat().st_size / 1_000_000
        files = len(manifest.parts) - 1
        print(f"{file}: {size:.1f} MB, {manifest.events} audit events, {files} uploads.")
        print(f"audit head {manifest.head or 'none yet'}: note it elsewhere.")
        for name in manifest.missing:
            print(f"{name} is not on the disk, so it is not in the backup.")
        print("Not in it, on purpose: keys/ and mail/ of the data folder, and sessions.")
