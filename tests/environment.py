"""What the settings find when tests run.

A plugin of the command line (pyproject.toml), because pytest-django reads the settings before any
conftest is imported.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

NOWHERE = "postgresql://none@127.0.0.1:1/none"  # pure tests need settings, not a database
NO_REDIS = "unix:///nonexistent/redis.sock?db=0"
CACHES_FROM = 2  # databases 0 and 1 of Redis are the portal's own


def worker_number() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def has_database() -> bool:
    return os.environ["DATABASE_URL"] != NOWHERE


def set_defaults() -> None:
    """Plain `pytest` works with DATABASE_URL alone; `make test` gives all of it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adoption_portal.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0123456789" * 5)
    os.environ.setdefault("DATABASE_URL", NOWHERE)
    # Never the machine's own Redis: tests empty theirs.
    os.environ.setdefault("REDIS_URL", NO_REDIS)
    for production in ("BASE_URL", "ALLOWED_HOSTS", "PORTAL_DEMO", "PORTAL_WEB", "EMAIL_URL"):
        os.environ.pop(production, None)
    data = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    (Path(data) / "static").mkdir()  # WhiteNoise warns where it finds none
    os.environ["PORTAL_DATA_DIR"] = data


def adapt_settings() -> None:
    """The test client's address, cheap password hashes, and a Redis database of its own for each process of the run."""
    from django.conf import settings

    from adoption_portal.settings import redis_database

    settings.BASE_URL = "http://testserver"
    # Still Argon2, so that a real web process can check what a test has made.
    settings.PASSWORD_HASHERS = ["tests.environment.CheapArgon2", *settings.PASSWORD_HASHERS]
    settings.CACHES["default"]["LOCATION"] = redis_database(
        settings.REDIS_URL, CACHES_FROM + worker_number()
    )


set_defaults()


def __getattr__(name):
    """The hasher's parent is Django's, which must not be imported before the settings."""
    if name != "CheapArgon2":
        raise AttributeError(name)
    from django.contrib.auth.hashers import Argon2PasswordHasher

    class CheapArgon2(Argon2PasswordHasher):
        time_cost = 1
        memory_cost = 8
        parallelism = 1

    globals()[name] = CheapArgon2
    return CheapArgon2
