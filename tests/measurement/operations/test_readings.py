import csv
import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction

from core.charts import words
from core.ids import uuid7
from core.models import AuditEvent, Job
from measurement import claims
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.evaluating import packed, unpacked
from measurement.models import CaseSource, CaseSummary, Reading, ReadingInput, Recomputation
from measurement.operations.imports import save_source
from measurement.operations.readings import (
    ask_for_reading,
    enqueue_due,
    measure_redesign,
    recompute_reading,
    start_run,
)
from measurement.queries.known import due_at
from measurement.queries.waiting import waiting
from tests.factories.cases import NOW, imported, simulated
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import Review, sign, some_policy, workflow_below
from tests.factories.workflows import RedesignFactory
from tests.measurement.real_logs import PEPS, log, reference
from workflows.choices import RedesignState
from workflows.models import GoLive, Hypothesis, Redesign, Workflow
from workflows.operations import approval
from workflows.operations.go_live import go_live
from workflows.operations.stopping import resume_redesign, retire_redesign, suspend_redesign

pytestmark = pytest.mark.django_db

LIVE_AT = NOW - timedelta(weeks=24)


def went_live(
    *, at=LIVE_AT - timedelta(days=3), live_at=LIVE_AT, workflow=None, boss=None, **promised
):
    """A redesign of a simulated workflow: its promise was written down at ``at``."""
    boss = boss or PersonFactory()
    workflow = workflow or workflow_below(boss, is_simulated=True)
    some_policy()
    redesign = RedesignFactory(workflow=workflow)
    Hypothesis.objects.filter(revision__redesign=redesign).update(**promised)
    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=at)
    redesign = Redesign.objects.select_related("current_revision", "workflow").get(pk=redesign.pk)
    sign(Review(redesign=redesign, route=route, boss=boss), boss, at=at)
    go_live(redesign=redesign, actor=workflow.owner, at_instant=live_at, at=at)
    return Redesign.objects.select_related("workflow").get(pk=redesign.pk)


def measured(redesign, *, at=NOW, **options):
    return measure_redesign(redesign_id=redesign.pk, at=at, **options)


def test_primary_reading_is_taken_once_its_date_and_data_have_come():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    reading = measured(redesign)

    redesign.refresh_from_db()
    assert (reading.kind, reading.verdict, reading.grade) == (
        ReadingKind.PRIMARY,
        ReadingVerdict.IMPROVED,
        "B",
    )
    assert reading.low < 0.62 < reading.high
    assert reading.cutoff == GoLive.objects.get(redesign=redesign).reading_at
    assert redesign.state == RedesignState.MEASURED
    assert AuditEvent.objects.filter(verb="reading.taken").count() == 1


def test_a_second_run_takes_no_second_primary_reading():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))
    first = measured(redesign)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=1.5, seed=99, prefix="LATE"))

    assert measured(redesign) is None
    assert list(Reading.objects.values_list("pk", flat=True)) == [first.pk]


def test_an_early_reading_comes_six_weeks_after_the_washout():
    redesign = went_live()
    six_weeks = LIVE_AT + timedelta(days=14 + 42)
    content = simulated(go_live=LIVE_AT, effect=0.5, until=six_weeks + timedelta(days=2))
    imported(redesign.workflow, content, covers_to=six_weeks + timedelta(days=2))

    assert measured(redesign, at=six_weeks - timedelta(days=1)) is None
    reading = measured(redesign, at=six_weeks + timedelta(days=1))

    assert reading.kind == ReadingKind.EARLY
    assert reading.result["early"] is True
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.LIVE


def test_nothing_is_read_without_cases():
    redesign = went_live()

    assert measured(redesign, with_data_as_it_is=True) is None
    assert not Reading.objects.exists()


def test_late_data_put_a_reading_off_for_four_weeks_and_no_longer():
    redesign = went_live()
    until = LIVE_AT + timedelta(days=80)
    imported(
        redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6, until=until), covers_to=until
    )
    due = due_at(GoLive.objects.get(redesign=redesign), ReadingKind.PRIMARY)

    assert measured(redesign, at=due + timedelta(days=27)).kind == ReadingKind.EARLY
    reading = measured(redesign, at=due + timedelta(days=28))

    assert reading.kind == ReadingKind.PRIMARY
    assert reading.cutoff == until


