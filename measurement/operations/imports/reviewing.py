"""What a person decides about an import whose rows were not all good."""

from django.db import transaction

from core.audit import record
from core.choices import ENDED, JobState
from core.jobs import cancel, resume
from core.models import Job
from measurement.errors import ImportOverError, NothingGoodError
from measurement.models import CaseImport, CaseSource, ImportRejection
from measurement.operations.imports import files
from people.models import Person


@transaction.atomic
def confirm_import(*, case_import: CaseImport, actor: Person | None) -> CaseImport:
    """Import the good rows: the same job runs again, this time leaving the bad rows out."""
    case_import, job = locked(case_import)
    if job.state != JobState.NEEDS_REVIEW:
        raise ImportOverError
    if case_import.rows_rejected >= case_import.rows_read:
        raise NothingGoodError
    case_import.skip_bad_rows = True
    case_import.confirmed_by = actor
    case_import.save(update_fields=["skip_bad_rows", "confirmed_by"])
    resume(job=job, actor=actor)
    record(
        "cases.import_confirmed",
        subject=case_import.source.workflow,
        actor=actor,
        after={"import": case_import.public_id, "left_out": case_import.rows_rejected},
    )
    return case_import


@transaction.atomic
def cancel_import(*, case_import: CaseImport, actor: Person | None) -> CaseImport:
    """Give it up: nothing was saved; the file and its refused rows go.

    A worker that reads it stops soon.
    """
    case_import, job = locked(case_import)
    if job.state in ENDED:
        raise ImportOverError
    cancel(job=job, actor=actor)
    stored_name, case_import.stored_name = case_import.stored_name, ""
    case_import.save(update_fields=["stored_name"])
    ImportRejection.objects.filter(case_import=case_import).delete()
    record(
        "cases.import_cancelled",
        subject=case_import.source.workflow,
        actor=actor,
        after={"import": case_import.public_id},
    )
    transaction.on_commit(lambda: files.discard(stored_name))
    return case_import


def locked(case_import: CaseImport) -> tuple[CaseImport, Job]:
    CaseSource.objects.select_for_update(no_key=True).get(pk=case_import.source_id)
    case_import = (
        CaseImport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("source__workflow")
        .get(pk=case_import.pk)
    )
    return case_import, Job.objects.select_for_update(no_key=True).get(pk=case_import.job_id or 0)
