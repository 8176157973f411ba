"""``manage.py import_people FILE``."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from core.choices import JobState
from core.errors import DomainError
from core.jobs import work_here
from people.choices import ImportMode, InboundChannel
from people.models import PeopleImport
from people.operations import imports
from people.queries.imports import rejections_of
from people.tasks import import_people

NEEDS_REVIEW = 2
SHOWN = 20


class Command(BaseCommand):
    help = "Import people of an HR system from a CSV, JSON or NDJSON file, packed or not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mode",
            choices=ImportMode.values,
            default=ImportMode.DELTA.value,
            help="full: who is not in the file is no longer employed",
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen")
        parser.add_argument("--encoding", default="", help="when it is not UTF-8")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                received = imports.receive_people(
                    upload=file,
                    actor=None,
                    channel=InboundChannel.COMMAND,
                    mode=ImportMode(options["mode"]),
                    dry_run=options["dry_run"],
                    encoding=options["encoding"].strip().lower(),
                    name=path.name,
                )
        except OSError as fault:
            raise CommandError(f"{path}: {fault.strerror}") from fault
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        assert received.job is not None  # noqa: S101 - made with it
        work_here(received.job, import_people, self._show)
        self._tell(PeopleImport.objects.select_related("job").get(pk=received.pk))

    def _show(self, told: str) -> None:
        self.stdout.write(told, ending="\r" if sys.stdout.isatty() else "\n")
        self.stdout.flush()

    def _tell(self, done: PeopleImport) -> None:
        job = done.job
        if job is None or job.state in {JobState.FAILED, JobState.CANCELLED}:
            raise CommandError(job.error_text if job and job.error_text else "The import ended.")
        if done.dry_run:
            self.stdout.write("A dry run: nothing was changed. It would be:")
        self.stdout.write(
            f"Read {done.rows_read}: created {done.rows_created}, updated {done.rows_updated}, "
            f"unchanged {done.rows_unchanged}, stale {done.rows_stale}, "
            f"rejected {done.rows_rejected}; ended {done.rows_ended}."
        )
        for row in rejections_of(done)[:SHOWN]:
            named = f", {row.source_id}" if row.source_id else ""
            self.stdout.write(f"Line {row.line}{named}: {row.reason}")
        if done.rows_rejected > SHOWN:
            self.stdout.write(f"And {done.rows_rejected - SHOWN} more, on the page.")
        page = f"{settings.BASE_URL}{reverse('people:import', args=[done.public_id])}"
        if job.state == JobState.NEEDS_REVIEW:
            raise CommandError(
                "The file would change so much that an administrator must approve it first; "
                f"nothing was changed: {page}",
                returncode=NEEDS_REVIEW,
            )
        self.stdout.write(f"Its page: {page}")
