"""Two threads that meet at one moment, each with its own database connection."""

import threading
from time import monotonic

import pytest
from django.db import connection, connections

WAITS_FOR_ME = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


def until_somebody_waits(seconds=5):
    """Or until time is up: an act that takes no lock has finished by then, and is found out."""
    deadline = monotonic() + seconds
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(WAITS_FOR_ME)
            if cursor.fetchone()[0]:
                return


@pytest.fixture
def run_together(transactional_db):
    """``run_together(first, second)`` -> what each returned, or the exception it raised.

    Both start at a barrier. Rows they should see must be committed, hence transactional_db.
    """

    def run(*calls, seconds=30):
        barrier = threading.Barrier(len(calls))
        outcomes = [TimeoutError(f"still running after {seconds} s")] * len(calls)

        def one(number, call):
            try:
                barrier.wait(seconds)
                outcomes[number] = call()
            except Exception as error:  # noqa: BLE001 the test looks at it
                outcomes[number] = error
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=one, args=pair, daemon=True) for pair in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds)
        return outcomes

    return run
