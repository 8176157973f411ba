"""What had its day goes; jobs and the trail stay."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from core import jobs
from core.models import Job, PeriodicRun

pytestmark = pytest.mark.django_db


def test_old_slots_and_ended_sessions_go_and_jobs_stay():
    now = timezone.now()
    old = jobs.enqueue("core.seal_audit")
    for age in (91, 89):
        PeriodicRun.objects.create(
            name="core.seal_audit", slot=now - timedelta(days=age), job=old,
            created_at=now - timedelta(days=age),
        )  # fmt: skip
    for name, ends in (("gone", now - timedelta(seconds=1)), ("open", now + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=ends)
    jobs.enqueue("core.forget_expired")

    jobs.run_waiting()

    assert [run.slot for run in PeriodicRun.objects.all()] == [now - timedelta(days=89)]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert Job.objects.count() == 2
