"""Doing a job: its effects and its end are one, and no attempt is forgotten."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from core import jobs
from core.audit import record
from core.choices import Channel, JobState
from core.context import Surroundings, surroundings, within
from core.errors import DomainError
from core.jobs import working
from core.jobs.sending import free_abandoned
from core.logs import JsonFormatter
from core.models import AuditEvent, Job
from tests.factories.people import PersonFactory

SECRETS = ("Marchetti", "ines.marchetti@example.test", "her answer")


def leave_mark():
    record("tests.marked", subject=None, actor=None)


def marks():
    return AuditEvent.objects.filter(verb="tests.marked").count()


def work(job, body=leave_mark):
    """One delivery; whether it took the job."""
    with jobs.claimed(job.public_id) as claim:
        if claim is not None:
            body()
    return claim is not None


@pytest.fixture
def job(db):
    with within(Surroundings(request_id="request-1", channel=Channel.PAGE)):
        return jobs.enqueue("core.forget_expired")


def test_job_ends_with_its_work(job):
    with jobs.claimed(job.public_id) as claim:
        leave_mark()
        claim.counts(read=5, created=3, rejected=2)
        running = Job.objects.get()
        assert (running.state, running.attempts) == (JobState.RUNNING, 1)
        assert running.lease_until > timezone.now()

    job.refresh_from_db()
    assert (job.state, job.lease_until) == (JobState.DONE, None)
    assert job.started_at <= job.finished_at
    assert (job.read, job.created, job.updated, job.unchanged, job.rejected) == (5, 3, 0, 0, 2)
    assert marks() == 1


def test_work_knows_whose_it_is(job):
    seen = []

    work(job, lambda: (seen.append(surroundings()), leave_mark()))

    assert (seen[0].channel, seen[0].request_id, seen[0].job) == (
        Channel.JOB,
        "request-1",
        str(job.public_id),
    )
    event = AuditEvent.objects.get(verb="tests.marked")
    assert (event.channel, event.request_id) == ("job", "request-1")


def test_second_delivery_finds_nothing_to_do(job):
    assert [work(job), work(job)] == [True, False]

    assert marks() == 1


def test_unknown_and_not_yet_due_jobs_are_not_taken(job):
    with jobs.claimed("01900000-0000-7000-8000-000000000000") as claim:
        assert claim is None
    Job.objects.update(run_after=timezone.now() + timedelta(minutes=1))

    assert not work(job)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def fail():
    leave_mark()
    raise ValueError(" ".join(SECRETS))


def test_fault_undoes_the_work_and_tries_again_after_a_pause(job):
    Job.objects.update(published_at=timezone.now())

    work(job, fail)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_until) == (JobState.QUEUED, 1, None)
    assert timedelta(seconds=3) < job.run_after - timezone.now() < timedelta(seconds=7)
    assert job.published_at is None  # so the relay sends it again
    assert job.error_text == (
        "Something went wrong on our side. The log knows more under request-1."
    )
    assert marks() == 0


def test_work_tried_again_waits_beside_the_same_work_asked_for_meanwhile(db):
    first = jobs.enqueue("core.forget_expired", dedupe_key="once")
    claim = working._claim(first.public_id)
    second = jobs.enqueue("core.forget_expired", dedupe_key="once")

    working._try_again(claim, ValueError("no"))

    assert second.pk != first.pk
    assert Job.objects.filter(state=JobState.QUEUED).count() == 2


def test_third_fault_is_the_last(job):
    pauses = []
    for attempt in (1, 2, 3):
        assert work(job, fail)
        job.refresh_from_db()
        assert job.attempts == attempt
        pauses.append(job.run_after)
        Job.objects.update(run_after=None)

    job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == (JobState.FAILED, True)
    assert job.error_text.endswith("under request-1.")
    assert "builtins.ValueError" in job.error_detail
    assert not work(job)
    assert marks() == 0


def test_refusal_fails_at_once_with_its_text(job):
    def refuse():
        leave_mark()
        raise DomainError("The file is not there any more.")

    work(job, refuse)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert (job.last_error, job.error_detail) == ("The file is not there any more.", "")
    assert marks() == 0


def test_failure_is_kept_untranslated_and_read_in_the_readers_language(job):
    """The worker's language is nobody's; German words of the catalogue stand for any."""

    def refuse():
        raise DomainError(gettext_lazy("A token lives 1 to %(longest)s days."), longest=90)

    with translation.override("de"):
        work(job, refuse)

    job.refresh_from_db()
    assert (job.last_error, job.error_facts) == (
        "A token lives 1 to %(longest)s days.",
        {"longest": 90},
    )
    assert job.error_text == "A token lives 1 to 90 days."
    with translation.override("de"):
        assert job.error_text == "Ein Token gilt 1 bis 90 Tage."


def test_fault_is_read_in_the_readers_language(job):
    work(job, fail)

    job.refresh_from_db()
    with translation.override("fr"):
        assert job.error_text.startswith("Une erreur")
        assert job.error_text.endswith("request-1.")


def test_failure_of_an_earlier_release_is_shown_as_it_was_written():
    job = Job(last_error="40 % of “a%(b)s” are missing.")

    assert job.error_text == "40 % of “a%(b)s” are missing."
    assert Job().error_text == ""


def break_a_rule_of_the_database():
    """PostgreSQL's message repeats the address."""
    PersonFactory(email=SECRETS[1])
    PersonFactory(email=SECRETS[1])


