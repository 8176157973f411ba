"""What a person decides about a file that was compared and waits."""

from datetime import datetime

from django.db import transaction

from core.audit import record
from core.choices import ENDED, JobState
from core.errors import Forbidden
from core.jobs import cancel, resume
from core.models import Job
from people.errors import ImportOver, SecondPersonNeeded
from people.models import PeopleImport, PeopleRejection, Person
from people.operations.imports import staging
from people.operations.imports.receiving import SHELF
from people.rules import brought_by, is_administrator


@transaction.atomic
def approve_import(*, people_import: PeopleImport, actor: Person, at: datetime) -> PeopleImport:
    """Let it be applied. What trips a brake is approved by somebody else than who brought it.

    It is compared once more before: if it would do more by then, it waits again.
    Raises Forbidden, SecondPersonNeeded, ImportOver.
    """
    people_import, job = locked(people_import)
    if not is_administrator(actor):
        raise Forbidden
    if job.state != JobState.NEEDS_REVIEW:
        raise ImportOver
    if people_import.brakes and brought_by(actor, people_import):
        raise SecondPersonNeeded
    people_import.approved_by, people_import.approved_at = actor, at
    people_import.save(update_fields=["approved_by", "approved_at"])
    resume(job=job, actor=actor)
    record(
        "people.import_approved",
        subject=people_import,
        actor=actor,
        after={"brakes": people_import.brakes, "ends": people_import.plan.get("ends", 0)},
    )
    return people_import


@transaction.atomic
def cancel_import(*, people_import: PeopleImport, actor: Person | None) -> PeopleImport:
    """Give it up: what was applied stays, the rest and the file go. Raises ImportOver."""
    people_import, job = locked(people_import)
    if job.state in ENDED:
        raise ImportOver
    cancel(job=job, actor=actor)
    stored_name, people_import.stored_name = people_import.stored_name, ""
    people_import.save(update_fields=["stored_name"])
    staging.clear(people_import.pk)
    PeopleRejection.objects.filter(people_import=people_import).delete()
    record("people.import_cancelled", subject=people_import, actor=actor)
    transaction.on_commit(lambda: SHELF.discard(stored_name))
    return people_import


def locked(people_import: PeopleImport) -> tuple[PeopleImport, Job]:
    found = PeopleImport.objects.select_for_update(no_key=True).get(pk=people_import.pk)
    job = (
        Job.objects.select_for_update(no_key=True, of=("self",))
        .select_related("token")
        .get(pk=found.job_id or 0)
    )
    found.job = job
    return found, job
