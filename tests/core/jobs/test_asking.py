"""Asking for work: a row and nothing else, in the transaction of what asked for it."""

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from core import jobs
from core.choices import Channel, JobState
from core.context import Surroundings, within
from core.errors import DomainError
from core.jobs import asking, working
from core.models import AuditEvent, Job
from core.tokens import create_token
from tests.factories.measurement import CaseImportFactory
from tests.factories.people import PersonFactory

ROOT = Path(__file__).resolve().parents[3]


class Broken(Exception):
    pass


@pytest.mark.django_db
def test_enqueue_writes_down_who_asked_for_what():
    person, about = PersonFactory(), CaseImportFactory()
    token, _key = create_token(name="feed", scopes=["cases:write"])

    with within(Surroundings(request_id="request-1", channel=Channel.API, token_id=token.pk)):
        made = jobs.enqueue("measurement.import_cases", actor=person, subject=about, import_id=7)

    job = Job.objects.get()
    assert job == made
    assert (job.name, job.args, job.state) == (
        "measurement.import_cases",
        {"import_id": 7},
        JobState.QUEUED,
    )
    assert (job.requested_by, job.token, job.request_id) == (person, token, "request-1")
    assert (job.subject_type, job.subject_id) == ("measurement.caseimport", str(about.public_id))
    assert (job.attempts, job.published_at, job.queue) == (0, None, "fast")


@pytest.mark.django_db(transaction=True)
def test_enqueue_goes_with_its_transaction():
    with pytest.raises(Broken), transaction.atomic():
        jobs.enqueue("core.forget_expired")
        raise Broken

    assert not Job.objects.exists()


def test_enqueue_is_seen_by_nobody_before_the_commit(run_together):
    with transaction.atomic():
        jobs.enqueue("core.forget_expired")
        assert run_together(Job.objects.count) == [0]

    assert run_together(Job.objects.count) == [1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", [Broken(), date(2026, 1, 1), [1], {"a": 1}, float("nan"), float("inf"), b"x"]
)
def test_enqueue_takes_only_primitives(value):
    with pytest.raises(TypeError, match="wrong_one"):
        jobs.enqueue("core.forget_expired", fine=1, wrong_one=value)

    assert not Job.objects.exists()


@pytest.mark.django_db
def test_queue_is_that_of_the_longest_prefix(settings):
    settings.JOB_QUEUES = {"measurement.": "measure", "measurement.import": "fast", "mail.": "mail"}

    assert [
        asking.queue_of(name)
        for name in ("measurement.measure_redesign", "measurement.import_cases", "core.seal_audit")
    ] == ["measure", "fast", "fast"]


@pytest.mark.django_db
def test_same_key_waits_once_and_again_after_it_was_taken():
    first = jobs.enqueue("core.forget_expired", dedupe_key="daily")
    again = jobs.enqueue("core.forget_expired", dedupe_key="daily")
    other = jobs.enqueue("core.forget_expired", dedupe_key="weekly")
    with working.claimed(first.public_id):
        later = jobs.enqueue("core.forget_expired", dedupe_key="daily")

    assert first == again
    assert len({first.pk, other.pk, later.pk}) == 3


def test_same_key_of_many_at_once_is_one_job(run_together):
    made = run_together(*[lambda: jobs.enqueue("core.forget_expired", dedupe_key="k").pk] * 6)

    assert made == [Job.objects.get().pk] * 6


def test_job_found_by_its_key_cannot_start_before_the_asker_has_committed(run_together):
    job = jobs.enqueue("core.forget_expired", dedupe_key="k")

    def impatient_claim():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        with working.claimed(job.public_id) as claim:
            return claim is not None

    with transaction.atomic():
        assert jobs.enqueue("core.forget_expired", dedupe_key="k") == job
        (outcome,) = run_together(impatient_claim)
        assert isinstance(outcome, OperationalError)

    assert run_together(impatient_claim) == [True]


