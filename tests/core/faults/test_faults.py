"""Kills, floods and silences: no job is lost, none is done twice, and pages go on."""

import json
import os
import random
import time
from itertools import cycle

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from core.choices import JobState
from core.jobs import enqueue
from core.models import Job, PeriodicRun
from core.tokens import create_token
from measurement.models import Case
from tests.core.faults.portal import Outcome, Visitor, at_work, until
from tests.factories.workflows import WorkflowFactory

SEED = 20261127
AWAY_SECONDS = 20 if os.environ.get("PORTAL_FAULTS_FULL") == "1" else 4
SLOWEST_PAGE = 1.5
SLOWER_THAN_QUIET = 1.0  # on a computer so busy that a quiet page comes near the bound by itself


def ask(count, name="tests.leave_mark", **arguments):
    with transaction.atomic():
        for _number in range(count):
            enqueue(name, **arguments)
    return Outcome(name)


def wait_for(outcome, portal, *, done, seconds=40):
    def is_done():
        portal.check()
        return outcome.done_now() >= done

    until(
        is_done,
        seconds,
        lambda: f"{done} done; states are {outcome.look().states()}\n{portal.logs()}",
    )
    outcome.look()


def test_killed_workers_lose_and_double_nothing(portal, figures):
    chance = random.Random(SEED)  # noqa: S311 the same kills each time
    marks = ask(200, milliseconds=25)
    moments = sorted(chance.sample(range(5, 190), 10))
    # A machine's end, or one process of the pool.
    whole = set(chance.sample(moments, 3))
    for moment in moments:
        wait_for(marks, portal, done=moment)
        until(
            lambda: at_work("worker"), 20, lambda: f"idle: {marks.look().states()} {portal.logs()}"
        )
        if moment in whole:
            portal.kill("worker")
            portal.restart("worker")
        else:
            portal.kill_a_child(chance)
    last_kill = time.monotonic()
    wait_for(marks, portal, done=200)

    hit = sum(job.attempts > 1 for job in marks.jobs.values())
    figures(
        kills=len(moments), of_the_whole_worker=len(whole), jobs=200, interrupted=hit,
        done=marks.done, lost=marks.lost, doubled=marks.doubled,
        seconds_from_last_kill=round(time.monotonic() - last_kill, 1),
    )  # fmt: skip
    assert (marks.done, marks.lost, marks.doubled) == (200, 0, 0)
    assert hit > 0  # the kills met work


def test_emptied_and_restarted_redis_loses_nothing(portal, figures):
    marks = ask(60, milliseconds=20)
    wait_for(marks, portal, done=10)
    portal.redis.empty()
    wait_for(marks, portal, done=25)
    portal.redis.stop()
    portal.redis.start()
    wait_for(marks, portal, done=60)

    figures(jobs=60, done=marks.done, lost=marks.lost, doubled=marks.doubled)
    assert (marks.done, marks.lost, marks.doubled) == (60, 0, 0)


@pytest.fixture
def workflow():
    return WorkflowFactory()