@pytest.mark.parametrize("fault", [fail, break_a_rule_of_the_database])
def test_neither_row_nor_log_repeats_what_somebody_wrote(job, caplog, fault):
    with caplog.at_level(logging.WARNING):
        work(job, fault)

    job.refresh_from_db()
    lines = [JsonFormatter().format(line) for line in caplog.records]
    assert any("core.forget_expired went wrong in attempt 1" in line for line in lines)
    assert "test_working.py" in job.error_detail
    for secret in SECRETS:
        assert secret not in job.error_text + job.error_detail
        assert not any(secret in line for line in lines)


def test_detail_of_a_database_refusal_names_the_rule(job):
    work(job, break_a_rule_of_the_database)

    job.refresh_from_db()
    assert "23505 people_person_email_key" in job.error_detail


def test_log_lines_of_a_job_carry_its_ids(job):
    lines = []
    handler = logging.Handler()
    handler.emit = lambda line: lines.append(json.loads(JsonFormatter().format(line)))
    log = logging.getLogger("tests.job")
    log.addHandler(handler)

    work(job, lambda: log.warning("at work"))

    log.removeHandler(handler)
    assert (lines[0]["request_id"], lines[0]["job"]) == ("request-1", str(job.public_id))


def test_job_that_needs_review_is_not_over(job):
    with jobs.claimed(job.public_id) as claim:
        claim.counts(read=4, rejected=1)
        claim.needs_review()

    job.refresh_from_db()
    assert (job.state, job.finished_at, job.lease_until) == (JobState.NEEDS_REVIEW, None, None)
    assert (job.read, job.rejected) == (4, 1)


def test_counts_have_names(job):
    with jobs.claimed(job.public_id) as claim, pytest.raises(TypeError, match="deleted"):
        claim.counts(read=1, deleted=1)


def test_two_deliveries_at_once_do_the_work_once(run_together):
    waiting = [jobs.enqueue("core.forget_expired") for _ in range(5)]

    def deliver():
        return [work(job) for job in waiting]

    first, second, third = run_together(deliver, deliver, deliver)

    assert [sum(taken) for taken in zip(first, second, third, strict=True)] == [1] * 5
    assert marks() == 5
    assert set(Job.objects.values_list("state", "attempts")) == {(JobState.DONE, 1)}


