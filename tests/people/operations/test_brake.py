"""The brake adds up what HR ends in a day, in however small pieces it is told."""

from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from core.choices import JobState
from core.models import Job
from people import tasks
from people.choices import ImportMode, InboundChannel, Role
from people.models import ChangeLog, PeopleImport, Person
from people.operations import imports
from people.operations.imports import reviewing, running, staging
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.people.hr import csv_of, file_of, key, newest, post, put, run_jobs, staff
from tests.threads import until_somebody_waits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def administrator():
    return RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory()).person


def bring(*rows, **facts):
    facts = {
        "actor": None,
        "channel": InboundChannel.COMMAND,
        "mode": ImportMode.DELTA,
        **facts,
    }
    return imports.receive_people(upload=file_of(*rows), **facts)


def brought(*rows, **facts):
    bring(*rows, **facts)
    run_jobs()
    return newest()


def work(people_import):
    job = people_import.job
    tasks.import_people(str(job.public_id), **job.args)
    return again(people_import)


def again(people_import):
    return PeopleImport.objects.select_related("job").get(pk=people_import.pk)


def employ(count=60):
    OrgUnitFactory(code="QA")
    brought(*staff(count))


def leaving(count, *, first=1, day=""):
    return [f"W-{n},,,,,,,,,,false,{day}" for n in range(first, first + count)]


def active():
    return Person.objects.filter(source_id__startswith="W-", is_active=True).count()


@pytest.mark.parametrize("in_days", [0, 30])
def test_small_deltas_of_a_day_are_counted_together(in_days):
    employ()
    day = (timezone.localdate() + timedelta(days=in_days)).isoformat()
    assert brought(*leaving(15, day=day)).job.state == "done"

    held = brought(*leaving(6, first=16))

    assert held.job.state == "needs_review"
    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    assert (held.plan["ends"], held.plan["ended"]) == (6, 15)
    still_here = 60 if in_days else 45
    assert active() == still_here
    imports.approve_import(people_import=held, actor=administrator(), at=timezone.now())
    run_jobs()
    assert (again(held).job.state, active()) == ("done", still_here - 6)


def test_a_delta_after_a_full_file_and_a_full_file_after_a_delta_are_counted_together():
    employ()
    assert brought(*staff(50), mode=ImportMode.FULL).rows_ended == 10

    assert brought(*leaving(10, first=41)).job.state == "done"
    held = brought(*staff(39), mode=ImportMode.FULL)

    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    assert active() == 40


def test_single_calls_count_and_never_wait_themselves(client):
    employ()
    token = key("hr:write")
    for number in range(1, 16):
        put(client, token, f"W-{number}", {"active": False})

    held = brought(*leaving(6, first=16))

    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    for number in range(16, 23):
        assert put(client, token, f"W-{number}", {"active": False}).status_code == 200
    assert active() == 38


def test_a_delta_that_ends_nobody_waits_for_no_end_before_it():
    employ()
    brought(*leaving(20))

    changed = brought(*staff(20, first=31, title="Lead"))

    assert (changed.job.state, changed.rows_updated) == ("done", 20)


def test_who_comes_back_and_leaves_again_counts_once():
    employ()
    brought(*leaving(15))
    brought(*staff(15))
    assert active() == 60

    last = brought(*leaving(15))

    assert (last.job.state, last.plan["ends"], last.plan["ended"]) == ("done", 15, 0)


def test_who_is_hired_up_to_a_day_is_nobody_lost():
    employ()
    later = (timezone.localdate() + timedelta(days=90)).isoformat()
    hired = brought(*staff(25, first=101), *leaving(25, first=101, day=later))
    assert (hired.job.state, active()) == ("done", 85)
    assert ChangeLog.objects.filter(attribute="active", value="false").count() == 25

    last = brought(*leaving(1))

    assert (last.job.state, last.plan) == ("done", {})


def test_what_another_file_has_leave_to_end_counts_before_it_is_ended(monkeypatch):
    employ()
    first, second = bring(*leaving(15)), bring(*leaving(6, first=16))
    with monkeypatch.context() as slow:
        slow.setattr(staging, "SLICE_PEOPLE", 4)
        slow.setattr(running, "TURN_SECONDS", 0.0)
        work(first)
    assert active() == 56

    held = work(second)

    assert (held.job.state, held.plan["ended"]) == ("needs_review", 15)
    run_jobs()
    assert (again(first).job.state, active()) == ("done", 45)