def test_whoever_asks_gets_the_verdict_the_data_allow_now():
    redesign = went_live()
    until = LIVE_AT + timedelta(days=80)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, until=until), covers_to=until)
    due = due_at(GoLive.objects.get(redesign=redesign), ReadingKind.PRIMARY)

    reading = measured(redesign, at=due, with_data_as_it_is=True)

    assert (reading.kind, reading.cutoff) == (ReadingKind.PRIMARY, until)


def test_sustained_readings_follow_after_90_and_180_days():
    live_at = NOW - timedelta(weeks=46)
    redesign = went_live(at=live_at - timedelta(days=3), live_at=live_at)
    imported(redesign.workflow, simulated(go_live=live_at, effect=0.55))

    measured(redesign)

    kinds = list(Reading.objects.order_by("cutoff").values_list("kind", flat=True))
    assert kinds == [ReadingKind.PRIMARY, ReadingKind.DAY_90, ReadingKind.DAY_180]


def test_a_reading_recomputes_to_the_same_bytes():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.7))
    reading = measured(redesign)

    again = recompute_reading(reading_id=reading.pk, actor=redesign.workflow.owner, at=NOW)

    assert (again.is_same, again.code_version) == (True, reading.code_version)
    event = AuditEvent.objects.order_by("pk").last()
    assert (event.verb, event.actor) == ("reading.recomputed", redesign.workflow.owner)
    assert event.after == {
        "reading": str(reading.public_id),
        "same": True,
        "sha256": reading.result_sha256,
        "differs": [],
    }


def test_a_reading_whose_stored_figures_differ_is_found_out():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.7))
    reading = measured(redesign)
    right = reading.result_sha256
    reading.pk, reading.public_id = None, uuid7()
    reading.kind = ReadingKind.EARLY  # there is one primary reading, whoever writes it
    reading.code_version, reading.result_sha256 = "older", "0" * 64
    reading.save(force_insert=True)

    again = recompute_reading(reading_id=reading.pk, actor=None, at=NOW)

    assert (again.is_same, again.result_sha256) == (False, right)


ALTERED = {
    "result": {"result": {"verdict": "worse"}},
    "verdict": {"verdict": "worse"},
    "grade": {"grade": "C"},
    "ratio": {"ratio": 0.71},
    "low": {"low": 0.01},
    "high": {"high": 9.9},
    "design": {"design_sha256": "0" * 64},
}


@pytest.mark.parametrize("what", [*ALTERED, "input"])
def test_whatever_is_altered_behind_the_guard_is_found_out(what):
    """By the owner of the tables, who can switch the database's refusals off."""
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.7))
    reading = measured(redesign)
    with connection.cursor() as cursor:
        table = ReadingInput._meta.db_table if what == "input" else Reading._meta.db_table
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if what == "input":
            arrays = unpacked(bytes(reading.input.arrays))
            arrays["unused"] = np.zeros(1)
            ReadingInput.objects.update(arrays=packed(arrays))
        else:
            Reading.objects.filter(pk=reading.pk).update(**ALTERED[what])

    again = recompute_reading(reading_id=reading.pk, actor=None, at=NOW)

    assert (again.is_same, again.differs) == (False, [what])
    assert AuditEvent.objects.order_by("pk").last().after["differs"] == [what]


