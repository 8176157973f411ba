"""A night's measuring: many redesigns at once, cut into ranges that may be run twice."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.jobs import run_waiting
from core.models import AuditEvent, Job
from measurement.models import CaseSummary, MeasuringRun, Reading
from measurement.operations.readings import (
    measure_range,
    measure_redesign,
    measure_redesigns,
    measuring,
    start_run,
)
from measurement.operations.readings.ranges import cut
from measurement.queries.runs import newest_run
from measurement.queries.waiting import Waiting
from tests.factories.cases import NOW, imported, simulated
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live, workflow_below
from workflows.choices import RedesignState
from workflows.models import Guardrail, Hypothesis, Redesign

pytestmark = pytest.mark.django_db
LIVE_AT = NOW - timedelta(weeks=24)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def went_live(number, **promised):
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    at = LIVE_AT - timedelta(days=3)
    redesign = live(at=at, live_at=LIVE_AT, boss=boss, workflow=workflow).redesign
    content = simulated(go_live=LIVE_AT, effect=0.6, seed=number, prefix=f"W{number}")
    imported(workflow, content)
    return redesign


def told_of(readings):
    return {
        (one.redesign_id, one.kind): (
            one.result_sha256,
            one.design_sha256,
            one.input_id,
            one.chart,
            one.verdict,
            one.cutoff,
        )
        for one in readings
    }


def test_many_at_once_are_read_as_each_by_itself():
    redesigns = [went_live(number) for number in (3, 4)]
    alone = {}
    for redesign in redesigns:
        with transaction.atomic():
            alone |= told_of([measure_redesign(redesign_id=redesign.pk, at=NOW)])
            transaction.set_rollback(True)
    assert not Reading.objects.exists()

    measure_redesigns(redesign_ids=[one.pk for one in redesigns], at=NOW)

    assert told_of(Reading.objects.all()) == alone
    states = Redesign.objects.filter(pk__in=[one.pk for one in redesigns])
    assert set(states.values_list("state", flat=True)) == {RedesignState.MEASURED}
    moved = AuditEvent.objects.filter(verb="redesign.measured")
    assert [(one.before, one.after) for one in moved] == [
        ({"state": "live"}, {"state": "measured"})
    ] * 2


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    redesigns = [went_live(number) for number in (3, 4, 5)]
    with transaction.atomic():
        with CaptureQueriesContext(connection) as few:
            measure_redesigns(redesign_ids=[redesigns[0].pk], at=NOW)
        transaction.set_rollback(True)

    with django_assert_num_queries(len(few)):
        measure_redesigns(redesign_ids=[one.pk for one in redesigns], at=NOW)


def test_a_run_reads_what_is_due_and_says_how_far_it_is():
    redesigns = [went_live(number) for number in (3, 4)]
    Job.objects.update(state="cancelled", finished_at=NOW, lease_until=None)
    run = start_run(at=NOW)
    assert (run.workflows, run.redesigns, run.ranges) == (2, 2, 1)
    begun = newest_run()
    assert (begun.is_open, begun.done, begun.read) == (True, 0, 0)

    run_waiting()

    assert set(Reading.objects.values_list("redesign", flat=True)) == {
        redesign.pk for redesign in redesigns
    }
    ended = newest_run()
    assert (ended.is_open, ended.done, ended.failed) == (False, 1, 0)
    assert (ended.read, ended.taken, ended.left) == (2, 2, 0)


def test_a_range_that_is_run_twice_reads_once():
    went_live(3)
    run = start_run(at=NOW)
    args = Job.objects.get(name="measurement.measure_range").args

    assert measure_range(**args) == 1
    assert measure_range(**args) == 0
    assert Reading.objects.count() == 1
    assert start_run(at=NOW) is None
    assert MeasuringRun.objects.get() == run


def test_only_workflows_with_new_rows_are_touched(monkeypatch):
    """Before the reading's date: early readings of the one whose rows are new alone."""
    until = LIVE_AT + timedelta(days=70)
    redesigns = []
    for number in (3, 4):
        boss = PersonFactory()
        workflow = workflow_below(boss, is_simulated=True)
        at = LIVE_AT - timedelta(days=3)
        redesigns.append(live(at=at, live_at=LIVE_AT, boss=boss, workflow=workflow).redesign)
        content = simulated(go_live=LIVE_AT, until=until, seed=number, prefix=f"W{number}")
        imported(workflow, content, covers_to=until)
    CaseSummary.objects.update(refreshed_at=until)
    measure_redesigns(redesign_ids=[one.pk for one in redesigns], at=until)
    later = until + timedelta(days=1)
    assert start_run(at=later) is None
    CaseSummary.objects.filter(workflow=redesigns[1].workflow).update(refreshed_at=later)
    read = []
    gathered = measuring.gathered

    def watched(due):
        found = gathered(due)
        read.extend(found.cases)
        return found

    monkeypatch.setattr(measuring, "gathered", watched)
    run = start_run(at=later)
    measure_range(**Job.objects.filter(args__run_id=run.pk).get().args)

    assert read == [redesigns[1].workflow_id]


def test_one_that_cannot_be_evaluated_costs_the_others_nothing(monkeypatch):
    good, bad = went_live(3), went_live(4)
    Job.objects.update(state="cancelled", finished_at=NOW, lease_until=None)
    evaluated = measuring.evaluated

    def fails_for_one(call, arrays, calendar):
        if len(arrays["start"]) == bad.workflow.cases.count() and bad_start in arrays["start"]:
            raise ValueError("outside the calendar")
        return evaluated(call, arrays, calendar)

    bad_start = bad.workflow.cases.order_by("case_id").first().started_at.timestamp()
    monkeypatch.setattr(measuring, "evaluated", fails_for_one)
    run = start_run(at=NOW)
    measure_range(**Job.objects.get(args__run_id=run.pk).args)

    assert list(Reading.objects.values_list("redesign", flat=True)) == [good.pk]
    alone = Job.objects.get(name="measurement.measure_redesign", state="queued")
    assert alone.args["redesign_id"] == bad.pk
    with pytest.raises(ValueError, match="outside"):
        measure_redesign(redesign_id=bad.pk, at=NOW)


def test_a_value_that_is_no_number_is_left_to_a_job_of_its_own():
    good, bad = went_live(3), went_live(4)
    hypothesis = Hypothesis.objects.get(revision__redesign=bad)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE workflows_guardrail DISABLE TRIGGER USER")
        Guardrail.objects.create(
            hypothesis=hypothesis, position=1, name="Rework", field="rework", kind="share",
            margin="0.05", worse="higher",
        )  # fmt: skip
    bad.workflow.cases.update(fields={"rework": "often"})
    Job.objects.update(state="cancelled", finished_at=NOW, lease_until=None)
    run = start_run(at=NOW)

    assert measure_range(**Job.objects.get(args__run_id=run.pk).args) == 0
    left = Job.objects.filter(name="measurement.measure_redesign", state="queued")
    assert {job.args["redesign_id"] for job in left} == {good.pk, bad.pk}


def test_ranges_keep_a_workflow_whole_and_within_their_size():
    found = [
        Waiting(number, workflow, "", cases)
        for number, (workflow, cases) in enumerate([(1, 60), (1, 60), (2, 60), (3, 30), (4, 500)])
    ]

    parts = [[one.workflow_id for one in part] for part in cut(found, cases=100, workflows=9)]

    assert parts == [[1, 1], [2, 3], [4]]
    assert [len(part) for part in cut(found, cases=10**9, workflows=2)] == [3, 2]
