"""Importing cases: all or nothing, once only, whatever is killed."""

import gzip
import io
import os
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import connection

from core.choices import JobState
from core.deliveries import files as delivered
from core.deliveries import text
from core.deliveries.text import text_of
from core.models import AuditEvent, Job
from measurement import tasks
from measurement.choices import CaseStatus, ImportChannel
from measurement.errors import FileRefusedError, ImportOverError, NothingGoodError
from measurement.models import Case, CaseImport, ImportRejection
from measurement.operations import imports
from measurement.operations.imports import files, receiving, running, staging
from measurement.parsing import Limits, Unreadable, read_cases
from measurement.queries import terms
from tests.factories.measurement import CaseSourceFactory, csv_of, good_rows
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def source():
    return CaseSourceFactory()


def run_waiting():
    """The import jobs that wait; what they ask for is tested with the readings."""
    for job in Job.objects.filter(name="measurement.import_cases", state=JobState.QUEUED):
        tasks.import_cases(str(job.public_id), **job.args)


def receive(source, upload, *, actor=None, skip=False, **options):
    return imports.receive_file(
        source=source,
        actor=actor,
        upload=upload,
        options=options,
        channel=ImportChannel.PAGE,
        name="cases.csv",
        skip_bad_rows=skip,
    )


def imported(source, upload, **options):
    received = receive(source, upload, **options)
    run_waiting()
    received.case_import.refresh_from_db()
    return received.case_import


def stored_files():
    folder = settings.DATA_DIR / "uploads" / "cases"
    return list(folder.iterdir()) if folder.exists() else []


def staged():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM measurement_casestage")
        return cursor.fetchone()[0]


def test_import_saves_every_row_with_its_values(source):
    one = imported(
        source,
        csv_of(
            "A-1,2026-01-05T09:00:00+01:00,2026-01-06T08:00:00Z,Completed,simple,2026-01-06T08:05:00Z,1,yes,9.5",
            "A-2,2026-01-05T08:00:00Z,,,,,0,nein,",
            header="Case ID,STARTED_AT,completed-at,status,Kind,last_event_at,rework,checked,score",
        ),
    )

    assert (one.rows_read, one.rows_created, one.rows_rejected) == (2, 2, 0)
    first, second = Case.objects.filter(workflow=source.workflow).order_by("case_id")
    assert first.started_at == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert first.last_event_at == datetime(2026, 1, 6, 8, 5, tzinfo=UTC)
    assert (first.status, first.kind) == (CaseStatus.COMPLETED, "simple")
    assert first.fields == {"rework": 1, "checked": 1, "score": 9.5}
    assert (second.status, second.completed_at, second.fields) == (
        CaseStatus.OPEN,
        None,
        {"rework": 0, "checked": 0},
    )
    assert one.job.state == JobState.DONE
    assert one.merged_at is not None
    assert staged() == 0


def test_import_is_audited_and_asks_for_readings(source):
    actor = PersonFactory()

    receive(source, csv_of(*good_rows(3)), actor=actor)
    received = CaseImport.objects.get()
    imports.import_cases(import_id=received.pk)

    event = AuditEvent.objects.get(verb="cases.imported")
    assert event.actor == actor
    assert event.after["created"] == 3
    asked = Job.objects.get(name="measurement.measure_workflow")
    assert asked.args == {"workflow_id": source.workflow_id}


def test_same_file_again_says_so_and_adds_nothing(source):
    first = imported(source, csv_of(*good_rows(3)))

    again = receive(source, csv_of(*good_rows(3)))

    assert again.again
    assert again.case_import == first
    assert CaseImport.objects.count() == 1


