"""Where the time went, from a delivered log to what is stored with a reading."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from measurement.choices import ImportChannel
from measurement.evaluating import Call
from measurement.operations import imports
from measurement.queries.activities import where_time_went
from measurement.queries.arrays import case_arrays
from measurement.queries.calls import Prepared, named_arrays
from measurement.statistics import Design
from tests.factories.measurement import LogSourceFactory, csv_of

pytestmark = pytest.mark.django_db
LIVE = datetime(2026, 3, 2, tzinfo=UTC)
HEADER = "case_id,activity,at,lifecycle"
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def source():
    return LogSourceFactory()


def case(name, start, *, hours, check=True, closes=True):
    """Opened at once, checked for ``hours`` after two days of waiting, closed at once."""
    waited = start + timedelta(days=2)
    checked = waited + timedelta(hours=hours)
    rows = [(start, "Open", "complete")]
    if check:
        rows += [(waited, "Check", "start"), (checked, "Check", "complete")]
    if closes:
        rows.append((checked, "Close", "complete"))
    return [f"{name},{activity},{at.isoformat()},{word}" for at, activity, word in rows]


def deliver(source, *cases):
    received = imports.receive_file(
        source=source,
        actor=None,
        upload=csv_of(*(row for one in cases for row in one), header=HEADER),
        options={},
        channel=ImportChannel.COMMAND,
    )
    done = imports.import_cases(import_id=received.case_import.pk)
    assert done.rows_rejected == 0


def reading_at(source, cutoff, **design):
    given = {field.name: field.default for field in fields(Design)} | design
    call = Call(go_live=LIVE.timestamp(), cutoff=cutoff.timestamp(), data_from=None, design=given)
    return Prepared(call, named_arrays(case_arrays(source.workflow_id)), None)


def days(first, count):
    return [LIVE + timedelta(days=first + number) for number in range(count)]


def before_and_after(source):
    deliver(
        source,
        *(case(f"B{n}", at, hours=24) for n, at in enumerate(days(-60, 20))),
        *(case(f"A{n}", at, hours=12) for n, at in enumerate(days(20, 10))),
    )


def test_time_of_before_and_after_by_activity(source, django_assert_num_queries):
    before_and_after(source)
    reading = reading_at(source, LIVE + timedelta(days=90))

    with django_assert_num_queries(1):  # and one COPY, which is not counted
        told = where_time_went(source.workflow_id, reading)

    assert json.loads(json.dumps(told)) == told
    assert told == {
        "horizon_days": 3.0,
        "cases_before": 20,
        "cases_after": 10,
        "touch_known": True,
        "activities": [
            {
                "name": "Open",
                "before": {"share": 1.0, "wait": 0.0, "touch": None},
                "after": {"share": 1.0, "wait": 0.0, "touch": None},
            },
            {
                "name": "Check",
                "before": {"share": 1.0, "wait": 48 * HOUR, "touch": 24 * HOUR},
                "after": {"share": 1.0, "wait": 48 * HOUR, "touch": 12 * HOUR},
            },
            {
                "name": "Close",
                "before": {"share": 1.0, "wait": 0.0, "touch": None},
                "after": {"share": 1.0, "wait": 0.0, "touch": None},
            },
        ],
    }


def test_cases_that_cannot_be_followed_for_the_horizon_count_on_neither_side(source):
    before_and_after(source)
    deliver(
        source,
        *(case(f"L{n}", at, hours=1) for n, at in enumerate(days(-2, 2))),  # go-live is nearer
        *(case(f"S{n}", at, hours=400) for n, at in enumerate(days(30, 3))),  # slower than that
        case("W", LIVE + timedelta(days=3), hours=1),  # within the washout
        case("O", LIVE + timedelta(days=40), hours=1, closes=False),
    )

    told = where_time_went(source.workflow_id, reading_at(source, LIVE + timedelta(days=90)))

    assert (told["cases_before"], told["cases_after"]) == (20, 10)
    late = where_time_went(source.workflow_id, reading_at(source, LIVE + timedelta(days=29)))
    assert late["cases_after"] == 6


def test_activities_of_few_cases_are_pooled_without_a_name(source):
    before_and_after(source)
    deliver(
        source,
        *(case(f"C{n}", at, hours=0, check=False) for n, at in enumerate(days(30, 20))),
    )
    rare = csv_of("B1,Ask,2026-01-03T08:00:00Z,complete", header=HEADER)
    received = imports.receive_file(
        source=source, actor=None, upload=rare, options={}, channel=ImportChannel.COMMAND
    )
    imports.import_cases(import_id=received.case_import.pk)

    told = where_time_went(source.workflow_id, reading_at(source, LIVE + timedelta(days=90)))

    names = [one["name"] for one in told["activities"]]
    assert "Ask" not in names
    assert names[-1] == ""


def test_nothing_is_told_without_events_or_of_too_few_cases(source):
    assert where_time_went(source.workflow_id, reading_at(source, LIVE)) is None
    deliver(
        source,
        *(case(f"B{n}", at, hours=24) for n, at in enumerate(days(-60, 20))),
        *(case(f"A{n}", at, hours=12) for n, at in enumerate(days(20, 4))),
    )
    assert (
        where_time_went(source.workflow_id, reading_at(source, LIVE + timedelta(days=90))) is None
    )


def test_source_of_finished_cases_is_read_at_its_own_horizon(source):
    before_and_after(source)

    told = where_time_went(
        source.workflow_id, reading_at(source, LIVE + timedelta(days=90), horizon_days=2.75)
    )

    assert told is None  # the before took three days
    told = where_time_went(
        source.workflow_id, reading_at(source, LIVE + timedelta(days=90), horizon_days=4)
    )
    assert told["horizon_days"] == 4.0


def test_events_of_another_workflow_are_not_read(source):
    other = LogSourceFactory()
    before_and_after(source)
    before_and_after(other)
    deliver(other, *(case(f"X{n}", at, hours=1) for n, at in enumerate(days(30, 10))))

    told = where_time_went(source.workflow_id, reading_at(source, LIVE + timedelta(days=90)))

    assert told["cases_after"] == 10
