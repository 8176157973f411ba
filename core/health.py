"""Is the process alive, and may it get traffic? Only the database and its schema decide."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.core.cache import caches
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from psycopg_pool import PoolTimeout

from core.hardening import missing_guards
from core.jobs.sending import oldest_wait_seconds
from core.middleware import open_to_all
from core.models import PeriodicRun

OLD_JOB_SECONDS = 300
SILENT_SCHEDULER = timedelta(minutes=15)
DATABASE_AWAY = (DatabaseError, InterfaceError, PoolTimeout)


@open_to_all
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers. Asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@open_to_all
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """503 while the database is away or behind the code; the rest only warns."""
    try:
        waiting = unapplied_migrations()
    except DATABASE_AWAY:
        return JsonResponse({"status": "down", "database": "away"}, status=503)
    if waiting:
        body = {"status": "down", "database": "ok", "unapplied_migrations": len(waiting)}
        return JsonResponse(body, status=503)
    found = {name: check() for name, check in WARNINGS.items()}
    status = "degraded" if any(text != "ok" for text in found.values()) else "ok"
    return JsonResponse({"status": status, "database": "ok", "migrations": "ok", **found})


def unapplied_migrations() -> list[tuple[str, str]]:
    """On disk and not in the database. A database ahead of the code is fine: a deploy goes on."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(_on_disk() - applied.keys())


@cache  # files do not change under a running process
def _on_disk() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def _redis() -> str:
    backend: Any = caches["default"]
    return "ok" if backend.answers() else "away"


def _scheduler() -> str:
    newest = PeriodicRun.objects.order_by("-created_at").first()
    if newest is None:
        return "has not run yet"
    silent = datetime.now(UTC) - newest.created_at
    return "ok" if silent < SILENT_SCHEDULER else f"silent for {silent.total_seconds():.0f} s"


def _jobs() -> str:
    seconds = oldest_wait_seconds()
    return "ok" if seconds < OLD_JOB_SECONDS else f"the oldest has waited {seconds:.0f} s"


def _guards() -> str:
    missing = missing_guards()
    return f"{len(missing)} missing: run harden_db --check" if missing else "ok"


WARNINGS: dict[str, Callable[[], str]] = {
    "redis": _redis,
    "scheduler": _scheduler,
    "jobs": _jobs,
    "guards": _guards,
}

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
