"""The relay's loop, in a thread of its own."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.utils import timezone

from core import jobs
from core.jobs import relay
from core.models import Job
from tests.core.jobs.brokers import Recorder

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@contextmanager
def running(broker):
    stop = threading.Event()
    loop = relay.Relay(stop)
    loop.broker = broker

    def run():
        try:
            loop.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def until(ready, seconds=10):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(relay, "PAUSE_AFTER_FAULT", 0.05)


@pytest.mark.django_db(transaction=True)
def test_bell_wakes_the_relay_at_the_commit():
    broker = Recorder()
    with running(broker) as loop:
        until(lambda: loop._listening)
        begun = time.monotonic()
        names = [str(jobs.enqueue("core.forget_expired").public_id) for _ in range(3)]
        until(lambda: len(broker.sent) == 3)

    assert broker.sent == names
    assert time.monotonic() - begun < relay.LONGEST_WAIT  # it did not merely look again


@pytest.mark.django_db(transaction=True)
def test_broker_that_comes_back_gets_what_waited():
    broker = Recorder(works_for=0)
    with running(broker):
        jobs.enqueue("core.forget_expired")
        until(lambda: broker.forgotten >= 2)
        assert broker.sent == []
        broker.works_for = None
        until(lambda: len(broker.sent) == 1)


@pytest.mark.django_db(transaction=True)
def test_relay_outlives_its_connection():
    broker = Recorder()
    with running(broker) as loop:
        until(lambda: loop._listening)
        with connection.cursor() as cursor:
            cursor.execute(CUT)
            assert cursor.fetchone()[0] >= 1
        jobs.enqueue("core.forget_expired")
        until(lambda: len(broker.sent) == 1)


@pytest.mark.django_db(transaction=True)
def test_relay_sweeps_by_itself(settings):
    settings.JOB_SWEEP_SECONDS = 0.1
    job = jobs.enqueue("core.forget_expired")
    Job.objects.update(
        state="running", attempts=1, lease_until=timezone.now(), published_at=timezone.now()
    )
    broker = Recorder()

    with running(broker):
        until(lambda: broker.sent == [str(job.public_id)])
