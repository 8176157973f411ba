"""The rows of jobs: what the database refuses, whoever writes."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from core.models import Job, PeriodicRun

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RUNNING = {"state": "running", "attempts": 1, "lease_until": NOON}


@pytest.mark.parametrize(
    "rule, fields",
    [
        ("job_state_known", {"state": "lost"}),
        ("job_args_are_an_object", {"args": [1]}),
        ("job_leased_only_while_running", RUNNING | {"lease_until": None}),
        ("job_leased_only_while_running", RUNNING | {"attempts": 0}),
        ("job_leased_only_while_running", {"lease_until": NOON}),
        ("job_finished_only_when_ended", {"state": "done"}),
        ("job_finished_only_when_ended", {"finished_at": NOON}),
        ("job_attempts_limited", RUNNING | {"attempts": 4}),
        ("job_waits_only_with_an_attempt_left", {"attempts": 3}),
        ("job_failure_has_a_text", {"state": "failed", "finished_at": NOON}),
        ("job_progress_within_total", {"progress_done": 2, "progress_total": 1}),
        ("job_subject_whole_or_absent", {"subject_type": "people.person"}),
        ("job_subject_whole_or_absent", {"subject_id": "7"}),
    ],
)
def test_database_refuses(rule, fields):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Job.objects.create(name="core.seal_audit", **fields)
    assert error.value.__cause__.diag.constraint_name == rule


def test_key_waits_once_but_ends_often():
    ended = {"state": "done", "finished_at": NOON}
    for fields in (ended, ended, {}):
        Job.objects.create(name="core.seal_audit", dedupe_key="k", **fields)

    with pytest.raises(IntegrityError, match="job_waits_once_per_key"), transaction.atomic():
        Job.objects.create(name="core.seal_audit", dedupe_key="k")


@pytest.mark.parametrize("column", ["public_id", "name", "subject_id"])
def test_what_was_asked_for_never_changes(column):
    job = Job.objects.create(name="core.seal_audit", subject_type="people.person", subject_id="7")
    other = {"public_id": "01900000-0000-7000-8000-000000000000"}.get(column, "other")

    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**{column: other})


def test_slot_is_taken_once():
    job = Job.objects.create(name="core.seal_audit")
    PeriodicRun.objects.create(name="core.seal_audit", slot=NOON, job=job)

    with pytest.raises(IntegrityError, match="periodicrun_once_per_slot"), transaction.atomic():
        PeriodicRun.objects.create(name="core.seal_audit", slot=NOON, job=job)
