"""Delivered files that nobody needs any more, and deliveries that nobody decided about."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from core.choices import ENDED, JobState
from measurement.errors import ImportOverError
from measurement.models import CaseImport
from measurement.operations.imports import files
from measurement.operations.imports.reviewing import cancel_import, locked

DECIDE_WITHIN = timedelta(days=30)
STRAY_AFTER = timedelta(days=1)  # a file being received is in no row yet


def forget_file(*, import_id: int) -> None:
    """Delete the delivered file once its job has ended; not before, and never inside its work."""
    with transaction.atomic():
        case_import, job = locked(CaseImport.objects.get(pk=import_id))
        if job.state not in ENDED or not case_import.stored_name:
            return
        stored_name, case_import.stored_name = case_import.stored_name, ""
        case_import.save(update_fields=["stored_name"])
    files.discard(stored_name)


def sweep_files(*, at: datetime) -> None:
    """Cancel what waits for a decision too long, then delete files of no open delivery."""
    with_file = CaseImport.objects.exclude(stored_name="").filter(job__isnull=False)
    for late in with_file.filter(
        job__state=JobState.NEEDS_REVIEW, job__started_at__lt=at - DECIDE_WITHIN
    ):
        with suppress(ImportOverError):  # decided this very moment
            cancel_import(case_import=late, actor=None)
    for ended in with_file.filter(job__state__in=ENDED):
        forget_file(import_id=ended.pk)
    known = set(CaseImport.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    for name in files.names_before(at - STRAY_AFTER):
        if name not in known:
            files.discard(name)
