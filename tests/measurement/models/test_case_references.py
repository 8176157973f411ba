"""What cases and events refer to stays, though no foreign key looks at each row."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from measurement.choices import ImportChannel
from measurement.models import Case, CaseEvent, CaseImport
from tests.factories.cases import NOW
from tests.factories.measurement import CaseFactory, CaseImportFactory
from tests.factories.workflows import WorkflowFactory
from tests.threads import until_somebody_waits

NOBODY = 2_000_000_000
pytestmark = pytest.mark.django_db


def run(order, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order, values)


def event_of(workflow_id):
    return CaseEvent.objects.create(
        workflow_id=workflow_id, case_id="A", position=1, activity="Open", happened_at=NOW
    )


@pytest.mark.parametrize("column", ["workflow_id", "first_import_id", "last_import_id"])
def test_case_of_nothing_is_refused_however_it_comes(column):
    case = CaseFactory()
    values = Case.objects.filter(pk=case.pk).values().get() | {"case_id": "other", column: NOBODY}

    with pytest.raises(IntegrityError, match="there is no"), transaction.atomic():
        Case.objects.bulk_create([Case(**values)])

    assert Case.objects.count() == 1


def test_case_cannot_be_turned_to_an_import_that_is_none():
    CaseFactory()

    with pytest.raises(IntegrityError, match="there is no import"):
        run("UPDATE measurement_case SET last_import_id = %s", NOBODY)


def test_one_bad_row_among_good_ones_refuses_the_statement():
    case = CaseFactory()
    good = Case.objects.filter(pk=case.pk).values().get()
    rows = [Case(**good | {"case_id": f"D-{n}"}) for n in range(3)]
    rows[1].last_import_id = NOBODY

    with pytest.raises(IntegrityError, match="there is no import"), transaction.atomic():
        Case.objects.bulk_create(rows)

    assert Case.objects.count() == 1


def test_event_of_no_workflow_is_refused():
    with pytest.raises(IntegrityError, match="there is no workflow"), transaction.atomic():
        event_of(NOBODY)


@pytest.mark.parametrize("order", ["DELETE FROM {}", "UPDATE {} SET id = id + 1000"])
def test_import_with_cases_keeps_its_place(order):
    CaseFactory()

    with pytest.raises(IntegrityError, match="has cases"):
        run(order.format("measurement_caseimport"))


@pytest.mark.parametrize("held_by", ["case", "event"])
@pytest.mark.parametrize(
    "order", ["DELETE FROM {} WHERE id = %s", "UPDATE {} SET id = id + 1000 WHERE id = %s"]
)
def test_workflow_with_cases_or_events_keeps_its_place(order, held_by):
    workflow = WorkflowFactory()
    if held_by == "event":
        event_of(workflow.pk)
    else:
        CaseFactory(workflow=workflow)

    with pytest.raises(IntegrityError, match="has cases"):
        run(order.format("workflows_workflow"), workflow.pk)


@pytest.mark.django_db(transaction=True)
def test_case_and_the_end_of_its_import_at_one_moment(run_together):
    """Whoever comes second waits, and is refused: never a case of an import that is gone."""
    case_import, held = CaseImportFactory(), threading.Event()

    def begin():
        with transaction.atomic():
            CaseFactory(first_import=case_import)
            held.set()
            until_somebody_waits()

    def end():
        held.wait(10)
        run("DELETE FROM measurement_caseimport WHERE id = %s", case_import.pk)

    _none, refused = run_together(begin, end)

    assert isinstance(refused, IntegrityError), refused
    assert Case.objects.get().first_import == case_import


@pytest.mark.django_db(transaction=True)
def test_end_of_an_import_and_a_case_of_it_at_one_moment(run_together):
    case_import, held = CaseImportFactory(channel=ImportChannel.COMMAND), threading.Event()

    def end():
        with transaction.atomic():
            run("DELETE FROM measurement_caseimport WHERE id = %s", case_import.pk)
            held.set()
            until_somebody_waits()

    def begin():
        held.wait(10)
        CaseFactory(first_import=case_import)

    _none, refused = run_together(end, begin)

    assert isinstance(refused, IntegrityError), refused
    assert (Case.objects.count(), CaseImport.objects.count()) == (0, 0)
