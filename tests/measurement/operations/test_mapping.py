"""A delivery that waits for its mapping, and the mapping that its source keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from core.choices import JobState
from core.models import AuditEvent, Job
from measurement import tasks
from measurement.choices import ImportChannel
from measurement.errors import FileRefusedError, ImportOverError
from measurement.models import Case, CaseEvent, CaseImport, CaseSource
from measurement.operations import imports
from tests.factories.measurement import (
    CaseImportFactory,
    CaseSourceFactory,
    LogSourceFactory,
    csv_of,
    good_rows,
    log_of,
)
from tests.factories.people import PersonFactory
from tests.factories.workflows import WorkflowFactory

pytestmark = pytest.mark.django_db
GERMAN = csv_of(
    "V-1;04.03.2026 08:00;05.03.2026 09:30;1,5",
    "V-2;04.03.2026 10:00;;",
    header="Vorgang;Beginn;Ende;Seiten",
).getvalue()
GERMAN_FACTS = {
    "zone": "Europe/Zurich",
    "delimiter": ";",
    "time_pattern": "dd.mm.yyyy",
    "decimal": ",",
    "mapping": {"case_id": "Vorgang", "started_at": "Beginn", "completed_at": "Ende"},
}
LOG_FACTS = {"layout": "events", "end_activities": ["Close"]}


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def source():
    return CaseSourceFactory()


def shelved(source, content, *, actor=None):
    from io import BytesIO

    return imports.shelve_file(
        source=source,
        actor=actor,
        upload=content if hasattr(content, "read") else BytesIO(content),
        channel=ImportChannel.PAGE,
        name="cases.csv",
    )


def stored_files():
    folder = settings.DATA_DIR / "uploads" / "cases"
    return list(folder.iterdir()) if folder.exists() else []


def run_jobs():
    for job in Job.objects.filter(name="measurement.import_cases", state=JobState.QUEUED):
        tasks.import_cases(str(job.public_id), **job.args)


def test_shelved_file_waits_without_a_job():
    source = imports.new_source(WorkflowFactory())

    waiting = shelved(source, GERMAN).case_import

    assert (waiting.job, waiting.merged_at, waiting.options) == (None, None, {})
    assert CaseSource.objects.get().name == waiting.source.name
    assert [path.name for path in stored_files()] == [waiting.stored_name]
    assert not Job.objects.exists()


def test_same_file_waits_once(source):
    first = shelved(source, GERMAN).case_import

    again = shelved(source, GERMAN)

    assert (again.again, again.case_import) == (True, first)
    assert len(stored_files()) == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 ...", b"case_id,started_at\n"])
def test_what_no_mapping_makes_readable_is_not_kept(source, content):
    with pytest.raises(FileRefusedError):
        shelved(source, content)

    assert stored_files() == []
    assert not CaseImport.objects.exists()


def test_letters_that_are_not_known_yet_are_kept_for_the_mapping(source):
    waiting = shelved(source, "Vorgang;Prüfer\n1;Müller\n".encode("cp1252")).case_import

    assert waiting.stored_name


def test_mapping_is_saved_with_the_source_and_starts_the_job(source):
    actor = PersonFactory()
    waiting = shelved(source, GERMAN, actor=actor).case_import

    started = imports.start_import(
        case_import=waiting, actor=actor, source_facts=GERMAN_FACTS, options={}
    )
    run_jobs()

    source.refresh_from_db()
    assert {name: getattr(source, name) for name in GERMAN_FACTS} == GERMAN_FACTS
    assert started.options["times"] == "dd.mm.yyyy"
    assert started.options["mapping"] == GERMAN_FACTS["mapping"]
    first, second = Case.objects.order_by("case_id")
    assert first.started_at == datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert first.completed_at == datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    assert (first.fields, second.status) == ({"Seiten": 1.5}, "open")
    changed = AuditEvent.objects.get(verb="cases.source_changed")
    assert (changed.actor, changed.after["delimiter"]) == (actor, ";")


def test_next_file_of_the_source_needs_no_mapping(source):
    source = imports.save_source(source=source, actor=None, **GERMAN_FACTS)

    received = imports.receive_file(
        source=source,
        actor=None,
        upload=csv_of("V-3;06.03.2026 08:00;;", header="Vorgang;Beginn;Ende;Seiten"),
        options={},
        channel=ImportChannel.API,
    )
    run_jobs()

    received.case_import.refresh_from_db()
    assert received.case_import.rows_created == 1
    assert received.case_import.options["delimiter"] == ";"


def test_delivery_may_say_another_zone_and_letters(source):
    source = imports.save_source(source=source, actor=None, **GERMAN_FACTS, encoding="cp850")

    received = imports.receive_file(
        source=source,
        actor=None,
        upload=csv_of("V-3;06.03.2026 08:00;;", header="Vorgang;Beginn;Ende;Seiten"),
        options={"zone": "UTC", "encoding": "utf-8"},
        channel=ImportChannel.API,
    )
    run_jobs()

    options = CaseImport.objects.get(pk=received.case_import.pk).options
    assert (options["zone"], options["encoding"]) == ("UTC", "utf-8")
    assert Case.objects.get().started_at == datetime(2026, 3, 6, 8, tzinfo=UTC)
    source.refresh_from_db()
    assert (source.zone, source.encoding) == ("Europe/Zurich", "cp850")


def test_log_is_read_as_one_by_its_mapping(source):
    waiting = shelved(source, log_of("A Open 5T08:00", "A Close 6T08:00")).case_import

    imports.start_import(case_import=waiting, actor=None, source_facts=LOG_FACTS)
    run_jobs()

    assert CaseEvent.objects.count() == 2
    assert Case.objects.get().status == "completed"


@pytest.mark.parametrize(
    "facts, code",
    [
        (LOG_FACTS | {"end_activities": []}, "no_end_activity"),
        (LOG_FACTS | {"cancel_activities": ["Close"]}, "activity_twice"),
        (LOG_FACTS | {"start_activities": [" "]}, "unknown_activities"),
        (LOG_FACTS | {"start_activities": "Open"}, "unknown_activities"),
        ({"layout": "lines"}, "unknown_layout"),
        ({"time_pattern": "as it comes"}, "unknown_times"),
        ({"decimal": ";"}, "unknown_decimal"),
        ({"delimiter": "a"}, "unknown_delimiter"),
        ({"zone": "Nowhere/Land"}, "unknown_zone"),
        ({"encoding": "klingon"}, "unknown_encoding"),
        ({"mapping": {"kind": "Bearbeiter"}}, "person_mapped"),
        ({"mapping": {"started_at": "Anfang"}}, "column_missing"),
    ],
)
def test_mapping_that_cannot_be_is_refused_and_the_file_waits_on(source, facts, code):
    waiting = shelved(source, log_of("A Open 5T08:00")).case_import

    with pytest.raises(FileRefusedError) as refused:
        imports.start_import(case_import=waiting, actor=None, source_facts=facts)

    assert refused.value.reason == code
    waiting.refresh_from_db()
    assert (waiting.job, bool(waiting.stored_name)) == (None, True)
    assert CaseSource.objects.get().layout == "cases"
    assert not AuditEvent.objects.filter(verb="cases.source_changed").exists()


def test_blanks_around_activities_are_not_theirs(source):
    waiting = shelved(source, log_of("A Close 5T08:00")).case_import

    imports.start_import(
        case_import=waiting,
        actor=None,
        source_facts=LOG_FACTS | {"end_activities": [" Close ", "Close"]},
    )

    source.refresh_from_db()
    assert source.end_activities == ["Close"]


def test_delivery_is_started_once_and_not_after_it_was_given_up(source):
    waiting = shelved(source, csv_of(*good_rows(2))).case_import
    imports.start_import(case_import=waiting, actor=None, source_facts={})
    with pytest.raises(ImportOverError):
        imports.start_import(case_import=waiting, actor=None, source_facts={})

    other = shelved(source, csv_of(*good_rows(3))).case_import
    imports.cancel_import(case_import=other, actor=None)
    other.refresh_from_db()
    with pytest.raises(ImportOverError):
        imports.start_import(case_import=other, actor=None, source_facts={"name": "Changed"})
    source.refresh_from_db()
    assert source.name == "Case system"


def test_file_that_nobody_mapped_goes_after_its_time(source, django_capture_on_commit_callbacks):
    late = shelved(source, csv_of(*good_rows(2))).case_import
    fresh = shelved(source, csv_of(*good_rows(3))).case_import
    now = datetime.now(UTC)
    # Its moment never changes, not even for a test: the sweep comes later instead.
    with django_capture_on_commit_callbacks(execute=True):
        imports.sweep_files(at=now + timedelta(days=29))
    assert len(stored_files()) == 2

    imports.start_import(case_import=fresh, actor=None, source_facts={})
    with django_capture_on_commit_callbacks(execute=True):
        imports.sweep_files(at=now + timedelta(days=31))

    late.refresh_from_db()
    assert late.stored_name == ""
    assert [path.name for path in stored_files()] == [fresh.stored_name]


def test_delivery_from_before_sources_said_more_is_still_read(source):
    waiting = shelved(source, csv_of(*good_rows(2))).case_import
    waiting.options = {"zone": "", "encoding": "", "mapping": {}, "covers_to": ""}
    waiting.save()

    imports.import_cases(import_id=waiting.pk)

    assert Case.objects.count() == 2


def test_database_refuses_a_log_without_an_end_and_other_signs(source):
    for wrong in (
        {"layout": "events"},
        {"layout": "lines"},
        {"decimal": ";"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseSource.objects.filter(pk=source.pk).update(**wrong)


def test_database_refuses_to_change_an_event():
    event = CaseEvent.objects.create(
        workflow=LogSourceFactory().workflow,
        case_id="A",
        position=1,
        activity="Open",
        happened_at=CaseImportFactory().created_at,
    )
    assert str(event) == "A: Open"

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE measurement_caseevent SET activity = 'Close'")
    assert CaseEvent.objects.get().activity == "Open"


@pytest.mark.parametrize(
    "wrong", [{"lifecycle": "begun"}, {"activity": ""}, {"case_id": ""}, {"began_at": "later"}]
)
def test_database_refuses_an_event_that_cannot_be(wrong):
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    given = {
        "workflow": LogSourceFactory().workflow,
        "case_id": "A",
        "position": 1,
        "activity": "Open",
        "happened_at": moment,
    }
    if "began_at" in wrong:
        wrong = {"began_at": moment + timedelta(days=1)}

    with pytest.raises(IntegrityError), transaction.atomic():
        CaseEvent.objects.create(**(given | wrong))
