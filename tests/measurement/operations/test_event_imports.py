"""Event logs: stored whole, never doubled, and the cases they make."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from core.choices import JobState
from core.models import Job
from measurement import tasks
from measurement.choices import ImportChannel
from measurement.models import Case, CaseEvent, CaseImport, ImportRejection
from measurement.operations import imports
from measurement.operations.imports import event_merging, event_staging, running, staging
from tests.factories.measurement import LogSourceFactory, csv_of, good_rows, log_of

pytestmark = pytest.mark.django_db
FIRST = ("A Open 5T08:00", "A Check 6T09:00", "B Open 5T10:00")


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def source():
    return LogSourceFactory()


def delivered(source, upload, *, skip=False, **facts):
    received = imports.receive_file(
        source=source,
        actor=None,
        upload=upload,
        options={},
        channel=ImportChannel.PAGE,
        skip_bad_rows=skip,
        source_facts=facts or None,
    )
    for job in Job.objects.filter(name="measurement.import_cases", state=JobState.QUEUED):
        tasks.import_cases(str(job.public_id), **job.args)
    received.case_import.refresh_from_db()
    return received.case_import


def at(day, hour=0, minute=0):
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def case(name):
    return Case.objects.get(case_id=name)


def told(name):
    """A case's stored events as one text."""
    rows = CaseEvent.objects.filter(case_id=name).order_by("position")
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return " ".join(f"{row.activity}{row.lifecycle}@{row.happened_at:%-d.%-H}" for row in rows)


