"""Periodic work in code: which job is due when, and who gives the tick.

    periodic("core.seal_audit", every=timedelta(minutes=5))
    periodic("measurement.measure_all_due", at=time(2, 30))

stands in the app's ``tasks.py`` beside the task. The scheduler inserts one `PeriodicRun` for each
slot together with its job: two schedulers double nothing, and the newest missed slot is caught up.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction

from core.jobs import enqueue
from core.models import PeriodicRun

log = logging.getLogger(__name__)
LEADER_LOCK = 0x504F5254  # any number, the same in every scheduler
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Periodic:
    """``every`` counts from 1970 in UTC; ``at`` is each day in the portal's time zone."""

    name: str
    every: timedelta | None
    at: time | None

    def slot(self, now: datetime) -> datetime:
        """The newest due time not after ``now``.

        A time of day that summer time skips or repeats still comes once a day.
        """
        if self.every is not None:
            return EPOCH + (now - EPOCH) // self.every * self.every
        zone = ZoneInfo(settings.TIME_ZONE)
        at = self.at or time()
        today = now.astimezone(zone).date()
        due = datetime.combine(today, at, zone).astimezone(UTC)
        if due > now:
            due = datetime.combine(today - timedelta(days=1), at, zone).astimezone(UTC)
        return due


_registered: dict[str, Periodic] = {}


def periodic(name: str, *, every: timedelta | None = None, at: time | None = None) -> None:
    """Have the task called ``name``, which takes no ids, run ``every`` so long or daily ``at``."""
    if (every is None) == (at is None):
        raise ValueError("say either every or at")
    _registered[name] = Periodic(name, every, at)


def schedule() -> tuple[Periodic, ...]:
    return tuple(_registered.values())


def tick(now: datetime) -> int:
    """Ask for everything due at ``now`` that was not asked for; how many jobs that made."""
    return sum(_ask_once(entry.name, entry.slot(now)) for entry in schedule())


def _ask_once(name: str, slot: datetime) -> bool:
    # A clock set back must not find older slots due again.
    if PeriodicRun.objects.filter(name=name, slot__gte=slot).exists():
        return False
    try:
        with transaction.atomic():
            job = enqueue(name, dedupe_key="periodic")
            PeriodicRun.objects.create(name=name, slot=slot, job=job)
    except IntegrityError:  # another scheduler was faster; the job went with the row
        return False
    return True


@contextmanager
def leadership() -> Iterator[bool]:
    """Whether this process leads: one session lock, given back when the connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
        leads = bool(cursor.fetchone()[0])
    try:
        yield leads
    finally:
        if leads and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LEADER_LOCK])


def run(stop: threading.Event) -> None:
    """Tick while leading, stand by while another does; outlives the loss of the database."""
    while not stop.is_set():
        try:
            with leadership() as leads:
                while leads and not stop.is_set():
                    tick(datetime.now(UTC))
                    stop.wait(settings.SCHEDULE_TICK_SECONDS)
        except (DatabaseError, InterfaceError) as fault:
            log.warning("database away: %s", type(fault).__name__)
        connection.close()
        stop.wait(settings.SCHEDULE_TICK_SECONDS)
