"""Nobody but the test may do its jobs."""

import pytest

from tests.e2e.portal import LivePortal


@pytest.fixture(autouse=True)
def _no_live_processes(request):
    """A portal that browser tests left running would send and do a committed job, or free it."""
    if "faults" not in request.keywords:
        for portal in list(LivePortal.running):
            portal.rest()