def test_what_came_of_recomputing_never_changes():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.7))
    again = recompute_reading(reading_id=measured(redesign).pk, actor=None, at=NOW)

    for act in (
        lambda: Recomputation.objects.update(code_version="another"),
        lambda: Recomputation.objects.all().delete(),
        lambda: Recomputation.objects.create(
            reading=again.reading, result_sha256="none", code_version="1", recomputed_at=NOW
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_post_hoc_go_live_waits_for_its_data_and_is_graded_c():
    redesign = went_live(at=NOW, live_at=LIVE_AT)
    assert measured(redesign) is None
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    reading = measured(redesign)

    assert (reading.post_hoc, reading.verdict, reading.grade) == (True, "improved", "C")


def test_refused_clocks_count_against_the_data_once_for_each_case():
    redesign = went_live()
    content = simulated(go_live=LIVE_AT, effect=0.6)
    bad = b"".join(
        b"X-%d,2026-07-0%dT10:00:00Z,2026-07-01T09:00:00Z,completed,,2026-07-01T09:00:00Z\n"
        % (i, 2 + i % 7)
        for i in range(60)
    )
    for _twice in range(2):
        imported(redesign.workflow, content + bad, skip_bad_rows=True)
        content += b"\n"

    reading = measured(redesign)

    assert reading.verdict == ReadingVerdict.REFUSED
    gate = reading.result["gates"]["G5"]
    total = redesign.workflow.cases.filter(
        started_at__gte=LIVE_AT - timedelta(days=364), started_at__lt=reading.cutoff
    ).count()
    assert gate["value"] == pytest.approx(60 / (60 + total), rel=0.01)


def test_readings_are_never_changed_and_never_deleted():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT))
    measured(redesign)

    for table in (Reading, ReadingInput):
        for statement in ("UPDATE {} SET {} = {}", "DELETE FROM {}"):
            column = "grade" if table is Reading else "cases"
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement.format(table._meta.db_table, column, column))


def test_asking_twice_queues_one_reading():
    redesign = went_live()
    Job.objects.all().delete()

    ask_for_reading(redesign=redesign, actor=None)
    ask_for_reading(redesign=redesign, actor=None)

    assert Job.objects.get().name == "measurement.measure_redesign"


def test_somebody_s_ask_is_not_swallowed_by_the_nightly_one():
    redesign = went_live()
    Job.objects.all().delete()
    ask_for_reading(redesign=redesign, actor=None)

    mine = ask_for_reading(redesign=redesign, actor=redesign.proposer)

    assert mine.args["with_data_as_it_is"] is True
    assert Job.objects.count() == 2


def test_an_import_asks_for_a_reading_of_what_is_live():
    redesign = went_live()
    RedesignFactory()
    Job.objects.all().delete()

    enqueue_due(workflow_id=redesign.workflow_id)

    assert [job.args["redesign_id"] for job in Job.objects.all()] == [redesign.pk]


def nightly(at=NOW):
    """The redesigns the ranges of a run would read."""
    run = start_run(at=at)
    jobs = Job.objects.filter(name="measurement.measure_range", args__run_id=run and run.pk)
    return [
        one.redesign_id
        for job in jobs.order_by("pk")
        for one in waiting(at=at, first=job.args["first"], last=job.args["last"])
    ]


def test_the_nightly_run_leaves_what_has_no_cases_or_is_not_live_yet():
    redesign = went_live()
    assert nightly() == []
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    assert nightly(at=LIVE_AT - timedelta(days=1)) == []
    assert nightly() == [redesign.pk]


def test_the_nightly_run_asks_for_a_final_reading_once_its_data_are_there():
    redesign = went_live()
    until = LIVE_AT + timedelta(days=80)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, until=until), covers_to=until)
    due = due_at(GoLive.objects.get(redesign=redesign), ReadingKind.PRIMARY)
    measured(redesign, at=due)
    CaseSummary.objects.update(refreshed_at=due)

    assert nightly(at=due + timedelta(days=27)) == []
    assert nightly(at=due + timedelta(days=28)) == [redesign.pk]
    measured(redesign, at=due + timedelta(days=28))
    assert nightly(at=due + timedelta(days=29)) == []
    assert nightly(at=due + timedelta(days=90 + 28)) == [redesign.pk]


