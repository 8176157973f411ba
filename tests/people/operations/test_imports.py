"""Workers of a file of people: one that is killed, and two at one job."""

import os
import signal
from threading import Event
from time import monotonic, sleep

import pytest
from django.db import connections

from core.jobs.sending import free_abandoned
from core.models import AuditEvent
from people import tasks
from people.choices import ImportMode, InboundChannel
from people.models import ChangeLog, Person
from people.operations import imports
from people.operations.imports import running, staging
from tests.factories.people import OrgUnitFactory
from tests.people.hr import counts, file_of, newest, run_jobs, staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    OrgUnitFactory(code="QA")


def bring(*rows, mode):
    return imports.receive_people(
        upload=file_of(*rows), actor=None, channel=InboundChannel.COMMAND, mode=mode
    )


def work(people_import):
    job = people_import.job
    tasks.import_people(str(job.public_id), **job.args)


def here(**facts):
    return Person.objects.filter(source_id__startswith="W-", **facts).count()


def killed_after(module, name, calls, people_import):
    """A worker's process that dies by kill -9 inside the transaction of its last call of ``name``."""
    connections.close_all()  # a child has its own: two processes on one session confuse it
    child = os.fork()
    if not child:
        try:
            _die_after(module, name, calls)
            work(people_import)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _die_after(module, name, calls):
    done, left = getattr(module, name), iter(range(calls - 1, -1, -1))

    def dies(*args, **kwargs):
        answer = done(*args, **kwargs)
        if not next(left):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(module, name, dies)


def freed(seconds=10):
    """The server sees at once that the other end of a session is gone, and undoes its work."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if free_abandoned() == (1, 0):
            return True
        sleep(0.02)
    return False


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(
    "module, name, calls, people",
    [(staging, "mark", 1, 4), (staging, "say", 3, 12), (running, "end_people", 1, 24)],
    ids=["reading", "applying", "ending"],
)
def test_an_import_killed_anywhere_goes_on_and_doubles_nothing(
    monkeypatch, module, name, calls, people
):
    bring(*staff(4, first=21), mode=ImportMode.DELTA)
    run_jobs()
    monkeypatch.setattr(staging, "SLICE_PEOPLE", 4)
    full = bring(*staff(20), mode=ImportMode.FULL)

    killed_after(module, name, calls, full)

    assert freed()
    assert (here(), here(is_active=True)) == (people, people)
    run_jobs()
    done = newest()
    assert (counts(done), done.rows_ended) == (("done", 20, 20, 0, 0, 0), 4)
    assert (here(), here(is_active=True)) == (24, 20)
    log = ChangeLog.objects
    assert log.filter(attribute="unit").count() == 24
    assert log.filter(attribute="active", value="false").count() == 4
    verbs = list(AuditEvent.objects.values_list("verb", flat=True))
    told = [verbs.count(f"person.{verb}") for verb in ("created", "left")]
    assert (told, verbs.count("people.imported")) == ([24, 4], 2)


def test_two_workers_at_one_import_do_it_once(run_together, monkeypatch):
    received = bring(*staff(30), mode=ImportMode.DELTA)
    mark, at_work, gave_up = staging.mark, Event(), Event()

    def takes_its_time(import_id):
        at_work.set()
        gave_up.wait(5)
        mark(import_id)

    def second():
        at_work.wait(5)
        work(received)
        gave_up.set()
        return here()

    monkeypatch.setattr(staging, "mark", takes_its_time)
    outcomes = run_together(lambda: work(received), second)

    assert outcomes == [None, 0]
    done = newest()
    assert (counts(done), done.job.attempts) == (("done", 30, 30, 0, 0, 0), 1)
    assert ChangeLog.objects.filter(attribute="unit").count() == 30


@pytest.mark.parametrize("asked", ["hold_inbound", "ended_lately"])
def test_a_file_given_up_while_it_is_compared_ends_nobody(monkeypatch, asked):
    bring(*staff(40), mode=ImportMode.DELTA)
    run_jobs()
    one = bring(*staff(40), mode=ImportMode.FULL)
    done, left = getattr(running, asked), [True]

    def gives_up(*args, **kwargs):
        if left:  # as if the other one's transaction had ended just before
            left.clear()
            imports.cancel_import(people_import=one, actor=None)
        return done(*args, **kwargs)

    monkeypatch.setattr(running, asked, gives_up)

    work(one)

    assert here(is_active=True) == 40
    assert newest().job.state != "done"