@pytest.mark.django_db
def test_cancel_ends_a_waiting_job_and_is_written_down():
    person, job = PersonFactory(), jobs.enqueue("core.forget_expired")

    cancelled = jobs.cancel(job=job, actor=person)

    assert (cancelled.state, cancelled.finished_at is not None) == (JobState.CANCELLED, True)
    event = AuditEvent.objects.get(verb="job.cancelled")
    assert (event.actor, event.subject_id) == (person, str(job.public_id))
    assert (event.before, event.after) == ({"state": "queued"}, {"state": "cancelled"})
    with working.claimed(job.public_id) as claim:
        assert claim is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_cancel_comes_too_late_for_what_has_ended(state):
    job = jobs.enqueue("core.forget_expired")
    Job.objects.update(state=state, finished_at=timezone.now(), last_error="It did not work.")

    with pytest.raises(DomainError):
        jobs.cancel(job=job, actor=None)

    assert Job.objects.get().state == state
    assert not AuditEvent.objects.filter(verb="job.cancelled").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", [JobState.FAILED, JobState.NEEDS_REVIEW])
def test_resume_begins_again_with_all_attempts(state):
    job = jobs.enqueue("measurement.import_cases", import_id=7, skip=False)
    Job.objects.update(
        state=state,
        attempts=3,
        finished_at=timezone.now() if state == JobState.FAILED else None,
        last_error="It did not work.",
        error_detail="ValueError",
        published_at=timezone.now(),
        run_after=timezone.now() + timedelta(hours=1),
    )

    job = jobs.resume(job=job, actor=None, skip=True)

    assert (job.state, job.attempts, job.args) == (
        JobState.QUEUED,
        0,
        {"import_id": 7, "skip": True},
    )
    assert (job.published_at, job.run_after, job.finished_at) == (None, None, None)
    assert (job.last_error, job.error_detail) == ("", "")
    assert AuditEvent.objects.get(verb="job.resumed").after == {"skip": True}


@pytest.mark.django_db
def test_resume_refuses_any_other_state():
    job = jobs.enqueue("core.forget_expired")

    with pytest.raises(DomainError, match="needs review or failed"):
        jobs.resume(job=job, actor=None)


@pytest.mark.django_db
def test_resume_refuses_what_waits_already():
    job = jobs.enqueue("core.forget_expired", dedupe_key="k")
    Job.objects.update(state=JobState.FAILED, finished_at=timezone.now(), last_error="Broken.")
    jobs.enqueue("core.forget_expired", dedupe_key="k")

    with pytest.raises(DomainError, match="waiting already"):
        jobs.resume(job=job, actor=None)


@pytest.mark.parametrize("away", ["hang", "stop"])
def test_request_that_asks_for_work_does_not_wait_for_redis(
    client, settings, monkeypatch, redis_server_of_its_own, transactional_db, away
):
    from tests.factories.workflows import WorkflowFactory

    workflow = WorkflowFactory()
    key = create_token(name="feed", scopes=["cases:write"])[1]
    address = redis_server_of_its_own.url
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis+socket://{redis_server_of_its_own.socket_path}")
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": f"{address}"}}
    getattr(redis_server_of_its_own, away)()
    begun = time.monotonic()

    answer = client.post(
        f"/api/v1/workflows/{workflow.slug}/cases",
        {"case_id": "A-1", "started_at": "2026-01-05T08:00:00Z"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )

    assert time.monotonic() - begun < 1.5
    assert answer.status_code == 202
    assert Job.objects.get().published_at is None


def test_only_the_relay_publishes():
    """A task called past its row could be lost with the broker, or done twice."""
    publishing = re.compile(r"\.(delay|apply_async|send_task|s|si)\(|\bsend_task\(")
    found = {
        path.relative_to(ROOT).as_posix()
        for app in ("adoption_portal", "core", "people", "workflows", "surveys", "measurement")
        for path in (ROOT / app).rglob("*.py")
        if publishing.search(path.read_text(encoding="utf-8"))
    }

    assert found == {"core/jobs/sending.py"}
