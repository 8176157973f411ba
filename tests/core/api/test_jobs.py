"""``GET /api/v1/jobs/{id}``: what is told, and to whom."""

import pytest

from core import jobs
from core.choices import JobState
from core.context import Surroundings, within
from core.models import Job
from core.tokens import create_token, revoke_token
from measurement.choices import ImportChannel
from tests.factories.measurement import CaseImportFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return jobs.enqueue("core.forget_expired")


def call(client, job, key=""):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.get(f"/api/v1/jobs/{getattr(job, 'public_id', job)}", headers=headers)


def token(*scopes, **fields):
    return create_token(name="feed", scopes=scopes, **fields)


def test_job_is_told_in_eight_fields(client, job):
    Job.objects.update(state=JobState.RUNNING, attempts=1, lease_until="2026-01-01T00:00Z", read=5,
                       created=1, updated=2, unchanged=3, rejected=4, last_error="nobody's business")  # fmt: skip

    answer = call(client, job, token("jobs:read")[1])

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(job.public_id),
        "state": "running",
        "read": 5,
        "created": 1,
        "updated": 2,
        "unchanged": 3,
        "rejected": 4,
        "errors_url": None,
    }


def test_rejected_rows_have_an_address(client):
    made = CaseImportFactory(channel=ImportChannel.API)
    job = jobs.enqueue("measurement.import_cases", subject=made, import_id=made.pk)
    made.job = job
    made.save(update_fields=["job"])
    Job.objects.update(rejected=2)

    told = call(client, job, token("jobs:read")[1]).json()

    assert told["errors_url"].endswith(f"/api/v1/imports/{made.public_id}/rejections")


@pytest.mark.parametrize("state", JobState.values)
def test_every_state_is_told_by_its_name(client, job, state):
    ended = {"done", "failed", "cancelled"}
    Job.objects.update(
        state=state,
        attempts=1,
        last_error="It did not work.",
        lease_until="2026-01-01T00:00Z" if state == "running" else None,
        finished_at="2026-01-01T00:00Z" if state in ended else None,
    )

    assert call(client, job, token("jobs:read")[1]).json()["state"] == state


def test_stranger_is_asked_for_a_key(client, job):
    answer = call(client, job)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer["Content-Type"] == "application/problem+json"


def test_token_without_the_scope_sees_its_own_jobs_only(client, job):
    mine, key = token("cases:write")
    with within(Surroundings(token_id=mine.pk)):
        own = jobs.enqueue("core.forget_expired")

    assert call(client, own, key).status_code == 200
    assert call(client, job, key).status_code == 404


def test_person_sees_what_they_asked_for_only(client, job):
    person, other = PersonFactory(), PersonFactory()
    own = jobs.enqueue("core.forget_expired", actor=person)
    foreign = jobs.enqueue("core.forget_expired", actor=other)
    client.force_login(person)

    assert [call(client, one).status_code for one in (own, foreign, job)] == [200, 404, 404]


def test_foreign_job_reads_like_a_missing_one(client, job):
    key = token("cases:write")[1]

    foreign = call(client, job, key).json()
    missing = call(client, "01900000-0000-7000-8000-000000000000", key).json()

    foreign.pop("request_id"), missing.pop("request_id")
    assert foreign == missing


def test_revoked_token_sees_nothing(client, job):
    made, key = token("jobs:read")
    revoke_token(token=made, actor=None)

    assert call(client, job, key).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_job_is_only_read(client, job, method):
    key = token("jobs:read")[1]

    answer = getattr(client, method)(
        f"/api/v1/jobs/{job.public_id}", headers={"Authorization": f"Bearer {key}"}
    )

    assert answer.status_code == 405
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1


def test_list_of_jobs_does_not_exist(client, job):
    key = token("jobs:read")[1]

    answer = client.get("/api/v1/jobs", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 404


def test_call_costs_few_queries(client, job, django_assert_num_queries):
    key = token("jobs:read")[1]
    call(client, job, key)

    with django_assert_num_queries(2):  # the token, the job
        call(client, job, key)