def places():
    """Where each event lies in the table: one that is written again lies elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM measurement_caseevent ORDER BY 1")
        return cursor.fetchall()


def staged():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM measurement_casestage)"
            " + (SELECT count(*) FROM measurement_eventstage)"
        )
        return cursor.fetchone()[0]


def test_log_becomes_cases(source):
    one = delivered(
        source,
        log_of(
            "A Open 5T08:00 small 3",
            "A Close 7T16:00 large 2",
            "A File 8T10:00 - -",
            "B Open 5T09:00 small 1",
            "C Open 5T09:00 small -",
            "C Withdraw 6T09:00 - -",
            header="case_id,activity,at,kind,pages",
        ),
    )

    assert (one.rows_read, one.rows_created, one.rows_rejected) == (6, 3, 0)
    whole = case("A")
    assert (whole.started_at, whole.completed_at, whole.last_event_at) == (
        at(5, 8),
        at(7, 16),
        at(8, 10),
    )
    assert (whole.status, whole.kind, whole.fields) == ("completed", "large", {"pages": 2})
    assert (case("B").status, case("B").completed_at) == ("open", None)
    assert (case("C").status, case("C").completed_at) == ("cancelled", at(6, 9))
    assert told("A") == "Open@5.8 Close@7.16 File@8.10"
    assert staged() == 0


def test_same_file_again_adds_nothing(source):
    first = delivered(source, log_of(*FIRST))

    again = imports.receive_file(
        source=source, actor=None, upload=log_of(*FIRST), options={}, channel=ImportChannel.API
    )

    assert (again.again, again.case_import) == (True, first)
    assert CaseEvent.objects.count() == 3


def test_same_events_in_another_file_write_nothing(source):
    delivered(source, log_of(*FIRST, "B Close 9T10:00"))
    before = places()

    nightly = delivered(source, log_of("B Close 9T10:00", *reversed(FIRST)))

    assert (nightly.rows_created, nightly.rows_updated, nightly.rows_unchanged) == (0, 0, 2)
    assert places() == before


def test_nightly_push_that_overlaps_adds_what_is_new(source):
    delivered(source, log_of(*FIRST))

    nightly = delivered(source, log_of("A Check 6T09:00", "A Close 7T08:00", "D Open 7T09:00"))

    assert (nightly.rows_created, nightly.rows_updated) == (1, 1)
    assert told("A") == "Open@5.8 Check@6.9 Close@7.8"
    assert case("A").completed_at == at(7, 8)
    assert told("B") == "Open@5.10"


def test_case_told_from_its_beginning_replaces_what_was_stored(source):
    delivered(source, log_of(*FIRST, "A Close 7T08:00"))

    corrected = delivered(
        source, log_of("A Open 5T07:00", "A Close 6T08:00", "B Open 5T10:00", "B Close 8T10:00")
    )

    assert corrected.rows_updated == 2
    assert told("A") == "Open@5.7 Close@6.8"
    assert case("A").completed_at == at(6, 8)


def test_older_file_that_comes_late_takes_nothing_away(source):
    delivered(source, log_of("A Check 6T09:00", "A Close 7T08:00"))

    delivered(source, log_of("A Open 5T08:00", "A Check 6T09:00"))

    assert told("A") == "Open@5.8 Check@6.9 Close@7.8"
    assert (case("A").started_at, case("A").completed_at) == (at(5, 8), at(7, 8))


def test_event_repeated_in_the_file_is_stored_once_and_counted(source):
    one = delivered(source, log_of(*FIRST, FIRST[1], FIRST[1]))

    assert (one.rows_read, one.duplicate_rows, one.rows_created) == (5, 2, 2)
    assert told("A") == "Open@5.8 Check@6.9"


def test_start_and_completion_may_come_apart(source):
    header = "case_id,activity,at,lifecycle"
    delivered(source, log_of("A Open 5T08:00 start", header=header))
    begun = case("A")

    delivered(
        source,
        log_of(
            "A Open 5T09:00 complete",
            "A Close 6T08:00 start",
            "A Close 6T09:00 schedule",
            "A Close 6T10:00 complete",
            header=header,
        ),
    )

    assert (begun.started_at, begun.status) == (at(5, 8), "open")
    assert told("A").split()[:2] == ["Openstart@5.8", "Opencomplete@5.9"]
    assert told("A").split()[2:] == ["Closestart@6.8", "Closeother@6.9", "Closecomplete@6.10"]
    assert case("A").completed_at == at(6, 10)


def test_case_starts_when_its_first_activity_began(source):
    delivered(
        source, log_of("A Open 5T08:00 2026-01-04T07:00:00Z", header="case_id,activity,at,began_at")
    )

    assert case("A").started_at == at(4, 7)
    assert CaseEvent.objects.get().began_at == at(4, 7)


def test_bad_events_stop_the_import_with_nothing_saved(source):
    bad = ("X Open 6T08:00 too many", "- Open 6T08:00")

    held = delivered(source, log_of(*FIRST, FIRST[0], *bad))

    assert held.job.state == JobState.NEEDS_REVIEW
    assert (held.rows_read, held.rows_rejected, held.duplicate_rows) == (6, 2, 1)
    assert not Case.objects.exists()
    assert not CaseEvent.objects.exists()
    assert ImportRejection.objects.filter(case_import=held).count() == 2
    assert staged() == 0


def test_events_beyond_the_moment_of_import_are_clock_errors(source):
    held = delivered(source, csv_of("A,Open,2099-01-01T08:00:00Z", header="case_id,activity,at"))

    assert (held.rows_rejected, held.clock_errors) == (1, 1)


def test_other_ends_make_other_cases_of_all_stored_events(source):
    """Cases of one workflow follow one rule, delivered again or not."""
    delivered(source, log_of(*FIRST, "B Close 7T10:00"))

    later = delivered(source, log_of("D Check 8T08:00"), end_activities=["Check"])

    assert (case("A").status, case("A").completed_at) == ("completed", at(6, 9))
    assert (case("B").status, case("B").completed_at) == ("open", None)
    assert (later.rows_created, later.rows_updated) == (1, 2)
    assert later.options["ends"] == ["Check"]


def test_case_that_has_not_begun_by_the_new_rule_is_none_any_more(source):
    delivered(source, log_of(*FIRST))

    later = delivered(source, log_of("D Check 8T08:00"), start_activities=["Check"])

    assert set(Case.objects.values_list("case_id", flat=True)) == {"A", "D"}
    assert case("A").started_at == at(6, 9)
    assert (later.rows_created, later.rows_updated, later.rows_unchanged) == (1, 2, 0)


def test_delivery_that_waited_follows_the_rule_of_now(source):
    waiting = imports.receive_file(
        source=source, actor=None, upload=log_of(*FIRST), options={}, channel=ImportChannel.PAGE
    )
    imports.save_source(source=source, actor=None, end_activities=["Check"])

    imports.import_cases(import_id=waiting.case_import.pk)

    assert case("A").completed_at == at(6, 9)
    assert CaseImport.objects.get().options["ends"] == ["Check"]


def test_cases_of_another_workflow_stay_apart(source):
    other = LogSourceFactory()
    delivered(source, log_of(*FIRST))

    delivered(other, log_of("A Open 4T08:00", "A Close 9T08:00"))

    assert CaseEvent.objects.filter(workflow=source.workflow).count() == 3
    assert Case.objects.get(workflow=source.workflow, case_id="A").status == "open"
    assert Case.objects.get(workflow=other.workflow).completed_at == at(9, 8)


@pytest.mark.parametrize(
    "module, step",
    [
        (event_staging, "staged_text"),
        (running, "merge_events"),
        (event_merging, "_apply_activities"),
        (staging, "merge"),
        (event_staging, "clear_events"),
    ],
)
def test_killed_anywhere_nothing_happened_and_again_all_of_it(source, monkeypatch, module, step):
    received = imports.receive_file(
        source=source, actor=None, upload=log_of(*FIRST), options={}, channel=ImportChannel.PAGE
    )

    def killed(*_args, **_words):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(module, step, killed)
        imports.import_cases(import_id=received.case_import.pk)
    assert (CaseEvent.objects.count(), Case.objects.count(), staged()) == (0, 0, 0)

    imports.import_cases(import_id=received.case_import.pk)

    assert (CaseEvent.objects.count(), Case.objects.count(), staged()) == (3, 2, 0)


def test_people_of_a_log_never_come_in(source):
    one = delivered(
        source,
        log_of("A Open 5T08:00 Maria 3", header="case_id,activity,at,org:resource,pages"),
    )

    assert one.dropped_columns == [{"column": "org:resource", "why": "person"}]
    assert CaseEvent.objects.get().fields == {"pages": 3}


def test_source_of_cases_goes_on_as_before_beside_a_stored_log(source):
    delivered(source, log_of(*FIRST))

    later = delivered(source, csv_of(*good_rows(2)), layout="cases")

    assert (later.rows_created, CaseEvent.objects.count()) == (2, 3)
    assert Case.objects.count() == 4
