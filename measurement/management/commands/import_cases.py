"""``manage.py import_cases WORKFLOW FILE``."""

import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.urls import reverse

from core.choices import JobState
from core.errors import DomainError
from core.jobs import work_here
from measurement.choices import ImportChannel, SourceLayout
from measurement.models import CaseImport, CaseSource
from measurement.operations import imports
from measurement.parsing import EVENT_FIELDS, FIELDS
from measurement.queries.cases import import_page
from measurement.tasks import import_cases
from workflows.models import Workflow

NEEDS_REVIEW = 2
ACTIVITIES = {"start": "begins", "end": "completes", "cancel": "cancels"}


class Command(BaseCommand):
    help = (
        "Import cases of a workflow from a CSV, JSON, NDJSON, XES or XLSX file, packed with gzip or"
        " not. It is read as the workflow's source says; what a row is, columns and activities said"
        " here are kept for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workflow", help="public id or slug")
        parser.add_argument("file", type=Path)
        parser.add_argument("--zone", default="", help="zone of times without an offset")
        parser.add_argument("--encoding", default="", help="when it is not UTF-8")
        parser.add_argument(
            "--complete-from",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="from this day on every case is in the source; from now on, for this workflow",
        )
        parser.add_argument("--layout", choices=SourceLayout.values, help="what one row is")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help="what the file calls a field of ours; once for each that is called otherwise",
        )
        for name, what in ACTIVITIES.items():
            parser.add_argument(
                f"--{name}",
                action="append",
                metavar="ACTIVITY",
                help=f"of an event log: an activity that {what} a case; may be said again",
            )
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows")
        parser.add_argument("--wait", action="store_true", help="do the work here, show progress")

    def handle(self, *_args: Any, **options: Any) -> None:
        workflow = _workflow(options["workflow"])
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                source = imports.source_for(workflow=workflow, actor=None)
                received = imports.receive_file(
                    source=source,
                    actor=None,
                    upload=file,
                    options={"zone": options["zone"], "encoding": options["encoding"]},
                    channel=ImportChannel.COMMAND,
                    name=path.name,
                    skip_bad_rows=options["skip_bad_rows"],
                    source_facts=_facts(options, source),
                )
        except OSError as fault:
            raise CommandError(f"{path}: {fault.strerror}") from fault
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self._follow(received, wait=options["wait"])

    def _follow(self, received: imports.Received, *, wait: bool) -> None:
        case_import, job = received.case_import, received.case_import.job
        page = f"{settings.BASE_URL}{reverse('measurement:import', args=[case_import.public_id])}"
        if case_import.merged_at is not None or job is None:
            self.stdout.write("This file is here already. Nothing was added.")
        elif wait:
            if not (received.again and job.state == JobState.NEEDS_REVIEW):
                work_here(job, import_cases, self._show)
            self._tell(case_import, page)
        elif job.state == JobState.NEEDS_REVIEW:
            self.stdout.write("This file is here already and waits for a decision.")
        else:
            self.stdout.write(f"Queued as job {job.public_id}.")
            self.stdout.write(
                f"Ask how far it is: GET {settings.BASE_URL}/api/v1/jobs/{job.public_id}"
                " (token with the scope jobs:read), or run this again with --wait."
            )
        self.stdout.write(f"Its page: {page}")

    def _show(self, told: str) -> None:
        self.stdout.write(told, ending="\r" if sys.stdout.isatty() else "\n")
        self.stdout.flush()

    def _tell(self, case_import: CaseImport, page: str) -> None:
        done = CaseImport.objects.select_related("job").get(pk=case_import.pk)
        job = done.job
        if job is None or job.state in {JobState.FAILED, JobState.CANCELLED}:
            raise CommandError(job.error_text if job and job.error_text else "The import ended.")
        self.stdout.write(
            f"Read {done.rows_read}: created {done.rows_created}, updated {done.rows_updated}, "
            f"unchanged {done.rows_unchanged}, repeated {done.duplicate_rows}, "
            f"rejected {done.rows_rejected}."
        )
        self._list(done)
        if job.state == JobState.NEEDS_REVIEW:
            raise CommandError(
                "Some rows were not read, so nothing was saved. Decide on the page, or run again "
                f"with --skip-bad-rows: {page}",
                returncode=NEEDS_REVIEW,
            )

    def _list(self, done: CaseImport) -> None:
        rows = import_page(done, with_rows=True).rows
        for row in rows:
            case = f", case {row.case_id}" if row.case_id else ""
            self.stdout.write(f"Line {row.line}{case}: {row.reason}")
        if done.rows_rejected > len(rows):
            self.stdout.write(f"And {done.rows_rejected - len(rows)} more, on the page.")


def _facts(options: dict[str, Any], source: CaseSource) -> dict[str, Any]:
    facts: dict[str, Any] = {
        f"{name}_activities": options[name] for name in ACTIVITIES if options[name]
    }
    if options["layout"]:
        facts["layout"] = options["layout"]
    if options["column"]:
        facts["mapping"] = source.mapping | _mapping(options["column"])
    if options["complete_from"]:
        zone = options["zone"] or source.zone
        known = zone in available_timezones()  # another one is refused by the import itself
        midnight = time(tzinfo=ZoneInfo(zone if known else settings.TIME_ZONE))
        facts["data_from"] = datetime.combine(options["complete_from"], midnight)
    return facts


def _mapping(told: list[str]) -> dict[str, str]:
    known = dict.fromkeys((*FIELDS, *EVENT_FIELDS))
    pairs = [pair.partition("=") for pair in told]
    for field, sign, _column in pairs:
        if not sign or field not in known:
            raise CommandError(f"--column is FIELD=COLUMN; the fields are {', '.join(known)}.")
    return {field: column.strip() for field, _sign, column in pairs}


def _workflow(name: str) -> Workflow:
    try:
        named = Q(public_id=UUID(name))
    except ValueError:
        named = Q(slug=name)
    found = Workflow.objects.filter(named, retired_at__isnull=True).first()
    if found is None:
        raise CommandError(f"No workflow is called {name}.")
    return found