def test_what_a_failed_file_has_leave_to_end_counts_until_it_is_forgotten(monkeypatch):
    """An administrator may tell it to go on as long as its rows are there."""
    employ()
    first = bring(*leaving(15))
    with monkeypatch.context() as slow:
        slow.setattr(staging, "SLICE_PEOPLE", 4)
        slow.setattr(running, "TURN_SECONDS", 0.0)
        work(first)
    Job.objects.filter(pk=first.job_id).update(
        state=JobState.FAILED, finished_at=timezone.now(), last_error="The worker is gone."
    )

    held = brought(*leaving(6, first=16))

    assert (held.job.state, held.plan["ended"]) == ("needs_review", 15)
    imports.forget_file(import_id=first.pk)
    assert brought(*leaving(6, first=30)).job.state == "done"


def test_what_a_full_file_has_leave_to_end_counts_before_it_is_ended(monkeypatch):
    employ()
    first = bring(*staff(45, title="Lead"), mode=ImportMode.FULL)
    second = bring(*leaving(6, first=16))
    with monkeypatch.context() as slow:
        slow.setattr(running, "TURN_SECONDS", 0.0)
        work(first)
    assert active() == 60

    held = work(second)

    assert (held.job.state, held.plan["ended"]) == ("needs_review", 15)
    run_jobs()
    assert (again(first).job.state, active()) == ("done", 45)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("preview", [False, True])
def test_two_small_files_at_once_do_not_both_pass(run_together, monkeypatch, preview):
    """The second waits for what the first is let through with, however long that takes."""
    employ()
    both = [
        bring(*leaving(15, first=first), actor=administrator(), preview=preview)
        for first in (2, 17)
    ]
    if preview:
        run_jobs()
        for one in both:
            owner = again(one).created_by
            imports.approve_import(people_import=again(one), actor=owner, at=timezone.now())
    counted, begun = running.ended_lately, Event()

    def takes_its_time(people_import, *, at):
        found = counted(people_import, at=at)
        if not begun.is_set():
            begun.set()
            until_somebody_waits()
        return found

    def second():
        begun.wait(5)
        return work(both[1])

    monkeypatch.setattr(running, "ended_lately", takes_its_time)
    first, held = run_together(lambda: work(both[0]), second)

    assert [one.job.state for one in (first, held)] == ["done", "needs_review"]
    assert (held.plan["ended"], active()) == (15, 45)


def test_a_looked_at_file_waits_again_when_the_sum_has_grown():
    """Whoever brought several and looked at each alone does not apply them all."""
    employ()
    owner, second = administrator(), administrator()
    facts = {"actor": owner, "channel": InboundChannel.PAGE, "preview": True}
    both = [bring(*leaving(15, first=first), **facts) for first in (2, 17)]
    run_jobs()
    assert [again(one).brakes for one in both] == [[], []]
    for one in both:
        imports.approve_import(people_import=again(one), actor=owner, at=timezone.now())
        run_jobs()

    held = again(both[1])

    assert (held.job.state, held.approved_by, active()) == ("needs_review", None, 45)
    with pytest.raises(reviewing.SecondPersonNeeded):
        imports.approve_import(people_import=held, actor=owner, at=timezone.now())
    imports.approve_import(people_import=held, actor=second, at=timezone.now())
    run_jobs()
    assert (again(held).job.state, active()) == ("done", 30)


def test_a_dry_run_tells_of_the_sum(client):
    employ()
    brought(*leaving(15))

    post(client, key("hr:bulk"), csv_of(*leaving(6, first=16)), query="?dry_run=true")
    run_jobs()

    assert newest().brakes == [{"code": "ends", "found": 21, "limit": 20}]
    assert (newest().job.state, active()) == ("done", 45)


def test_made_up_hires_do_not_lift_the_limit():
    employ()
    Person.objects.update(created_at=timezone.now() - timedelta(days=7))
    assert brought(*staff(1200, first=1000)).job.state == "done"

    held = brought(*leaving(21))

    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    assert held.plan["people"] == 60