def test_the_nightly_run_asks_for_an_early_reading_of_new_rows_alone():
    redesign = went_live()
    until = LIVE_AT + timedelta(days=70)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, until=until), covers_to=until)
    CaseSummary.objects.update(refreshed_at=until)
    assert nightly(at=LIVE_AT + timedelta(days=55)) == []
    assert nightly(at=until) == [redesign.pk]

    measured(redesign, at=until)

    assert nightly(at=until + timedelta(days=1)) == []
    CaseSummary.objects.update(refreshed_at=until + timedelta(hours=1))
    assert nightly(at=until + timedelta(days=1)) == [redesign.pk]


def test_the_nightly_run_marks_what_was_measured_before_its_suspension():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))
    measured(redesign)
    assert nightly() == []
    moved(suspend_redesign, redesign, at=NOW)
    moved(resume_redesign, redesign, at=NOW)

    assert nightly() == [redesign.pk]


@pytest.mark.parametrize(
    "off, told",
    [
        (
            {"placebo": False},
            ["The look for jumps between earlier quarters was switched off."],
        ),
        ({"drift_key": False}, ["The look for a trend before go-live was switched off."]),
    ],
)
def test_a_guard_switched_off_costs_the_grade_and_says_so(off, told):
    redesign = went_live(**off)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    reading = measured(redesign)

    assert {name: reading.design["design"][name] for name in off} == off
    assert (reading.verdict, reading.grade) == (ReadingVerdict.IMPROVED, "C")
    assert claims.why_not_better(reading) == ["There is no comparison workflow.", *told]


def test_the_python_log_reads_as_its_reference_says():
    """The whole way from the file to the stored verdict, with the reference's windows."""
    expected = reference(PEPS)
    redesign = went_live(
        at=NOW,
        live_at=datetime(2019, 2, 4, tzinfo=UTC),
        before_days=2555,
        washout_days=0,
        after_days=None,
        drift_key=False,
    )
    imported(
        redesign.workflow,
        log("python_peps_decision_cases.csv.gz"),
        name="peps.csv.gz",
        covers_to=datetime(2026, 8, 22, tzinfo=UTC),
    )

    reading = measured(redesign)

    assert reading.verdict == expected["verdict"]
    assert reading.grade == expected["grade"]
    assert reading.ratio == pytest.approx(expected["ratio"], rel=1e-5)
    assert reading.low == pytest.approx(expected["low"], rel=1e-5)
    assert reading.high == pytest.approx(expected["high"], rel=1e-5)
    assert reading.result["n_before"] == expected["n_before"]
    assert reading.result["done_after"] == expected["done_after"]


def test_a_comparison_workflow_gives_grade_a():
    other = workflow_below(PersonFactory())
    imported(other, simulated(go_live=LIVE_AT, seed=77, prefix="OTHER"))
    redesign = went_live(comparison=other)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    reading = measured(redesign)

    assert (reading.verdict, reading.grade, reading.result["compared"]) == ("improved", "A", True)
    assert recompute_reading(reading_id=reading.pk, actor=None, at=NOW).is_same


# --- out of use ------------------------------------------------------------------------------------
def moved(operation, redesign, *, at):
    redesign.refresh_from_db()
    return operation(
        redesign=redesign,
        actor=redesign.workflow.owner,
        reason="Wrong twice",
        row_version=redesign.row_version,
        at=at,
    )


def test_nothing_is_read_while_suspended_and_the_registered_date_after():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))
    moved(suspend_redesign, redesign, at=LIVE_AT + timedelta(days=70))

    assert measured(redesign) is None
    assert nightly() == []
    moved(resume_redesign, redesign, at=NOW)
    reading = measured(redesign)

    assert reading.kind == ReadingKind.PRIMARY
    assert reading.cutoff == GoLive.objects.get(redesign=redesign).reading_at


def test_what_was_measured_is_so_again_after_a_suspension():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))
    measured(redesign)
    moved(suspend_redesign, redesign, at=NOW)
    moved(resume_redesign, redesign, at=NOW)
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.LIVE

    measured(redesign)

    redesign.refresh_from_db()
    assert redesign.state == RedesignState.MEASURED
    assert Reading.objects.count() == 1


LONG_AGO = NOW - timedelta(weeks=50)


