"""One shaken portal for the module; its figures are printed at the end of the run."""

import sys

import pytest

from tests.core.faults.portal import ShakenPortal


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/core/faults/" in item.path.as_posix():
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="module")
def shaken_processes(application_role, django_db_setup, django_db_blocker, tmp_path_factory):
    portal = ShakenPortal(tmp_path_factory.mktemp("shaken"))
    try:
        with django_db_blocker.unblock():
            portal.start()
        yield portal
    finally:
        portal.stop()


@pytest.fixture
def portal(transactional_db, shaken_processes):
    """One process of each kind runs and Redis answers, whatever the test before has done."""
    shaken_processes.end_seconds()
    for name in ("worker", "relay", "scheduler"):
        if name not in shaken_processes.children:
            shaken_processes.restart(name)
    shaken_processes.check()
    return shaken_processes


@pytest.fixture
def figures(request, record_property):
    """``figures(kills=10)``: kept in the report, and shown with ``pytest -rA`` or ``-s``."""

    def tell(**found):
        for name, value in found.items():
            record_property(name, value)
        told = ", ".join(f"{name} {value}" for name, value in found.items())
        sys.stdout.write(f"\n{request.node.name}: {told}\n")

    return tell
