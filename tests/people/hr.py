"""An organisation as HR would send it, and what a token sends."""

import io
import json

from core.choices import JobState
from core.models import Job
from core.tokens import create_token
from people import tasks
from people.models import PeopleImport

HEADER = (
    "source_id,given_name,family_name,email,employee_number,legal_entity,unit,manager,job_title,"
    "country,active,effective_from"
)


def key(*scopes, owner=None):
    return create_token(name="hr", scopes=scopes, owner=owner)[1]


def auth(token, **headers):
    return {"Authorization": f"Bearer {token}", **headers}


def put(client, token, source_id, body, **headers):
    return client.put(
        f"/api/v1/hr/people/{source_id}",
        data=json.dumps(body),
        content_type="application/json",
        headers=auth(token, **headers),
    )


def post(client, token, body, *, query="", kind="text/csv", **headers):
    return client.post(
        f"/api/v1/hr/imports{query}",
        data=body,
        content_type=kind,
        headers=auth(token, **headers),
    )


def staff(count, *, unit="QA", first=1, day="2024-01-01", title="Analyst", manager="W-1"):
    """Rows; the first is everybody's manager."""
    return [
        f"W-{n},Given{n},Family{n},w{n}@example.test,N{n},ALPINA,{unit},"
        f"{'' if f'W-{n}' == manager else manager},{title},CH,true,{day}"
        for n in range(first, first + count)
    ]


def places(answer):
    """Where the mistakes of a refused call are: JSON pointers, or names of parameters."""
    return [one.get("pointer") or one["parameter"] for one in answer.json()["errors"]]


def csv_of(*rows):
    return "\n".join([HEADER, *rows, ""]).encode()


def file_of(*rows):
    return io.BytesIO(csv_of(*rows))


def run_jobs(limit=20):
    for _turn in range(limit):
        job = Job.objects.filter(name="people.import_people", state=JobState.QUEUED).first()
        if job is None:
            return
        tasks.import_people(str(job.public_id), **job.args)


def newest():
    return PeopleImport.objects.select_related("job").order_by("-pk").first()


def counts(people_import):
    job = people_import.job
    return job.state, job.read, job.created, job.updated, job.unchanged, job.rejected