def went_long_ago(**promised):
    """Every final reading could be taken by now."""
    redesign = went_live(at=LONG_AGO - timedelta(days=3), live_at=LONG_AGO, **promised)
    imported(redesign.workflow, simulated(go_live=LONG_AGO, effect=0.6))
    return redesign


@pytest.mark.parametrize("days, kinds", [(-1, []), (0, ["primary"]), (89, ["primary"])])
def test_what_ended_is_read_for_the_dates_before_its_end_alone(days, kinds):
    redesign = went_long_ago()
    due = due_at(GoLive.objects.get(redesign=redesign), ReadingKind.PRIMARY)
    moved(retire_redesign, redesign, at=due + timedelta(days=days))

    measured(redesign)

    assert list(Reading.objects.values_list("kind", flat=True)) == kinds
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.RETIRED


def test_the_nightly_run_leaves_what_ended_long_ago():
    redesign = went_live()
    until = LIVE_AT + timedelta(days=100)  # never far enough: the grace decides
    imported(redesign.workflow, simulated(go_live=LIVE_AT, until=until), covers_to=until)
    moved(retire_redesign, redesign, at=NOW)

    assert nightly(at=NOW + timedelta(days=34)) == [redesign.pk]
    assert nightly(at=NOW + timedelta(days=36)) == []


def test_an_open_end_is_read_to_the_end_of_its_use():
    redesign = went_long_ago(after_days=None)
    ended = LONG_AGO + timedelta(days=200)
    moved(retire_redesign, redesign, at=ended)

    assert measured(redesign).cutoff == ended


# --- since when data are complete --------------------------------------------------------------------
def test_data_that_begin_late_are_not_taken_for_a_year_without_work():
    redesign = went_live()
    content = simulated(go_live=LIVE_AT, effect=0.6, weeks_before=17)
    imported(redesign.workflow, content)

    reading = measured(redesign)

    first = redesign.workflow.cases.order_by("started_at").first().started_at
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    assert (reading.design["data_from"], reading.design["data_from_first_case"]) == (
        midnight.timestamp(),
        True,
    )
    assert reading.verdict == ReadingVerdict.IMPROVED
    assert reading.result["gates"]["G8"]["value"] == pytest.approx(1, abs=0.25)
    assert "taken from the first case" in claims.data_from(reading)


def test_what_the_source_says_wins_over_its_first_case():
    redesign = went_live()
    said = LIVE_AT - timedelta(weeks=30)
    imported(redesign.workflow, simulated(go_live=LIVE_AT), data_from=said)

    reading = measured(redesign)

    assert reading.design["data_from"] == said.timestamp()
    assert reading.design["data_from_first_case"] is False
    assert "first case" not in claims.data_from(reading)


def test_two_workflows_are_compared_where_the_data_of_both_have_begun():
    other = workflow_below(PersonFactory())
    imported(other, simulated(go_live=LIVE_AT, seed=77, prefix="OTHER", weeks_before=30))
    redesign = went_live(comparison=other)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    reading = measured(redesign)

    first = other.cases.order_by("started_at").first().started_at
    assert reading.design["data_from"] == first.timestamp() // 86_400 * 86_400
    assert (reading.verdict, reading.grade) == ("improved", "A")


def test_cases_that_all_start_after_go_live_give_no_verdict_and_no_error():
    redesign = went_live()
    content = simulated(go_live=LIVE_AT, weeks_before=-2)
    imported(redesign.workflow, content)

    assert measured(redesign).verdict in {
        ReadingVerdict.INSUFFICIENT_EVIDENCE,
        ReadingVerdict.REFUSED,
    }


# --- what is registered -----------------------------------------------------------------------------
BEGIN = LIVE_AT - timedelta(weeks=50)


def with_source_at_go_live():
    """A redesign whose cases before go-live were in when it went live."""
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    imported(workflow, simulated(go_live=LIVE_AT, effect=0.6), data_from=BEGIN)
    return went_live(workflow=workflow, boss=boss)


