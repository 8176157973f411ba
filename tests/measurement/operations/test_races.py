"""Two at one moment: readings, counts and decisions about an import."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from core.models import AuditEvent
from measurement import tasks
from measurement.choices import ImportChannel
from measurement.errors import ImportOverError
from measurement.models import Case, CaseImport, CaseSummary, Reading
from measurement.operations import imports
from measurement.operations.readings import measure_redesign
from measurement.operations.summaries import refresh_summary
from tests.factories.cases import NOW, imported, simulated
from tests.factories.measurement import CaseSourceFactory, csv_of, good_rows
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live, workflow_below
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)
LIVE_AT = NOW - timedelta(weeks=24)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def redesign():
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    review = live(at=LIVE_AT - timedelta(days=3), live_at=LIVE_AT, boss=boss, workflow=workflow)
    imported(workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=1.5))
    return review.redesign


def test_two_who_measure_at_once_take_one_reading(run_together, redesign):
    """The second waits, sees the first one's reading and takes none."""
    outcomes = run_together(*[lambda: measure_redesign(redesign_id=redesign.pk, at=NOW)] * 2)

    assert sorted(map(type, outcomes), key=str) == sorted([Reading, type(None)], key=str), outcomes
    assert Reading.objects.count() == 1
    assert AuditEvent.objects.filter(verb="reading.taken").count() == 1


def test_counting_waits_for_whoever_changes_the_workflow_s_cases(run_together, redesign):
    workflow, held = redesign.workflow, threading.Event()
    cases = Case.objects.filter(workflow=workflow)
    gone = list(cases.values_list("case_id", flat=True)[:3])
    left = cases.count() - len(gone)

    def change():
        with transaction.atomic():
            Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
            held.set()
            threading.Event().wait(1)
            cases.filter(case_id__in=gone).delete()

    def count():
        held.wait(10)
        return refresh_summary(workflow_id=workflow.pk, at=NOW).cases

    assert run_together(change, count)[1] == left
    assert CaseSummary.objects.get(workflow=workflow).cases == left


@pytest.mark.parametrize(
    "decide, verb",
    [
        (imports.confirm_import, "cases.import_confirmed"),
        (imports.cancel_import, "cases.import_cancelled"),
    ],
)
def test_two_who_decide_about_an_import_at_once_decide_once(run_together, decide, verb):
    source = CaseSourceFactory()
    received = imports.receive_file(
        source=source,
        actor=None,
        upload=csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"),
        options={},
        channel=ImportChannel.PAGE,
    )
    job = received.case_import.job
    tasks.import_cases(str(job.public_id), **job.args)

    outcomes = run_together(*[lambda: decide(case_import=received.case_import, actor=None)] * 2)

    kinds = {type(one) for one in outcomes}
    assert kinds == {CaseImport, ImportOverError}, outcomes
    assert AuditEvent.objects.filter(verb=verb).count() == 1
