"""Fixtures for every test. Servers come from `make test`, or from DATABASE_URL and REDIS_URL."""

import pytest
from django.conf import settings

from tests import environment, sharing

NO_BROWSER = "Chromium is not here: install the package “chromium”"

pytest_plugins = ["tests.databases", "tests.redis_servers", "tests.threads"]


def pytest_configure(config):
    # Reading one setting configures Django; pytest-django, which comes after, then sets it up.
    assert settings.SECRET_KEY
    environment.adapt_settings()
    config.option.loadscopereorder = False  # sharing.in_order has its reasons


def pytest_xdist_make_scheduler(config, log):
    return sharing.ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    sharing.in_order(items)


def pytest_report_header():
    if not environment.has_database():
        return "No DATABASE_URL: only tests without a database can pass (`make test` brings one)."
    return None


def pytest_terminal_summary(terminalreporter):
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if NO_BROWSER in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(left_out)} browser tests were skipped. {NO_BROWSER}.")


@pytest.fixture(autouse=True)
def _quiet_cache(request):
    """No rate limit or cached figure passes from one test to the next."""
    yield
    fixtures, mark = request.fixturenames, request.node.get_closest_marker("django_db")
    if mark or "db" in fixtures or "transactional_db" in fixtures:
        from django.core.cache import cache

        if settings.REDIS_URL != environment.NO_REDIS:
            cache.clear()


@pytest.fixture(autouse=True)
def _own_language():
    """A page asked for in German leaves the thread in German; the next test starts in English."""
    yield
    from django.utils import translation

    translation.deactivate()