def changed_source(redesign, **facts):
    source = CaseSource.objects.get(workflow=redesign.workflow)
    save_source(source=source, actor=redesign.workflow.owner, **facts)


def test_go_live_locks_what_the_source_said():
    row = GoLive.objects.get(redesign=with_source_at_go_live())

    assert (row.data_from, row.completed_only, row.horizon_days) == (BEGIN, False, None)
    assert row.picked_because_slow is False


@pytest.mark.parametrize(
    "facts, told",
    [
        ({"data_from": LIVE_AT - timedelta(weeks=40)}, ["data_from"]),
        ({"data_from": None}, ["data_from"]),
        ({"completed_only": True, "horizon_days": 20}, ["completed_only", "horizon_days"]),
    ],
)
@pytest.mark.parametrize("first", ["cases", "go-live"])
def test_a_source_changed_after_it_was_registered_makes_the_reading_post_hoc(facts, told, first):
    if first == "cases":
        redesign = with_source_at_go_live()
    else:
        redesign = went_live()
        imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6), data_from=BEGIN)
    changed_source(redesign, **facts)

    reading = measured(redesign)

    assert (reading.post_hoc, reading.grade) == (True, "C")
    assert reading.design["changed_since_go_live"] == told
    assert claims.post_hoc(reading) == [claims.CHANGED[name] for name in told]
    assert str(claims.CHANGED[told[0]]) in claims.caution(reading)
    assert recompute_reading(reading_id=reading.pk, actor=None, at=NOW).is_same


@pytest.mark.parametrize("first", ["cases", "go-live"])
def test_a_source_as_registered_leaves_the_reading_registered(first):
    if first == "cases":
        redesign = with_source_at_go_live()
    else:
        redesign = went_live()
        imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6), data_from=BEGIN)
    changed_source(redesign, data_from=None)
    changed_source(redesign, data_from=BEGIN, zone="Europe/Berlin")

    reading = measured(redesign)

    assert (reading.post_hoc, reading.grade) == (False, "B")


def as_log(content):
    """The cases as events: received, and released where they ended."""
    lines = ["case_id,activity,at"]
    for row in csv.DictReader(io.StringIO(content.decode())):
        lines.append(f"{row['case_id']},Receive,{row['started_at']}")
        if row["completed_at"]:
            lines.append(f"{row['case_id']},Release,{row['completed_at']}")
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    "changed, told",
    [({}, []), ({"zone": "UTC"}, []), ({"start_activities": ["Receive"]}, ["steps"])],
)
def test_other_steps_that_begin_or_end_a_case_make_the_reading_post_hoc(changed, told):
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    log = as_log(simulated(go_live=LIVE_AT, effect=0.6))
    imported(workflow, log, data_from=BEGIN, layout="events", end_activities=["Release"])
    redesign = went_live(workflow=workflow, boss=boss)
    changed_source(redesign, **changed)

    reading = measured(redesign)

    assert reading.design.get("changed_since_go_live", []) == told
    assert reading.post_hoc is bool(told)
    assert claims.post_hoc(reading) == [claims.CHANGED[name] for name in told]


def test_a_workflow_no_longer_called_slow_makes_the_reading_post_hoc():
    redesign = went_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))
    Workflow.objects.filter(pk=redesign.workflow_id).update(picked_because_slow=True)

    assert measured(redesign).design["changed_since_go_live"] == ["picked_because_slow"]


def test_the_comparison_s_source_is_registered_too():
    other = workflow_below(PersonFactory())
    imported(other, simulated(go_live=LIVE_AT, seed=77, prefix="OTHER"), data_from=BEGIN)
    redesign = went_live(comparison=other)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))
    source = CaseSource.objects.get(workflow=other)
    save_source(source=source, actor=other.owner, data_from=BEGIN + timedelta(weeks=9))

    reading = measured(redesign)

    assert reading.design["changed_since_go_live"] == ["comparison_data_from"]
    assert reading.grade == "C"


