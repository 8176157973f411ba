"""Rows that have had their day."""

from datetime import timedelta

from django.core.management import call_command
from django.db.models.functions import Now

from core.models import PeriodicRun

KEEP_RUNS_DAYS = 90


def forget_expired() -> None:
    """Drop sessions that ended and slots of periodic work nobody asks about. Jobs are kept."""
    call_command("clearsessions")
    PeriodicRun.objects.filter(created_at__lt=Now() - timedelta(days=KEEP_RUNS_DAYS)).delete()
