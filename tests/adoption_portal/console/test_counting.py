"""What a count writes down, and what it never does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from adoption_portal.console.models import (
    ReadingRow,
    ScopeFigures,
    Snapshot,
    TrustRow,
    WorkflowRow,
)
from adoption_portal.console.operations import counting
from surveys.models import Instrument
from tests.adoption_portal.console import scene as scenes
from tests.factories.cases import NOW
from tests.factories.measurement import reading_of
from tests.factories.surveys import released
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from workflows.operations.workflows import retire_workflow

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return scenes.build()


def test_an_empty_portal_is_counted_too():
    snapshot = scenes.counted()
    assert snapshot.data_to is None
    assert list(snapshot.figures.values_list("kind", "people")) == [("all", None)]
    assert WorkflowRow.objects.count() == 0


def test_a_workflow_stands_on_every_bar_it_has_reached(scene):
    logged = WorkflowFactory(unit=scene.units["Supply"])
    drafted = RedesignFactory(workflow=WorkflowFactory(unit=scene.units["Supply"])).workflow
    (review,) = scenes.waiting(scene)
    improved, other = scenes.worked(scene)

    scenes.counted()

    rows = {row.workflow_id: row for row in WorkflowRow.objects.all()}
    assert rows[logged.pk].stage == rows[drafted.pk].stage == 1
    assert (rows[review.workflow_id].stage, rows[review.workflow_id].signed_at) == (2, None)
    for redesign in (improved, other):
        row = rows[redesign.workflow_id]
        assert (row.stage, row.changed_at, row.sustained_at) == (5, NOW, None)
        assert row.live_at == redesign.go_live.at
    assert rows[logged.pk].top_unit_id == scene.units["Supply"].pk


def test_verdicts_that_say_nothing_leave_the_workflow_live(scene):
    (lacks,) = scenes.worked(scene, count=1, verdict="insufficient_evidence")
    (refused,) = scenes.worked(scene, count=1, verdict="refused")
    scenes.counted()
    rows = {row.workflow_id: row for row in WorkflowRow.objects.all()}
    assert (rows[lacks.workflow_id].stage, rows[lacks.workflow_id].pending) == (4, "lacks")
    assert rows[refused.workflow_id].pending == "refused"
    assert ReadingRow.objects.get(redesign=refused).log_se is None  # shown pale, not pooled


def test_sustained_needs_both_later_readings(scene):
    (redesign,) = scenes.worked(scene, count=1)
    reading_of(redesign, kind="day_90", cutoff=NOW + timedelta(days=90))
    scenes.counted(NOW + timedelta(days=100))
    row = ReadingRow.objects.get()
    assert (row.is_changed, row.held_90, row.held_180) == (True, True, None)

    reading_of(redesign, kind="day_180", cutoff=NOW + timedelta(days=180))
    scenes.counted(NOW + timedelta(days=200))
    assert ReadingRow.objects.get().held_180 is True
    assert WorkflowRow.objects.get().stage == 6


def test_a_later_reading_that_rules_the_effect_out_is_a_relapse(scene):
    (redesign,) = scenes.worked(scene, count=1)
    reading_of(
        redesign,
        kind="day_90",
        cutoff=NOW + timedelta(days=90),
        verdict="no_measurable_change",
        ratio=0.99,
        low=0.9,
        high=1.1,
    )
    scenes.counted(NOW + timedelta(days=100))
    assert (ReadingRow.objects.get().held_90, WorkflowRow.objects.get().is_relapsed) == (
        False,
        True,
    )


@pytest.fixture
def _own_keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def version(number, comparable_with=None):
    return Instrument.objects.create(
        code="AWT-16",
        version=number,
        kind="after",
        lead_in={},
        answers={},
        comparable_with=comparable_with,
        comparable_reason="A comma" if comparable_with else "",
    )


@pytest.mark.usefixtures("_own_keys")
def test_trust_stands_on_the_line_its_version_is_marked_for():
    used = released((6,)).wave.instrument
    scenes.counted()
    assert TrustRow.objects.get().instrument == used

    second = version("2.0")
    third = version("3.0", comparable_with=second)
    Instrument.objects.filter(pk=used.pk).update(comparable_with=third, comparable_reason="A comma")
    scenes.counted(NOW + timedelta(days=1))
    assert TrustRow.objects.get().instrument == second


@pytest.mark.usefixtures("_own_keys")
def test_versions_marked_in_a_circle_are_one_line():
    used = released((6,)).wave.instrument
    for number in ("2.0", "3.0"):
        newest = version(number, comparable_with=used)
        Instrument.objects.filter(pk=used.pk).update(
            comparable_with=newest, comparable_reason="A comma"
        )
        scenes.counted(NOW + timedelta(days=int(number[0])))
        assert TrustRow.objects.get().instrument == used


def test_a_workflow_out_of_use_is_not_counted(scene):
    workflow = WorkflowFactory(unit=scene.units["Supply"])
    retire_workflow(workflow=workflow, actor=workflow.owner, reason="Gone", at=NOW)
    scenes.counted()
    assert WorkflowRow.objects.count() == 0


def test_a_new_count_takes_the_place_of_the_old_and_the_old_stays_as_a_trend(scene):
    scenes.worked(scene)
    first = scenes.counted(NOW)
    second = scenes.counted(NOW + timedelta(days=1))
    assert WorkflowRow.objects.count() == 2
    assert set(Snapshot.objects.all()) == {first, second}
    assert ScopeFigures.objects.filter(snapshot=first).exists()


def test_counting_twice_at_one_moment_counts_once(scene):
    assert scenes.counted() == scenes.counted()
    assert Snapshot.objects.count() == 1


def test_old_counts_are_thinned_to_one_a_day_and_then_one_a_week():
    for hours in range(0, 24 * 20, 6):
        Snapshot.objects.create(taken_at=NOW + timedelta(hours=hours), minimum_group=5)
    at = NOW + timedelta(days=20)
    counting.thin(at=at)
    kept = list(Snapshot.objects.order_by("taken_at").values_list("taken_at", flat=True))
    assert len(kept) <= 9 + 3
    assert kept[-1] == NOW + timedelta(hours=24 * 20 - 6)
    assert counting.thin(at=at) == 0


def test_news_are_counted_once(scene):
    assert counting.refresh_after_news(at=NOW) is not None
    assert counting.refresh_after_news(at=NOW + timedelta(minutes=2)) is None
    scenes.worked(scene, count=1)
    assert counting.refresh_after_news(at=NOW + timedelta(minutes=4)) is not None
    assert counting.refresh_after_news(at=NOW + timedelta(minutes=6)) is None


def test_counting_asks_about_as_often_for_many_workflows_as_for_few(
    scene, django_assert_max_num_queries
):
    scenes.worked(scene, count=1)
    with django_assert_max_num_queries(500) as few:
        scenes.counted(NOW)
    scenes.worked(scene, count=6)
    with django_assert_max_num_queries(500) as many:
        scenes.counted(NOW + timedelta(days=1))
    assert len(many) <= len(few) + 4  # the first has no earlier count to thin


@pytest.mark.parametrize(
    "table, column, value",
    [
        ("console_snapshot", "minimum_group", "4"),
        ("console_scopefigures", "people", "3"),
        ("console_scopefigures", "name", "'other'"),
        ("console_scopefigures", "ladder", "'{}'"),
        ("console_snapshot", "heat", "'{\"a\": 1}'"),
    ],
)
def test_a_count_is_never_changed(scene, table, column, value):
    scenes.counted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {value}")


def test_the_database_refuses_a_group_under_the_minimum(scene):
    snapshot = scenes.counted()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScopeFigures.objects.create(snapshot=snapshot, kind="function", key="x", name="x", people=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.create(taken_at=NOW + timedelta(days=3), minimum_group=4)
    assert TrustRow.objects.count() == 0
