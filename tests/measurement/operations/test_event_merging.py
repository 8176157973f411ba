"""What the database derives from stored events is what the reference says, however they came."""

import io
import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from measurement.choices import ImportChannel
from measurement.models import Case, CaseEvent
from measurement.operations import imports
from measurement.parsing import FileTerms, LogTerms, cases_of_events, read_events
from tests.factories.measurement import LogSourceFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def random_log(seed, *, cases=12, events=140):
    """Rows in order of time; moments on a coarse grid, so that many coincide."""
    dice = random.Random(seed)  # noqa: S311 - the same log for the same seed
    rows = []
    for _ in range(events):
        moment = START + timedelta(hours=6 * dice.randrange(80))
        lifecycle = dice.choice(["", "", "start", "complete", "suspend"])
        own_begin = not lifecycle and dice.random() < 0.3
        rows.append(
            {
                "case_id": f"C{dice.randrange(cases)}",
                "activity": dice.choice(["Open", "Check", "Close", "Withdraw"]),
                "at": moment.isoformat(),
                "began_at": (moment - timedelta(hours=9)).isoformat() if own_begin else None,
                "lifecycle": lifecycle,
                "kind": dice.choice(["", "small", "large"]),
                "pages": dice.choice([None, dice.randrange(9)]),
                "score": dice.choice([None, None, dice.randrange(9)]),
            }
        )
    rows.sort(key=lambda row: row["at"])
    return [*rows, *dice.sample(rows, 5)]


def deliver(source, rows):
    received = imports.receive_file(
        source=source,
        actor=None,
        upload=io.BytesIO("\n".join(map(json.dumps, rows)).encode()),
        options={},
        channel=ImportChannel.API,
    )
    return imports.import_cases(import_id=received.case_import.pk)


def expected(source, rows):
    log = LogTerms(*map(tuple, (source.start_activities, ["Close"], ["Withdraw"])))
    stream = io.BytesIO("\n".join(map(json.dumps, rows)).encode())
    return [
        (
            one.case_id,
            one.started_at,
            one.completed_at,
            one.status,
            one.kind,
            one.last_event_at,
            one.fields or None,
        )
        for one in cases_of_events(read_events(stream, FileTerms(at=NOW, log=log)), log)
    ]


def stored():
    names = ("case_id", "started_at", "completed_at", "status", "kind", "last_event_at", "fields")
    return list(Case.objects.order_by("case_id").values_list(*names))


def in_order(rows):
    return sorted(rows, key=lambda row: row[0])


@pytest.mark.parametrize("starts", [[], ["Open"]])
@pytest.mark.parametrize("seed", range(6))
def test_cases_of_a_random_log_are_those_of_the_reference(seed, starts):
    source = LogSourceFactory(start_activities=starts)
    rows = random_log(seed)

    delivered = deliver(source, rows)

    assert stored() == in_order(expected(source, rows))
    names = ("case_id", "activity", "at", "began_at", "lifecycle")
    keys = {tuple(row[name] for name in names) for row in rows}
    assert CaseEvent.objects.count() == len(keys) == delivered.rows_read - delivered.duplicate_rows


@pytest.mark.parametrize("seed", range(6))
def test_log_in_overlapping_pieces_makes_the_cases_of_the_whole(seed):
    source = LogSourceFactory()
    rows = random_log(seed)[:-5]

    for first in range(0, len(rows), 40):
        deliver(source, rows[max(first - 15, 0) : first + 40])

    assert stored() == in_order(expected(source, rows))
    deliver(source, rows[:50])  # an old file once more
    assert stored() == in_order(expected(source, rows))


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_changes_nothing(seed):
    source, other = LogSourceFactory(), LogSourceFactory()
    rows = [row | {"kind": "", "pages": 1, "score": None} for row in random_log(seed)]
    deliver(source, rows)
    random.Random(seed).shuffle(rows)  # noqa: S311 - the same order

    deliver(other, rows)

    def cases_of(one):
        names = ("case_id", "started_at", "completed_at", "status", "last_event_at", "fields")
        return list(Case.objects.filter(workflow=one.workflow).order_by("pk").values_list(*names))

    assert cases_of(source) == cases_of(other)
