"""Where the rejected rows of a file of people can be fetched."""

from uuid import UUID

from django.urls import reverse

from core.jobs import errors_url_for
from core.models import Job


@errors_url_for("people.peopleimport")
def errors_of_import(job: Job) -> str | None:
    if not job.rejected:
        return None
    return reverse("hr-import-errors", kwargs={"public_id": UUID(job.subject_id)})
