"""Delivered files that nobody needs any more, and deliveries that nobody decided about."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core.choices import ENDED, JobState
from measurement.errors import ImportOverError
from measurement.models import CaseImport, UseImport
from measurement.operations.imports import files
from measurement.operations.imports.reviewing import cancel_import, locked

DECIDE_WITHIN = timedelta(days=30)
KINDS: tuple[type[CaseImport] | type[UseImport], ...] = (CaseImport, UseImport)
STRAY_AFTER = timedelta(days=1)  # a file being received is in no row yet


def forget_file(*, import_id: int, kind: type[CaseImport] | type[UseImport] = CaseImport) -> None:
    """Delete the delivered file once its job has ended; not before, and never inside its work."""
    with transaction.atomic():
        delivery, job = locked(kind.objects.get(pk=import_id))
        if job is None or job.state not in ENDED or not delivery.stored_name:
            return
        stored_name, delivery.stored_name = delivery.stored_name, ""
        delivery.save(update_fields=["stored_name"])
    files.discard(stored_name)


def sweep_files(*, at: datetime) -> None:
    """Cancel what waits for a decision too long, then delete files of no open delivery."""
    known: set[str] = set()
    for kind in KINDS:
        with_file = kind.objects.exclude(stored_name="")
        waits_long = Q(job__state=JobState.NEEDS_REVIEW, job__started_at__lt=at - DECIDE_WITHIN)
        never_started = Q(job__isnull=True, created_at__lt=at - DECIDE_WITHIN)
        for late in with_file.filter(waits_long | never_started):
            with suppress(ImportOverError):  # decided this very moment
                cancel_import(case_import=late, actor=None)
        for ended in with_file.filter(job__state__in=ENDED):
            forget_file(import_id=ended.pk, kind=kind)
        known |= set(kind.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    for name in files.names_before(at - STRAY_AFTER):
        if name not in known:
            files.discard(name)