def test_progress_is_seen_by_all_while_the_work_is_open(run_together):
    job = jobs.enqueue("core.forget_expired")

    with jobs.claimed(job.public_id) as claim:
        lease = claim.job.lease_until
        leave_mark()
        claim.progress(3, 10)
        (seen,) = run_together(lambda: (Job.objects.get(), marks()))
        assert (seen[0].progress_done, seen[0].progress_total, seen[1]) == (3, 10, 0)
        assert seen[0].lease_until > lease

    assert marks() == 1


def test_progress_is_told_twice_a_second_at_most_but_always_at_the_end(job):
    with jobs.claimed(job.public_id) as claim:
        told = []
        for done in (1, 2, 3, 10):
            claim.progress(done, 10)
            told.append(Job.objects.get().progress_done)

    assert told == [1, 1, 1, 10]


def test_progress_beyond_the_total_moves_the_total(job):
    with jobs.claimed(job.public_id) as claim:
        claim.progress(12, 10)

    assert Job.objects.get().progress_total == 12


def test_cancelled_job_stops_at_its_next_progress_and_its_work_is_undone(run_together):
    job = jobs.enqueue("core.forget_expired")
    reached = []

    with jobs.claimed(job.public_id) as claim:
        leave_mark()
        run_together(lambda: jobs.cancel(job=job, actor=None))
        claim.progress(1)
        reached.append("behind the cancel")

    job.refresh_from_db()
    assert (reached, marks(), job.state) == ([], 0, JobState.CANCELLED)


def test_job_cancelled_at_the_last_moment_leaves_nothing(run_together):
    job = jobs.enqueue("core.forget_expired")

    with jobs.claimed(job.public_id):
        leave_mark()
        run_together(lambda: jobs.cancel(job=job, actor=None))

    job.refresh_from_db()
    assert (marks(), job.state) == (0, JobState.CANCELLED)


def test_work_after_its_lease_is_undone_and_done_by_the_next(run_together):
    job = jobs.enqueue("core.forget_expired")

    with jobs.claimed(job.public_id):
        leave_mark()
        Job.objects.using("default")  # the work's own transaction stays open
        run_together(lambda: expire(job))

    job.refresh_from_db()
    assert (marks(), job.state, job.attempts) == (0, JobState.QUEUED, 1)
    assert work(job)
    job.refresh_from_db()
    assert (marks(), job.state, job.attempts) == (1, JobState.DONE, 2)


def expire(job):
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert free_abandoned() == (1, 0)


def test_late_worker_cannot_end_the_next_one_s_claim(job):
    """Attempts fence: the row runs again, but as somebody else's."""
    with jobs.claimed(job.public_id):
        leave_mark()
        Job.objects.filter(pk=job.pk).update(attempts=2)

    assert marks() == 0
    assert Job.objects.get().state == JobState.RUNNING


def test_lost_connection_is_a_fault_like_any_other(transactional_db):
    job = jobs.enqueue("core.forget_expired")

    def lose():
        leave_mark()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    work(job, lose)

    job.refresh_from_db()
    assert (job.state, job.attempts, marks()) == (JobState.QUEUED, 1, 0)
    Job.objects.update(run_after=None)
    assert work(job)
    assert marks() == 1


def test_piecewise_work_keeps_what_it_has_committed(transactional_db):
    job = jobs.enqueue("core.seal_audit")

    with jobs.claimed(job.public_id, atomic=False):
        from django.db import transaction

        with transaction.atomic():
            leave_mark()
        raise ValueError

    job.refresh_from_db()
    assert (job.state, marks()) == (JobState.QUEUED, 1)


def test_run_waiting_does_what_is_due_here_and_now(db):
    jobs.enqueue("core.forget_expired")
    later = jobs.enqueue("core.forget_expired", run_after=timezone.now() + timedelta(hours=1))

    assert jobs.run_waiting() == 1

    assert list(Job.objects.exclude(state=JobState.DONE)) == [later]


def test_run_waiting_stops_at_its_limit(db):
    for _number in range(3):
        jobs.enqueue("core.forget_expired")

    assert jobs.run_waiting(limit=2) == 2
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1
