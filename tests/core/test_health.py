"""/healthz asks nobody; /readyz lets the database decide and warns of the rest."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core import health, jobs
from core.models import Job, PeriodicRun


@pytest.fixture
def ran(db):
    """A scheduler that is at work."""
    return PeriodicRun.objects.create(
        name="core.seal_audit", slot=timezone.now(), job=jobs.enqueue("core.seal_audit")
    )


@pytest.fixture(autouse=True)
def _redis(settings, request):
    if "redis_server_of_its_own" in request.fixturenames:
        server = request.getfixturevalue("redis_server_of_its_own")
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": server.url}}


def test_healthz_needs_no_database(client, monkeypatch, django_db_blocker):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readyz_is_ok_when_all_is(client, ran, redis_server_of_its_own):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "ok",
            "database": "ok",
            "migrations": "ok",
            "redis": "ok",
            "scheduler": "ok",
            "jobs": "ok",
            "guards": "ok",
        },
    )


@pytest.mark.parametrize("fault", ["stop", "hang"])
def test_redis_away_is_degraded_not_down(client, ran, redis_server_of_its_own, fault):
    getattr(redis_server_of_its_own, fault)()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["redis"] == "away"


@pytest.mark.django_db
def test_scheduler_that_never_ran_is_told(client):
    assert client.get("/readyz").json()["scheduler"] == "has not run yet"


def test_silent_scheduler_is_told(client, ran):
    PeriodicRun.objects.update(created_at=timezone.now() - timedelta(minutes=16))

    told = client.get("/readyz").json()

    assert told["scheduler"].startswith("silent for 96")
    assert told["status"] == "degraded"


def test_old_waiting_job_is_told(client, ran):
    Job.objects.update(created_at=timezone.now() - timedelta(seconds=400))

    assert client.get("/readyz").json()["jobs"].startswith("the oldest has waited 40")


def test_guard_that_is_off_is_told(client, ran):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER portal_append_only")

    assert client.get("/readyz").json()["guards"] == "1 missing: run harden_db --check"


def test_readyz_works_with_the_application_s_rights(client, ran, as_application_role):
    assert client.get("/readyz").json()["guards"] == "ok"


@pytest.mark.django_db
def test_unapplied_migration_is_down(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core' AND name LIKE '0002%'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "down", "database": "ok", "unapplied_migrations": 1},
    )


@pytest.mark.django_db
def test_database_ahead_of_the_code_is_fine(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_x', now())"
        )

    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_database_away_is_down_without_insides(client, monkeypatch):
    def away():
        raise OperationalError("connection to 10.0.0.7 failed: password of portal_app")

    monkeypatch.setattr(health, "unapplied_migrations", away)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "down", "database": "away"})
