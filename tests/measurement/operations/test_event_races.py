"""Two workers at one moment: events and cases come in once, whoever is faster."""

import pytest

from core.choices import JobState
from core.models import Job
from measurement.choices import ImportChannel
from measurement.errors import ImportOverError
from measurement.models import Case, CaseEvent, CaseImport
from measurement.operations import imports
from tests.factories.measurement import LogSourceFactory, csv_of, good_rows, log_of
from tests.factories.workflows import WorkflowFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def received(source, *rows):
    return imports.receive_file(
        source=source, actor=None, upload=log_of(*rows), options={}, channel=ImportChannel.API
    ).case_import


def test_two_workers_of_one_import_store_it_once(run_together):
    made = received(LogSourceFactory(), "A Open 5T08:00", "A Close 6T08:00")

    outcomes = run_together(*[lambda: imports.import_cases(import_id=made.pk)] * 2)

    assert {type(one) for one in outcomes} == {CaseImport}, outcomes
    assert (CaseEvent.objects.count(), Case.objects.count()) == (2, 1)
    made.refresh_from_db()
    assert (made.rows_read, made.rows_created) == (2, 1)


def test_two_deliveries_of_one_case_leave_every_event(run_together):
    source = LogSourceFactory()
    first = received(source, "A Open 5T08:00", "A Check 6T08:00")
    second = received(source, "A Check 6T08:00", "A Close 7T08:00")

    outcomes = run_together(
        *(lambda one=one: imports.import_cases(import_id=one.pk) for one in (first, second))
    )

    assert {type(one) for one in outcomes} == {CaseImport}, outcomes
    events = CaseEvent.objects.order_by("position").values_list("activity", flat=True)
    assert list(events) == ["Open", "Check", "Close"]
    assert Case.objects.get().status == "completed"


def test_two_who_start_a_waiting_import_start_it_once(run_together):
    waiting = imports.shelve_file(
        source=imports.new_source(WorkflowFactory()),
        actor=None,
        upload=csv_of(*good_rows(2)),
        channel=ImportChannel.PAGE,
    ).case_import

    outcomes = run_together(
        *[lambda: imports.start_import(case_import=waiting, actor=None, source_facts={})] * 2
    )

    assert {type(one) for one in outcomes} == {CaseImport, ImportOverError}, outcomes


def test_start_and_cancel_at_once_leave_nothing_to_read(run_together):
    waiting = imports.shelve_file(
        source=imports.new_source(WorkflowFactory()),
        actor=None,
        upload=csv_of(*good_rows(2)),
        channel=ImportChannel.PAGE,
    ).case_import

    run_together(
        lambda: imports.start_import(case_import=waiting, actor=None, source_facts={}),
        lambda: imports.cancel_import(case_import=waiting, actor=None),
    )

    waiting.refresh_from_db()
    assert waiting.stored_name == ""
    assert waiting.job is None or waiting.job.state == JobState.CANCELLED
    assert not Job.objects.filter(state=JobState.QUEUED).exists()
