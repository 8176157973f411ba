"""Periodic work: each slot once, whatever the clock and however many schedulers."""

import inspect
import threading
from datetime import UTC, datetime, time, timedelta
from time import monotonic, sleep

import pytest
from celery import current_app
from django.db import connection, connections

from core import jobs, schedule
from core.choices import JobState
from core.models import Job, PeriodicRun

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _own_schedule(monkeypatch):
    current_app.loader.import_default_modules()  # or the real entries would land in this one
    monkeypatch.setattr(schedule, "_registered", {})


def five_minutes(name="core.seal_audit"):
    schedule.periodic(name, every=EVERY)


def slots():
    return list(PeriodicRun.objects.order_by("slot").values_list("slot", flat=True))


def end_all():
    Job.objects.filter(state=JobState.QUEUED).update(
        state=JobState.DONE, finished_at=datetime.now(UTC)
    )


def test_every_counts_from_1970():
    five_minutes()
    (entry,) = schedule.schedule()

    assert entry.slot(NOON) == NOON
    assert entry.slot(NOON + timedelta(minutes=4, seconds=59)) == NOON
    assert entry.slot(NOON + timedelta(minutes=5)) == NOON + EVERY


def test_at_is_each_day_in_the_portal_s_zone(settings):
    settings.TIME_ZONE = "Europe/Zurich"
    schedule.periodic("core.forget_expired", at=time(3, 20))
    (entry,) = schedule.schedule()

    assert entry.slot(NOON) == datetime(2026, 11, 24, 2, 20, tzinfo=UTC)
    assert entry.slot(datetime(2026, 11, 24, 2, 19, tzinfo=UTC)) == datetime(
        2026, 11, 23, 2, 20, tzinfo=UTC
    )
    assert entry.slot(datetime(2026, 7, 1, 12, tzinfo=UTC)) == datetime(
        2026, 7, 1, 1, 20, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "first, last",
    [
        (datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2026, 10, 27, 12, tzinfo=UTC)),
    ],
)
@pytest.mark.django_db
def test_summer_time_neither_repeats_nor_leaves_out_a_day(settings, first, last):
    """02:30 does not exist on 29 March and comes twice on 25 October."""
    settings.TIME_ZONE = "Europe/Zurich"
    schedule.periodic("core.forget_expired", at=time(2, 30))
    now, asked = first, 0
    schedule.tick(now)
    while now < last:
        now += timedelta(minutes=10)
        asked += schedule.tick(now)
        end_all()

    assert asked == 4
    assert len({slot.date() for slot in slots()}) == 5


@pytest.mark.parametrize("wrong", [{}, {"every": EVERY, "at": time(1)}])
def test_entry_says_either_every_or_at(wrong):
    with pytest.raises(ValueError, match="either"):
        schedule.periodic("core.seal_audit", **wrong)


@pytest.mark.django_db
def test_tick_asks_for_each_slot_once():
    five_minutes()

    asked = [schedule.tick(NOON + timedelta(seconds=second)) for second in (0, 5, 299, 300, 305)]

    assert asked == [1, 0, 0, 1, 0]
    assert slots() == [NOON, NOON + EVERY]


@pytest.mark.django_db
def test_work_that_still_waits_is_not_asked_for_a_second_time():
    five_minutes()
    schedule.tick(NOON)
    schedule.tick(NOON + EVERY)

    assert Job.objects.count() == 1
    assert len(slots()) == 2


@pytest.mark.django_db
def test_only_the_newest_missed_slot_is_caught_up():
    five_minutes()
    schedule.tick(NOON)
    end_all()

    assert schedule.tick(NOON + timedelta(hours=3, minutes=2)) == 1

    assert slots() == [NOON, NOON + timedelta(hours=3)]
    assert Job.objects.filter(state=JobState.QUEUED).count() == 1


@pytest.mark.django_db
def test_clock_set_back_asks_for_nothing_again():
    five_minutes()
    schedule.tick(NOON)
    end_all()

    back = [schedule.tick(NOON - timedelta(hours=1) + step * EVERY) for step in range(13)]

    assert sum(back) == 0
    assert schedule.tick(NOON + EVERY) == 1


@pytest.mark.django_db
def test_clock_set_forward_and_back_leaves_no_slot_out_for_ever():
    five_minutes()
    schedule.tick(NOON + timedelta(hours=1))
    end_all()

    asked = sum(schedule.tick(NOON + step * EVERY) for step in range(14))

    assert asked == 1  # the hour that came twice is asked for once
    assert slots() == [NOON + timedelta(hours=1), NOON + timedelta(hours=1) + EVERY]


def test_schedulers_at_once_ask_once(run_together):
    for name in ("core.seal_audit", "core.forget_expired", "measurement.measure_all_due"):
        five_minutes(name)

    asked = run_together(*[lambda: schedule.tick(NOON)] * 4)

    assert sum(asked) == 3
    assert PeriodicRun.objects.count() == Job.objects.count() == 3


def test_job_goes_with_the_slot_it_lost(run_together, monkeypatch):
    """The slower scheduler has looked before the faster one wrote."""
    five_minutes()
    monkeypatch.setattr(
        schedule.PeriodicRun.objects, "filter", lambda **_asked: PeriodicRun.objects.none()
    )

    assert schedule.tick(NOON) == 1
    end_all()
    assert schedule.tick(NOON) == 0

    assert Job.objects.count() == 1


def test_one_scheduler_leads_and_the_other_takes_over(run_together):
    def leads():
        with schedule.leadership() as mine:
            return mine

    with schedule.leadership() as mine:
        assert mine
        assert run_together(leads) == [False]
    assert run_together(leads) == [True]


def test_running_scheduler_outlives_its_connection(transactional_db, settings):
    settings.SCHEDULE_TICK_SECONDS = 0.01
    schedule.periodic("core.seal_audit", every=timedelta(milliseconds=20))
    stop = threading.Event()

    def run():
        try:
            schedule.run(stop)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        wait_for_slots(1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        wait_for_slots(PeriodicRun.objects.count() + 2)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def wait_for_slots(count):
    deadline = monotonic() + 15
    while PeriodicRun.objects.count() < count:
        assert monotonic() < deadline
        sleep(0.01)


def test_every_periodic_name_is_a_task_without_ids(monkeypatch):
    monkeypatch.undo()
    entries = schedule.schedule()

    assert {entry.name for entry in entries} >= {"core.seal_audit", "core.forget_expired"}
    for entry in entries:
        task = current_app.tasks[entry.name]
        assert list(inspect.signature(task.run).parameters) == ["job_id"]


def test_enqueue_of_a_periodic_job_is_seen_by_the_relay(db):
    five_minutes()
    schedule.tick(NOON)

    assert jobs.run_waiting() == 1
    assert Job.objects.get().state == JobState.DONE
