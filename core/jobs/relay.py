"""The relay's loop: listen, send, sweep; outlives the loss of either server."""

import logging
import threading
import time
from datetime import UTC, datetime

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from core.jobs.sending import BROKER_AWAY, Broker, next_due, publish_due, sweep

log = logging.getLogger(__name__)
LONGEST_WAIT = 5.0
PAUSE_AFTER_FAULT = 1.0
BELL = "portal_jobs"
# Waiting for the bell is the driver's own call, which Django does not translate.
DATABASE_AWAY = (DatabaseError, InterfaceError, psycopg.Error)


class Relay:
    """``stop`` may be set from a signal handler or another thread; the loop then ends in a second.

    Any number of relays may run at once: rows are shared out by SKIP LOCKED.
    """

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.broker = Broker()
        self._sweep_at = 0.0
        self._listening = False

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._round()
            except DATABASE_AWAY as fault:
                log.warning("database away: %s", type(fault).__name__)
                self._leave_database()
                self.stop.wait(PAUSE_AFTER_FAULT)
        self.broker.forget()
        self._leave_database()

    def _round(self) -> None:
        if not self._listening:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {BELL}")
            self._listening = True
        try:
            if time.monotonic() >= self._sweep_at:
                self._sweep_at = time.monotonic() + settings.JOB_SWEEP_SECONDS
                sweep(self.broker)
            publish_due(self.broker, going_on=lambda: not self.stop.is_set())
        except BROKER_AWAY as fault:
            log.warning("broker away: %s", type(fault).__name__)
            self.broker.forget()
            self.stop.wait(PAUSE_AFTER_FAULT)
        else:
            self._wait_for_bell()

    def _wait_for_bell(self) -> None:
        due = next_due()
        until_due = (due - datetime.now(UTC)).total_seconds() if due else LONGEST_WAIT
        until_sweep = self._sweep_at - time.monotonic()
        end = time.monotonic() + max(0.05, min(until_due, until_sweep, LONGEST_WAIT))
        while not self.stop.is_set() and (left := end - time.monotonic()) > 0:
            # Short waits, because a signal does not interrupt the driver's.
            if list(connection.connection.notifies(timeout=min(left, 0.5), stop_after=1)):
                return

    def _leave_database(self) -> None:
        self._listening = False
        connection.close()