@pytest.mark.parametrize(
    "spoil, gate",
    [
        (lambda row: f"LOST-{row[0]},2026-05-02T08:00:00Z,2026-05-01T08:00:00Z,completed,,", "G5"),
        (",".join, "G9"),
    ],
)
def test_what_was_delivered_of_the_comparison_is_judged_as_well(spoil, gate):
    other = workflow_below(PersonFactory())
    head, *rows = simulated(go_live=LIVE_AT, seed=77, prefix="OTHER").decode().splitlines()
    more = [spoil(row.split(",")) for row in rows[: len(rows) // 10]]
    imported(other, "\n".join([head, *rows, *more]).encode(), skip_bad_rows=True)
    redesign = went_live(comparison=other)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6))

    reading = measured(redesign)

    assert reading.result["compared"] is True
    assert reading.result["gates"][gate]["passed"] is False
    assert reading.verdict == ReadingVerdict.REFUSED


# --- several dates at once, and the comparison ------------------------------------------------------
def test_asking_takes_the_verdict_alone_and_leaves_the_later_readings_their_data():
    redesign = went_live(at=LONG_AGO - timedelta(days=3), live_at=LONG_AGO)
    until = LONG_AGO + timedelta(days=80)
    imported(redesign.workflow, simulated(go_live=LONG_AGO, until=until), covers_to=until)
    due = due_at(GoLive.objects.get(redesign=redesign), ReadingKind.DAY_180)

    measured(redesign, at=due, with_data_as_it_is=True)

    kinds = list(Reading.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [ReadingKind.PRIMARY, ReadingKind.DAY_90]  # the grace of the second is over


def compared(*, other_until=NOW, effect=0.6):
    boss = PersonFactory()
    other = workflow_below(boss, is_simulated=True)
    content = simulated(go_live=LIVE_AT, seed=77, prefix="OTHER", until=other_until)
    imported(other, content, covers_to=other_until)
    redesign = went_live(comparison=other)
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=effect))
    return redesign, other, boss


def test_a_reading_waits_for_the_comparison_s_data_and_goes_no_further_than_they_do():
    until = LIVE_AT + timedelta(days=80)
    redesign, *_other = compared(other_until=until)
    due = due_at(GoLive.objects.get(redesign=redesign), ReadingKind.PRIMARY)

    early = measured(redesign, at=due + timedelta(days=27))
    reading = measured(redesign, at=due + timedelta(days=28))

    assert (early.kind, reading.kind) == (ReadingKind.EARLY, ReadingKind.PRIMARY)
    assert early.cutoff == reading.cutoff == until


def test_a_comparison_that_never_delivers_cannot_put_the_verdict_off():
    redesign, *_other = compared(other_until=LIVE_AT - timedelta(days=1))
    live = GoLive.objects.get(redesign=redesign)
    due = due_at(live, ReadingKind.PRIMARY)

    assert measured(redesign, at=due) is None
    reading = measured(redesign, at=due + timedelta(days=28))

    assert (reading.kind, reading.cutoff) == (ReadingKind.PRIMARY, live.reading_at)
    assert reading.verdict in {ReadingVerdict.INSUFFICIENT_EVIDENCE, ReadingVerdict.REFUSED}


@pytest.mark.parametrize(
    "days, used",
    [(-364, False), (0, False), (100, False), (-365, True), (130, True)],
)
def test_a_comparison_that_is_redesigned_itself_is_dropped(days, used):
    redesign, other, boss = compared()
    moved_at = LIVE_AT + timedelta(days=days)
    went_live(workflow=other, boss=boss, live_at=moved_at, at=moved_at - timedelta(days=1))

    reading = measured(redesign)

    assert reading.result["compared"] is used
    assert reading.grade == ("A" if used else "C")
    told = claims.comparison_dropped(reading)
    assert bool(told) is not used
    if not used:
        assert claims.why_not_better(reading)[0] == claims.caution(reading) == told
        assert words.day(moved_at) in told
        assert reading.verdict == ReadingVerdict.IMPROVED
    assert recompute_reading(reading_id=reading.pk, actor=None, at=NOW).is_same
