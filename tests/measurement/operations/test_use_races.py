"""Two at one moment: deliveries about the same people, and starting one delivery."""

import io
from datetime import date

import pytest

from core.models import Job
from measurement.choices import ImportChannel, UseKind
from measurement.errors import ImportOverError
from measurement.models import Entitlement, UsageWeek, UseImport
from measurement.operations import use_imports
from tests.factories.people import PersonFactory
from tests.factories.workflows import AiToolFactory

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 40


@pytest.fixture(autouse=True)
def _known(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    AiToolFactory(name="Assistant", version="1")
    for number in range(PEOPLE):
        PersonFactory(source_id=f"E-{number}")


def received(kind, head, rows, **given):
    return use_imports.receive_people(
        kind=kind,
        actor=None,
        upload=io.BytesIO("\n".join([head, *rows, ""]).encode()),
        options={},
        channel=ImportChannel.API,
        **given,
    ).use_import


def brought_in(made):
    return use_imports.import_people_rows(import_id=made.pk)


def test_two_files_of_the_same_weeks_in_other_orders_do_not_meet(run_together):
    head = "person,tool,week,active_days"
    rows = [f"E-{number},Assistant,2026-03-02,2" for number in range(PEOPLE)]
    one, other = (received(UseKind.USAGE, head, order) for order in (rows, list(reversed(rows))))

    outcomes = run_together(lambda: brought_in(one), lambda: brought_in(other))

    assert {type(outcome) for outcome in outcomes} == {UseImport}, outcomes
    assert sorted(outcome.rows_created for outcome in outcomes) == [0, PEOPLE]
    assert UsageWeek.objects.filter(week=date(2026, 3, 2), active_days=2).count() == PEOPLE


def test_two_who_bring_in_one_delivery_bring_it_in_once(run_together):
    made = received(UseKind.USAGE, "person,tool,week,active_days", ["E-1,Assistant,2026-03-02,2"])
    outcomes = run_together(*[lambda: brought_in(made)] * 2)
    assert [outcome.rows_created for outcome in outcomes] == [1, 1], outcomes
    assert UsageWeek.objects.count() == 1


def test_access_that_would_overlap_is_refused_to_the_second(run_together):
    head = "person,tool,from,to"
    one = received(UseKind.ENTITLEMENTS, head, ["E-1,Assistant,2026-01-01,"])
    other = received(UseKind.ENTITLEMENTS, head, ["E-1,Assistant,2026-02-01,"])
    outcomes = run_together(lambda: brought_in(one), lambda: brought_in(other))
    assert sorted(outcome.rows_rejected for outcome in outcomes) == [0, 1], outcomes
    assert Entitlement.objects.count() == 1


def test_two_who_start_a_delivery_start_it_once(run_together):
    made = received(
        UseKind.USAGE,
        "person,tool,week,active_days",
        ["E-1,Assistant,2026-03-02,2"],
        starts=False,
    )
    outcomes = run_together(*[lambda: use_imports.start_import(use_import=made, actor=None)] * 2)
    assert {type(outcome) for outcome in outcomes} == {UseImport, ImportOverError}, outcomes
    assert Job.objects.count() == 1