def test_file_goes_when_its_rows_are_in(source, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        imported(source, csv_of(*good_rows(3)))

    assert stored_files() == []


def test_same_file_read_with_another_zone_is_another_delivery(source):
    rows = ["A,2026-01-05T08:00:00,,,,"]
    imported(source, csv_of(*rows), zone="Europe/Zurich")

    again = imported(source, csv_of(*rows), zone="Asia/Tokyo")

    assert again.rows_updated == 1
    assert Case.objects.get().started_at == datetime(2026, 1, 4, 23, tzinfo=UTC)


def test_second_delivery_counts_created_updated_and_unchanged(source):
    rows = good_rows(3)
    imported(source, csv_of(*rows))
    first = CaseImport.objects.get()

    second = imported(
        source,
        csv_of(rows[0], rows[1].replace("standard", "complex"), *good_rows(4)[3:]),
    )

    assert (second.rows_created, second.rows_updated, second.rows_unchanged) == (1, 1, 1)
    changed = Case.objects.get(case_id="C-1")
    assert (changed.first_import, changed.last_import) == (first, second)
    assert Case.objects.get(case_id="C-0").last_import == first


def test_last_row_of_a_repeated_case_id_wins_and_is_counted(source):
    one = imported(
        source,
        csv_of(
            "A,2026-01-05T08:00:00Z,,open,first,",
            "B,2026-01-05T08:00:00Z,,open,,",
            "A,2026-01-05T08:00:00Z,,open,last,",
        ),
    )

    assert (one.rows_read, one.rows_created, one.duplicate_rows) == (3, 2, 1)
    assert Case.objects.get(case_id="A").kind == "last"


def test_bad_rows_stop_the_import_with_nothing_saved(source):
    held = imported(
        source,
        csv_of(
            *good_rows(2),
            "X,2026-01-06T08:00:00Z,2026-01-05T08:00:00Z,,,",
            ",2026-01-06T08:00:00Z,,,,",
        ),
    )

    assert held.job.state == JobState.NEEDS_REVIEW
    assert (held.job.read, held.job.rejected) == (4, 2)
    assert (held.rows_read, held.rows_rejected, held.clock_errors) == (4, 2, 1)
    assert Case.objects.count() == 0
    assert held.merged_at is None
    assert staged() == 0
    rejected = ImportRejection.objects.filter(case_import=held).order_by("line")
    assert [(row.line, row.column, row.code) for row in rejected] == [
        (4, "completed_at", "clock_error"),
        (5, "case_id", "no_case_id"),
    ]
    assert rejected[0].row["case_id"] == "X"


def test_confirmed_import_saves_the_good_rows(source):
    actor = PersonFactory()
    held = imported(source, csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"))

    imports.confirm_import(case_import=held, actor=actor)
    run_waiting()

    held.refresh_from_db()
    assert held.job.state == JobState.DONE
    assert (held.rows_created, held.rows_rejected, held.confirmed_by) == (2, 1, actor)
    assert ImportRejection.objects.filter(case_import=held).count() == 1
    assert Case.objects.count() == 2
    assert AuditEvent.objects.filter(verb="cases.import_confirmed", actor=actor).count() == 1


def test_skipping_bad_rows_from_the_start_needs_no_review(source):
    one = imported(source, csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"), skip=True)

    assert one.job.state == JobState.DONE
    assert (one.rows_created, one.rows_rejected) == (2, 1)


def test_confirm_refuses_when_no_row_is_good_and_when_it_is_over(source):
    held = imported(source, csv_of(",2026-01-06T08:00:00Z,,,,"))
    with pytest.raises(NothingGoodError):
        imports.confirm_import(case_import=held, actor=None)

    done = imported(source, csv_of(*good_rows(1)))
    with pytest.raises(ImportOverError):
        imports.confirm_import(case_import=done, actor=None)
    with pytest.raises(ImportOverError):
        imports.cancel_import(case_import=done, actor=None)


def test_cancelled_import_leaves_no_file_and_no_case(source, django_capture_on_commit_callbacks):
    held = imported(source, csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"))
    assert len(stored_files()) == 1

    with django_capture_on_commit_callbacks(execute=True):
        imports.cancel_import(case_import=held, actor=PersonFactory())

    held.refresh_from_db()
    assert held.job.state == JobState.CANCELLED
    assert stored_files() == []
    assert not ImportRejection.objects.exists()
    with pytest.raises(FileRefusedError):
        imports.import_cases(import_id=held.pk)
    assert Case.objects.count() == 0


def test_refused_rows_are_kept_up_to_a_limit_and_counted_beyond(source, monkeypatch):
    monkeypatch.setattr(running, "REFUSALS_KEPT", 3)
    monkeypatch.setattr(terms, "Limits", partial(Limits, block=2))
    long = "x" * 5000

    held = imported(source, csv_of(*good_rows(1), *[f"X{n},{long},,,," for n in range(9)]))

    assert held.rows_rejected == 9
    kept = ImportRejection.objects.filter(case_import=held).order_by("line")
    assert [row.line for row in kept] == [3, 4, 5]
    assert {len(row.row["started_at"]) for row in kept} == {100}


def test_file_of_a_failed_job_goes_only_after_the_job_has_ended(source, monkeypatch):
    received = receive(source, csv_of(*good_rows(1)))
    monkeypatch.setattr(running, "read_cases", lambda *_: refuse())

    def refuse():
        assert len(stored_files()) == 1
        raise Unreadable("no_rows")

    with pytest.raises(FileRefusedError):
        imports.import_cases(import_id=received.case_import.pk)
    imports.forget_file(import_id=received.case_import.pk)
    assert len(stored_files()) == 1

    run_waiting()

    received.case_import.refresh_from_db()
    assert received.case_import.job.state == JobState.FAILED
    assert received.case_import.stored_name == ""
    assert stored_files() == []


def test_nightly_sweep_removes_what_nobody_needs(source, django_capture_on_commit_callbacks):
    late = imported(source, csv_of(*good_rows(1), ",2026-01-06T08:00:00Z,,,,"))
    fresh = imported(source, csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"))
    failed = receive(source, csv_of(*good_rows(3))).case_import
    waiting = receive(source, csv_of(*good_rows(4))).case_import
    now = datetime.now(UTC)
    Job.objects.filter(pk=late.job_id).update(started_at=now - timedelta(days=31))
    Job.objects.filter(pk=failed.job_id).update(
        state=JobState.FAILED, finished_at=now, last_error="Gone wrong."
    )
    stray, young = files.path_of("stray"), files.path_of("young")
    stray.write_bytes(b"x")
    young.write_bytes(b"x")
    old = (now - timedelta(days=2)).timestamp()
    for path in (stray, files.path_of(fresh.stored_name)):
        os.utime(path, (old, old))

    with django_capture_on_commit_callbacks(execute=True):
        imports.sweep_files(at=now)

    kept = {fresh.stored_name, waiting.stored_name, "young"}
    assert {path.name for path in stored_files()} == kept
    late.refresh_from_db()
    assert late.job.state == JobState.CANCELLED
    assert not ImportRejection.objects.filter(case_import=late).exists()


def test_corrected_file_after_a_review_is_a_new_import(source):
    held = imported(source, csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"))

    same = receive(source, csv_of(*good_rows(2), ",2026-01-06T08:00:00Z,,,,"))
    corrected = receive(source, csv_of(*good_rows(2), "D,2026-01-06T08:00:00Z,,,,"))

    assert same.case_import == held
    assert not corrected.again


def test_people_columns_are_dropped_and_named_and_never_kept_of_bad_rows(source):
    held = imported(
        source,
        csv_of(
            "A,2026-01-05T08:00:00Z,,Maria Muster,free text,3",
            ",2026-01-05T08:00:00Z,,Maria Muster,free text,3",
            header="case_id,started_at,completed_at,Bearbeiter,remark,score",
        ),
        skip=True,
    )

    assert held.dropped_columns == [
        {"column": "Bearbeiter", "why": "person"},
        {"column": "remark", "why": "text"},
    ]
    assert Case.objects.get().fields == {"score": 3}
    kept = ImportRejection.objects.get().row
    assert kept == {"case_id": "", "started_at": "2026-01-05T08:00:00Z", "completed_at": ""}


def test_refused_cell_of_a_number_column_is_not_kept(source):
    """Half of its values are numbers; the others may be anything, names among them."""
    held = imported(
        source,
        csv_of(
            "A,2026-01-05T08:00:00Z,,3",
            "B,2026-01-05T08:00:00Z,,Maria Muster",
            header="case_id,started_at,completed_at,score",
        ),
    )

    refused = ImportRejection.objects.get(case_import=held)
    assert (refused.column, refused.code) == ("score", "not_a_number")
    assert "Maria" not in str(refused.row)


def test_source_mapping_names_the_columns(source):
    source.mapping = {"case_id": "Vorgang", "kind": "Art"}
    source.save()

    imported(
        source,
        csv_of("7;2026-01-05T08:00:00Z;;Post", header="VORGANG;started_at;completed_at;Art"),
    )

    assert Case.objects.get().case_id == "7"
    assert Case.objects.get().kind == "Post"


@pytest.mark.parametrize(
    "column, header",
    [
        ("Bearbeiter", "case_id;started_at;completed_at;Bearbeiter"),
        ("assigneduser", "case_id;started_at;completed_at;assignedUser"),
        ("performed_by", "case_id;started_at;completed_at;performed_by"),
        ("Erfasst von", "case_id;started_at;completed_at;Erfasst von"),
    ],
)
def test_source_mapping_to_a_column_of_people_is_refused(source, column, header):
    source.mapping = {"kind": column}
    source.save()

    with pytest.raises(FileRefusedError) as refusal:
        receive(source, csv_of("7;2026-01-05T08:00:00Z;;Maria", header=header))

    assert (refusal.value.reason, refusal.value.facts["field"]) == ("person_mapped", "kind")
    assert header.rpartition(";")[2] in str(refusal.value)
    assert CaseImport.objects.count() == 0
    assert stored_files() == []


def test_source_is_never_told_to_read_a_column_of_people(source):
    with pytest.raises(FileRefusedError):
        imports.save_source(source=source, actor=None, mapping={"case_id": "performed_by"})

    source.refresh_from_db()
    assert source.mapping == {}


def test_numbers_of_people_are_left_out_and_named(source):
    done = imported(
        source,
        csv_of(
            "A,2026-01-05T08:00:00Z,,4711,12,756123,9",
            header="case_id,started_at,completed_at,PERNR,badgeNr,SSN,rework",
        ),
    )

    assert Case.objects.get().fields == {"rework": 9}
    assert [one["column"] for one in done.dropped_columns] == ["PERNR", "badgeNr", "SSN"]


def test_source_facts_change_with_the_delivery_or_not_at_all(source):
    with pytest.raises(FileRefusedError):
        imports.receive_file(
            source=source,
            actor=None,
            upload=io.BytesIO(b""),
            options={},
            channel=ImportChannel.PAGE,
            source_facts={"zone": "Asia/Tokyo"},
        )
    source.refresh_from_db()
    assert source.zone == ""

    imports.receive_file(
        source=source,
        actor=None,
        upload=csv_of("A,2026-01-05T08:00:00,,,,"),
        options={},
        channel=ImportChannel.PAGE,
        source_facts={"zone": "Asia/Tokyo"},
    )
    source.refresh_from_db()
    assert source.zone == "Asia/Tokyo"
    changed = AuditEvent.objects.get(verb="cases.source_changed")
    assert (changed.before, changed.after) == ({"zone": ""}, {"zone": "Asia/Tokyo"})


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"\n \n\n", "empty"),
    "header only": (b"case_id,started_at,completed_at\n", "no_rows"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "other_format"),
    "xlsx": (b"PK\x03\x04rest", "broken_zip"),
    "html": (b"<!DOCTYPE html><table>", "other_format"),
    "no case_id": (b"id,started_at,completed_at\n1,2,3\n", "column_missing"),
    "columns": (b"case_id,started_at,completed_at," + b"x," * 200_000 + b"\n", "line_too_long"),
    "201 columns": (
        (
            "case_id,started_at,completed_at," + ",".join(f"c{n}" for n in range(198)) + "\n"
        ).encode(),
        "too_many_columns",
    ),
    "twice": (b"case_id,started_at,Case_ID,completed_at\n", "column_twice"),
    "one endless line": (b"case_id," + b"x" * 64_000_000, "line_too_long"),
    "nul": (b"case_id,started_at,completed_at\nA\0,2026-01-05T08:00:00Z,\n", "nul_byte"),
    "broken utf-8": (b"case_id,started_at,completed_at\nM\xfcller,2026,\n", "broken_bytes"),
    "cut gzip": (gzip.compress(b"case_id,started_at,completed_at\n" * 9)[:-9], "broken_gzip"),
    "not json": (b'{"case_id": 1,}', "broken_json"),
    "list of numbers": (b"[1, 2]", "not_an_object"),
    "deep json": (b"[" * 60_000, "broken_json"),
    "deep object": (b'{"a":' * 12_000, "broken_json"),
    "quote": (b'case_id,started_at,completed_at\n"A"b,2026-01-05T08:00:00Z,\n', "broken_csv"),
    "naive": (b"case_id,started_at,completed_at\nA,2026-01-05T08:00:00,\n", "no_zone"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hopeless_file_is_refused_at_once(source, name):
    content, code = REFUSED[name]

    with pytest.raises(FileRefusedError) as refusal:
        receive(source, io.BytesIO(content))

    assert refusal.value.reason == code
    assert str(refusal.value)
    assert CaseImport.objects.count() == 0
    assert stored_files() == []


def test_refusal_of_broken_bytes_names_the_line(source):
    rows = "\n".join(good_rows(40)).encode()
    with pytest.raises(FileRefusedError) as refusal:
        receive(
            source,
            io.BytesIO(
                b"case_id,started_at,completed_at,status,kind,last_event_at\n" + rows + b"\n\xfc"
            ),
        )

    assert "42" in str(refusal.value)
    assert refusal.value.facts["line"] == 42


def test_file_over_the_limit_is_refused_while_reading(source, settings):
    settings.UPLOAD_LIMIT_BYTES = 1000

    with pytest.raises(FileRefusedError) as refusal:
        receive(source, io.BytesIO(b"x" * 2000))

    assert refusal.value.status == 413
    assert stored_files() == []


def test_full_disk_is_a_clear_refusal(source, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivered.os, "fsync", full)

    with pytest.raises(FileRefusedError) as refusal:
        receive(source, csv_of(*good_rows(1)))

    assert refusal.value.reason == "no_room"
    assert stored_files() == []
    assert CaseImport.objects.count() == 0


def test_gzip_bomb_ends_the_job_with_a_sentence(source, monkeypatch):
    """Blank rows for ever: the look sees a good row, the worker stops at the limit."""
    monkeypatch.setattr(terms, "Limits", partial(Limits, rows=110_000))
    head = csv_of(*good_rows(1)).getvalue()
    bomb = gzip.compress(head + b"\n" * 3_000_000)

    refused = imported(source, io.BytesIO(bomb))

    assert refused.job.state == JobState.FAILED
    assert "rows" in refused.job.error_text
    assert stored_files() == []
    assert Case.objects.count() == 0


def test_look_in_the_request_reads_only_the_beginning_of_a_bomb(source, monkeypatch):
    """A worker, not the person who waits, reads the millions of rows."""
    unpacked, looked = [], []

    def counted(*args, **kwargs):
        for piece in text_of(*args, **kwargs):
            unpacked.append(len(piece))
            yield piece

    def looking(*args):
        for block in read_cases(*args):
            looked.append(block.read)
            yield block

    monkeypatch.setattr(text, "text_of", counted)
    monkeypatch.setattr(receiving, "read_cases", looking)
    head = b"case_id,started_at,completed_at\n"

    receive(source, io.BytesIO(gzip.compress(head + b",,\n" * 1_000_000)))

    assert looked == [200]
    assert sum(unpacked) <= 600_000


@pytest.mark.parametrize("broken", ["staged_text", "merge", "clear_stage"])
def test_import_that_dies_at_any_stage_is_whole_after_the_next_try(source, monkeypatch, broken):
    received = receive(source, csv_of(*good_rows(5)))
    whole = getattr(staging, broken)

    def dies(*args, **kwargs):
        whole(*args, **kwargs)
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(running.staging, broken, dies)
        run_waiting()
    received.case_import.refresh_from_db()
    assert received.case_import.job.state == JobState.QUEUED
    assert (Case.objects.count(), staged(), received.case_import.merged_at) == (0, 0, None)

    Job.objects.update(run_after=None)
    run_waiting()

    received.case_import.refresh_from_db()
    assert received.case_import.job.state == JobState.DONE
    assert Case.objects.count() == 5
    assert staged() == 0


def test_case_that_did_not_change_is_neither_written_nor_locked(source):
    """A nightly push repeats a year of cases: PostgreSQL marks even rows that are only locked."""
    imported(source, csv_of(*good_rows(3)))

    again = imported(source, csv_of(*good_rows(4)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM measurement_case WHERE xmax <> 0")
        assert cursor.fetchone() == (0,)
    assert (again.rows_created, again.rows_updated, again.rows_unchanged) == (1, 0, 3)


def test_import_run_twice_changes_nothing(source):
    one = imported(source, csv_of(*good_rows(5)))
    before = one.merged_at

    imports.import_cases(import_id=one.pk)

    one.refresh_from_db()
    assert one.merged_at == before
    assert Case.objects.count() == 5


def test_json_list_object_and_lines_give_the_same(source):
    row = (
        '{"case_id": 17, "started_at": "2026-01-05T08:00:00Z", "completed_at": null,'
        ' "rework": true, "score": 7.25}'
    )
    for content in (f"[{row}]", row, f"{row}\n", f"\n [ {row} ]"):
        Case.objects.all().delete()
        done = imported(source, io.BytesIO(content.encode()), encoding="utf-8")
        assert done.rows_read == 1
        case = Case.objects.get()
        assert (case.case_id, case.status) == ("17", "open")
        assert case.fields == {"rework": 1, "score": 7.25}


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1e309", "9" * 5000])
def test_impossible_number_is_a_rejected_row_with_the_fields_name(source, bad):
    row = (
        f'{{"case_id": "A", "started_at": "2026-01-05T08:00:00Z", "score": {bad}}}\n'
        '{"case_id": "B", "started_at": "2026-01-05T08:00:00Z", "score": 1}\n'
    )

    held = imported(source, io.BytesIO(row.encode()))

    rejected = ImportRejection.objects.get(case_import=held)
    assert (rejected.line, rejected.column) == (1, "score")
    assert rejected.code in {"not_a_number", "number_too_large"}


def test_two_workers_with_one_file_import_it_once(transactional_db, run_together, source):
    received = receive(source, csv_of(*good_rows(50)))

    run_together(
        lambda: imports.import_cases(import_id=received.case_import.pk),
        lambda: imports.import_cases(import_id=received.case_import.pk),
    )

    assert Case.objects.count() == 50
    assert CaseImport.objects.get().rows_created == 50
    assert AuditEvent.objects.filter(verb="cases.imported").count() == 1


def test_same_file_posted_twice_at_once_makes_one_import(transactional_db, run_together, source):
    both = run_together(
        lambda: receive(source, csv_of(*good_rows(5))).again,
        lambda: receive(source, csv_of(*good_rows(5))).again,
    )

    assert sorted(both) == [False, True]
    assert CaseImport.objects.count() == 1


def test_future_rows_are_clock_errors(source):
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()

    held = imported(source, csv_of(*good_rows(1), f"F,{later},,,,"))

    assert held.clock_errors == 1
    assert ImportRejection.objects.get().code == "clock_error"


def test_name_of_the_file_is_text_only(source):
    received = imports.receive_file(
        source=source,
        actor=None,
        upload=csv_of(*good_rows(1)),
        options={},
        channel=ImportChannel.PAGE,
        name="../../etc/pass\r\nwd\u202egpj.csv" + "x" * 400,
    )

    assert received.case_import.original_name.startswith("passwdgpj.csvxxx")
    assert len(received.case_import.original_name) <= 300
    assert os.sep not in received.case_import.stored_name
