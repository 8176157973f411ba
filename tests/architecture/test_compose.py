"""docker-compose.yml against the code: without a container engine its mistakes show only here."""

import re
from importlib.util import find_spec

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from adoption_portal.launcher.folders import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
PORTAL = {"migrate", "web", "worker", "scheduler", "relay"}
EXAMPLE = (ROOT / ".env.example").read_text()


def words(name):
    command = SERVICES[name].get("command", [])
    return " ".join(command) if isinstance(command, list) else command


def test_services_are_those_of_the_product():
    assert set(SERVICES) == {"db", "redis", *PORTAL}


def test_every_management_command_exists():
    named = {verb for name in PORTAL for verb in re.findall(r"manage\.py (\w+)", words(name))}

    assert named == {"migrate", "harden_db", "scheduler", "relay"}
    assert named <= set(get_commands())


def test_other_programs_are_installed_packages():
    assert SERVICES["web"]["command"][0] == "granian"
    assert SERVICES["worker"]["command"][0] == "celery"
    assert all(find_spec(name) for name in ("granian", "celery", "adoption_portal.wsgi"))


def test_worker_serves_the_queues_that_the_launcher_serves():
    from adoption_portal.launcher import portal

    assert f"--queues={portal.QUEUES}" in SERVICES["worker"]["command"]


@pytest.mark.parametrize("name", ["db", "redis", "web", "worker"])
def test_service_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


def test_health_check_asks_an_address_that_exists():
    paths = re.findall(r"127\.0\.0\.1:8000(/\w+)", TEXT)

    assert paths == ["/readyz"]
    assert resolve(paths[0])


def test_database_and_redis_are_not_published():
    assert {name for name in SERVICES if "ports" in SERVICES[name]} == {"web"}
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_images_are_pinned():
    for name in ("db", "redis"):
        assert re.fullmatch(r"\w+:\d+\.\d+", SERVICES[name]["image"])
    for line in re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        assert re.fullmatch(r"python:3\.\d+-slim-\w+", line)


def test_queue_forgets_nothing():
    assert words("redis") == "redis-server --appendonly yes --save  --maxmemory-policy noeviction"


def test_only_migrate_knows_the_owner():
    knowing = {
        name for name in PORTAL if "DATABASE_OWNER_URL" in SERVICES[name].get("environment", {})
    }
    assert knowing == {"migrate"}


def test_processes_wait_for_the_migrations():
    for name in PORTAL - {"migrate"}:
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}


def test_every_variable_is_explained():
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
    explained = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert asked - explained == set()


def test_every_setting_of_the_environment_is_explained():
    settings = (ROOT / "adoption_portal" / "settings.py").read_text()
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", settings))
    explained = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert read - explained == set()


def test_worker_may_finish_its_longest_task():
    from django.conf import settings

    grace = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.CELERY_TASK_TIME_LIMIT


def test_locks_name_no_registry():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--hash=sha256:" in text
