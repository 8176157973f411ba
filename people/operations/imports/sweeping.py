"""Files and rows that nobody needs any more, and deliveries that nobody decided about."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from core.choices import ENDED, JobState
from people.errors import ImportOver
from people.models import PeopleImport, PeopleRejection
from people.operations.imports import staging
from people.operations.imports.receiving import SHELF
from people.operations.imports.reviewing import cancel_import, locked

DECIDE_WITHIN = timedelta(days=30)
KEEP_REFUSALS = timedelta(days=90)  # they name people by HR's ids
STRAY_AFTER = timedelta(days=1)  # a file being received is in no row yet


def forget_file(*, import_id: int) -> None:
    """Delete file and stage once the job has ended; not before, and never inside its work."""
    with transaction.atomic():
        people_import, job = locked(PeopleImport.objects.get(pk=import_id))
        if job.state not in ENDED or not people_import.stored_name:
            return
        stored_name, people_import.stored_name = people_import.stored_name, ""
        people_import.save(update_fields=["stored_name"])
        staging.clear(people_import.pk)
    SHELF.discard(stored_name)


def sweep_imports(*, at: datetime) -> None:
    with_file = PeopleImport.objects.exclude(stored_name="").filter(job__isnull=False)
    for late in with_file.filter(
        job__state=JobState.NEEDS_REVIEW, job__started_at__lt=at - DECIDE_WITHIN
    ):
        with suppress(ImportOver):  # decided this very moment
            cancel_import(people_import=late, actor=None)
    for ended in with_file.filter(job__state__in=ENDED):
        forget_file(import_id=ended.pk)
    PeopleRejection.objects.filter(people_import__created_at__lt=at - KEEP_REFUSALS).delete()
    known = set(PeopleImport.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    for name in SHELF.names_before(at - STRAY_AFTER):
        if name not in known:
            SHELF.discard(name)
