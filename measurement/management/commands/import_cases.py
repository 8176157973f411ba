"""``manage.py import_cases WORKFLOW FILE``."""

import sys
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.models import Q

from core.choices import ENDED, JobState
from core.errors import DomainError
from core.models import Job
from measurement.choices import ImportChannel
from measurement.models import CaseImport
from measurement.operations import imports
from measurement.tasks import import_cases
from workflows.models import Workflow

LOOK_SECONDS = 0.5
NEEDS_REVIEW = 2


class Command(BaseCommand):
    help = "Import cases of a workflow from a CSV, JSON or NDJSON file, packed with gzip or not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workflow", help="public id or slug")
        parser.add_argument("file", type=Path)
        parser.add_argument("--zone", default="", help="zone of times without an offset")
        parser.add_argument("--encoding", default="", help="when it is not UTF-8")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows")
        parser.add_argument("--wait", action="store_true", help="do the work here, show progress")

    def handle(self, *_args: Any, **options: Any) -> None:
        workflow = _workflow(options["workflow"])
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                received = imports.receive_file(
                    source=imports.source_for(workflow=workflow, actor=None),
                    actor=None,
                    upload=file,
                    options={"zone": options["zone"], "encoding": options["encoding"]},
                    channel=ImportChannel.COMMAND,
                    name=path.name,
                    skip_bad_rows=options["skip_bad_rows"],
                )
        except OSError as fault:
            raise CommandError(f"{path}: {fault.strerror}") from fault
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        case_import = received.case_import
        if received.again:
            self.stdout.write("This file is here already. Nothing was added.")
        if options["wait"] and case_import.job is not None:
            self._wait(case_import.job)
            self._tell(case_import)
        elif case_import.job is not None:
            self.stdout.write(f"Queued as job {case_import.job.public_id}.")

    def _wait(self, job: Job) -> None:
        """Work in a thread with a connection of its own; a worker that was faster is waited for."""
        worker = threading.Thread(target=_work, args=(job,), daemon=True)
        worker.start()
        shown = ""
        while True:
            worker.join(LOOK_SECONDS)
            job.refresh_from_db()
            told = f"{job.get_state_display()} {job.progress_done} %"
            if told != shown:
                self.stdout.write(told, ending="\r" if sys.stdout.isatty() else "\n")
                self.stdout.flush()
                shown = told
            if not worker.is_alive() and (job.state in {*ENDED, JobState.NEEDS_REVIEW}):
                return
            if not worker.is_alive() and job.state == JobState.QUEUED:
                time.sleep(LOOK_SECONDS)  # put back after a fault, or taken by nobody yet
                worker = threading.Thread(target=_work, args=(job,), daemon=True)
                worker.start()

    def _tell(self, case_import: CaseImport) -> None:
        done = CaseImport.objects.select_related("job").get(pk=case_import.pk)
        job = done.job
        if job is None or job.state in {JobState.FAILED, JobState.CANCELLED}:
            raise CommandError(job.error_text if job and job.error_text else "The import ended.")
        self.stdout.write(
            f"Read {done.rows_read}: created {done.rows_created}, updated {done.rows_updated}, "
            f"unchanged {done.rows_unchanged}, repeated {done.duplicate_rows}, "
            f"rejected {done.rows_rejected}."
        )
        if job.state == JobState.NEEDS_REVIEW:
            raise CommandError(
                "Some rows were not read, so nothing was saved. Look at them on the import's page, "
                "or run again with --skip-bad-rows.",
                returncode=NEEDS_REVIEW,
            )


def _work(job: Job) -> None:
    try:
        import_cases(str(job.public_id), **job.args)
    finally:
        connections.close_all()


def _workflow(name: str) -> Workflow:
    try:
        named = Q(public_id=UUID(name))
    except ValueError:
        named = Q(slug=name)
    found = Workflow.objects.filter(named, retired_at__isnull=True).first()
    if found is None:
        raise CommandError(f"No workflow is called {name}.")
    return found
