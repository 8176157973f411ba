"""Made-up logs: every figure comes from a fixed seed."""

from datetime import UTC, datetime

import numpy as np
import pytest

DAY = 86_400.0
GO_LIVE = datetime(2025, 3, 3, 7, tzinfo=UTC).timestamp()
CUTOFF = GO_LIVE + (14 + 84 + 14) * DAY


@pytest.fixture(scope="session")
def made_up():
    """Starts and ends of a workflow whose work takes ``ratio`` of the time from go-live on."""

    def log(*, ratio=1.0, a_day=2.0, seed=7, median_days=4.0, first_day=-400):
        rng = np.random.default_rng(seed)
        days = np.sort(rng.uniform(first_day, 112, int(a_day * (112 - first_day))))
        spent = median_days * DAY * np.exp(0.6 * rng.standard_normal(len(days)))
        start = np.round(GO_LIVE + days * DAY)
        return start, np.round(start + spent * np.where(days >= 0, ratio, 1.0))

    return log


@pytest.fixture(scope="session")
def moments():
    """``go_live`` and ``cutoff`` of the made-up logs, as ``evaluate`` takes them."""
    return {"go_live": GO_LIVE, "cutoff": CUTOFF}