@pytest.fixture
def owner(portal, workflow):
    client = Client()
    client.force_login(workflow.owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    return Visitor(portal, cookies={name: client.cookies[name].value})


@pytest.fixture
def feed(portal):
    return Visitor(portal, token=create_token(name="feed", scopes=["cases:write"])[1])


def save(owner, feed, workflow, numbers):
    """Files by the form and rows by machine, in turn."""
    for number in numbers:
        row = {
            "case_id": f"C-{number}",
            "started_at": "2026-01-05T08:00:00Z",
            "completed_at": "2026-01-07T08:00:00Z",
        }
        if number % 2:
            status, text = feed.post(
                f"/api/v1/workflows/{workflow.slug}/cases", json.dumps(row), "application/json"
            )
            assert status == 202, text
        else:
            content = "\n".join([",".join(row), ",".join(row.values()), ""])
            status, text = owner.bring(workflow, content)
            assert status == 302, text


def bound(owner, feed, workflow, pages):
    """What the slowest answer may take, from the same pages with Redis there; forgets those."""
    save(owner, feed, workflow, (-2, -1))
    for page in pages:
        owner.get(page)
    quiet = max(owner.slowest, feed.slowest)
    for visitor in (owner, feed):
        visitor.slowest = visitor.answers = 0
    return max(SLOWEST_PAGE, quiet + SLOWER_THAN_QUIET)


def test_saves_go_on_while_redis_is_away(portal, owner, feed, workflow, figures):
    addresses = ["/", f"/workflows/{workflow.public_id}/cases/", "/readyz"]
    allowed, pages = bound(owner, feed, workflow, addresses), cycle(addresses)
    imports = Outcome("measurement.import_cases")
    wait_for(imports, portal, done=2)
    portal.redis.stop()
    back_at = time.monotonic() + AWAY_SECONDS
    try:
        save(owner, feed, workflow, range(50))
        while time.monotonic() < back_at:
            assert owner.get(next(pages))[0] == 200
    finally:
        portal.redis.start()
    returned = time.monotonic()
    assert len(imports.look().jobs) == 52
    wait_for(imports, portal, done=52, seconds=60)

    slowest = max(owner.slowest, feed.slowest)
    figures(
        away_seconds=AWAY_SECONDS, saves=50, pages=owner.answers + feed.answers - 50,
        slowest_answer=round(slowest, 2), done=imports.done - 2, cases=Case.objects.count() - 2,
        seconds_after_return=round(time.monotonic() - returned, 1),
    )  # fmt: skip
    assert slowest < allowed
    assert sorted(Case.objects.values_list("case_id", flat=True)) == sorted(
        f"C-{number}" for number in range(-2, 50)
    )


def test_pages_answer_while_redis_hangs(portal, owner, feed, workflow, figures):
    pages = ["/", "/workflows/", "/account/login/", f"/workflows/{workflow.public_id}/cases/"]
    allowed = bound(owner, feed, workflow, pages)
    portal.redis.hang()
    try:
        save(owner, feed, workflow, range(6))
        assert {owner.get(page)[0] for page in pages * 3} <= {200, 302}
        status, text = owner.get("/readyz")
    finally:
        portal.redis.resume()
    imports = Outcome("measurement.import_cases")
    wait_for(imports, portal, done=8, seconds=60)

    slowest = max(owner.slowest, feed.slowest)
    figures(answers=owner.answers + feed.answers, slowest_answer=round(slowest, 2))
    assert slowest < allowed
    told = json.loads(text)
    assert (status, told["status"], told["redis"]) == (200, "degraded", "away")
    assert Case.objects.count() == 8


def test_poison_fails_after_three_attempts_and_holds_nobody_up(portal, figures):
    with transaction.atomic():
        enqueue("tests.poison")
        for _number in range(30):
            enqueue("tests.leave_mark", milliseconds=10)
    poison, others = Outcome("tests.poison"), Outcome("tests.leave_mark")
    wait_for(others, portal, done=30)
    until(poison.all_ended_now, 40, portal.logs)

    (job,) = poison.look().jobs.values()
    waited = max(other.finished_at - other.created_at for other in others.jobs.values())
    took = (job.finished_at - job.created_at).total_seconds()
    figures(attempts=job.attempts, failed_after=round(took, 1), others=30,
            longest_other=round(waited.total_seconds(), 1))  # fmt: skip
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert job.last_error == "The process doing this stopped before it was done."
    assert poison.marks() == []  # it wrote before it died
    assert waited.total_seconds() < 10
    assert (others.lost, others.doubled) == (0, 0)


def test_two_of_each_double_nothing(portal, figures):
    for name in ("worker-2", "relay-2", "scheduler-2"):
        portal.restart(name)
    marks = ask(150, milliseconds=10)
    wait_for(marks, portal, done=50)
    portal.kill("scheduler")
    portal.kill("relay")
    until(lambda: PeriodicRun.objects.filter(name="tests.tick").exists(), 30, portal.logs)
    before = PeriodicRun.objects.filter(name="tests.tick").latest("slot").slot
    wait_for(marks, portal, done=150)
    # The second scheduler has taken over.
    ticks = PeriodicRun.objects.filter(name="tests.tick")
    until(lambda: ticks.filter(slot__gt=before).count() >= 2, 30, portal.logs)
    done = Outcome("tests.tick")
    wait_for(done, portal, done=2)

    runs = Job.objects.filter(name="tests.tick").count()
    figures(jobs=150, done=marks.done, lost=marks.lost, doubled=marks.doubled,
            slots=ticks.count(), asked=runs, ticks_doubled=done.doubled)  # fmt: skip
    assert (marks.done, marks.lost, marks.doubled) == (150, 0, 0)
    assert {job.attempts for job in marks.jobs.values()} == {1}
    assert runs <= ticks.count()
    assert done.doubled == 0
