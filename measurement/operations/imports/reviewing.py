"""What a person decides about a delivery whose rows were not all good."""

from typing import TypeVar, cast

from django.db import transaction

from core.audit import record
from core.choices import ENDED, JobState
from core.jobs import cancel, resume
from core.models import Job
from measurement.errors import ImportOverError, NothingGoodError
from measurement.models import CaseImport, CaseSource, UseImport
from measurement.operations.imports import files
from people.models import Person

D = TypeVar("D", bound=CaseImport | UseImport)


@transaction.atomic
def confirm_import(*, case_import: D, actor: Person | None) -> D:
    """Import the good rows: the same job runs again, this time leaving the bad rows out."""
    delivery, job = locked(case_import)
    if job is None or job.state != JobState.NEEDS_REVIEW:
        raise ImportOverError
    if delivery.rows_rejected >= delivery.rows_read:
        raise NothingGoodError
    delivery.skip_bad_rows = True
    delivery.confirmed_by = actor
    delivery.save(update_fields=["skip_bad_rows", "confirmed_by"])
    resume(job=job, actor=actor)
    record(
        f"{delivery.area}.import_confirmed",
        subject=delivery.subject,
        actor=actor,
        after={"import": delivery.public_id, "left_out": delivery.rows_rejected},
    )
    return delivery


@transaction.atomic
def cancel_import(*, case_import: D, actor: Person | None) -> D:
    """Give it up: nothing was saved; the file and its refused rows go.

    A worker that reads it stops soon.
    """
    delivery, job = locked(case_import)
    if job is None:
        if not delivery.stored_name:
            raise ImportOverError
    elif job.state in ENDED:
        raise ImportOverError
    else:
        cancel(job=job, actor=actor)
    stored_name, delivery.stored_name = delivery.stored_name, ""
    delivery.save(update_fields=["stored_name"])
    delivery.rejections.all().delete()
    record(
        f"{delivery.area}.import_cancelled",
        subject=delivery.subject,
        actor=actor,
        after={"import": delivery.public_id},
    )
    transaction.on_commit(lambda: files.discard(stored_name))
    return delivery


def locked(delivery: D) -> tuple[D, Job | None]:
    """The delivery's own row after what owns it; its job last, None where it was not started."""
    if isinstance(delivery, CaseImport):
        CaseSource.objects.select_for_update(no_key=True).get(pk=delivery.source_id)
    found = cast(
        "D",
        type(delivery)
        .objects.select_for_update(of=("self",), no_key=True)
        .select_related(*delivery.related)
        .get(pk=delivery.pk),
    )
    if found.job_id is None:
        return found, None
    return found, Job.objects.select_for_update(no_key=True).get(pk=found.job_id)
