"""Rows that have had their day."""

from datetime import timedelta

from django.core.management import call_command
from django.db.models.functions import Now

from core.models import IdempotencyKey, PeriodicRun

KEEP_RUNS_DAYS = 90
KEEP_ANSWERS = timedelta(hours=24)


def forget_expired() -> None:
    """Drop sessions that ended, old slots of periodic work and answers kept for a day.

    Jobs are kept.
    """
    call_command("clearsessions")
    PeriodicRun.objects.filter(created_at__lt=Now() - timedelta(days=KEEP_RUNS_DAYS)).delete()
    IdempotencyKey.objects.filter(created_at__lt=Now() - KEEP_ANSWERS).delete()
