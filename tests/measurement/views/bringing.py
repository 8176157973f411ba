"""A file brought in by the pages: uploaded, looked at, imported."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.choices import JobState
from core.models import Job
from measurement import tasks
from measurement.models import CaseImport


def url(name, thing):
    return reverse(f"measurement:{name}", args=[thing.public_id])


def file_of(content, name="cases.csv"):
    data = content.getvalue() if isinstance(content, io.BytesIO) else content
    return SimpleUploadedFile(name, data)


def uploaded(client, workflow, content, name="cases.csv"):
    """The delivery that waits to be told how it is read."""
    answer = client.post(url("upload", workflow), {"file": file_of(content, name)})
    assert answer.status_code == 302, answer.context["form"].errors
    return CaseImport.objects.latest("pk")


def said(client, made, **changed):
    """What the page suggests for the file, with what somebody changes of it."""
    form = client.get(url("mapping", made)).context["form"]
    data = dict(form.as_typed().data.lists())
    return data | {"seen": form.seen} | changed


def told(client, made, *, do="import", **changed):
    return client.post(url("mapping", made), said(client, made, **changed) | {"do": do})


def brought(client, workflow, content, name="cases.csv", **changed):
    made = uploaded(client, workflow, content, name)
    answer = told(client, made, **changed)
    assert answer.status_code == 302, answer.context["form"].errors
    run_jobs()
    made.refresh_from_db()
    return made


def run_jobs():
    for job in Job.objects.filter(name="measurement.import_cases", state=JobState.QUEUED):
        tasks.import_cases(str(job.public_id), **job.args)
