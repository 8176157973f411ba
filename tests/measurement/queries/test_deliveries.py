"""What a stored file would become, before anything is saved."""

import io
from datetime import UTC, datetime

import pytest

from measurement.choices import ImportChannel
from measurement.errors import FileRefusedError
from measurement.models import Case, CaseSource
from measurement.operations import imports
from measurement.queries.deliveries import preview
from tests.factories.measurement import CaseSourceFactory, csv_of, good_rows, log_of

pytestmark = pytest.mark.django_db
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def waiting(upload):
    return imports.shelve_file(
        source=CaseSourceFactory(), actor=None, upload=upload, channel=ImportChannel.PAGE
    ).case_import


def test_first_rows_are_shown_as_they_would_be_read():
    case_import = waiting(
        csv_of(
            "1;04.03.2026 08:00;05.03.2026 09:30",
            "2;04.03.2026 08:00;",
            "3;04/03/2026;",
            header="Nr;Beginn;Ende",
        )
    )
    facts = {
        "delimiter": ";",
        "zone": "Europe/Zurich",
        "time_pattern": "dd.mm.yyyy",
        "mapping": {"case_id": "Nr", "started_at": "Beginn", "completed_at": "Ende"},
    }

    told = preview(case_import, source_facts=facts)

    assert told.refusal is None
    assert told.look.columns == ("Nr", "Beginn", "Ende")
    assert told.fields[:3] == ("case_id", "started_at", "completed_at")
    first, second, third = told.rows
    assert (first.line, first.seconds, first.refusal) == (2, 25.5 * HOUR, "")
    assert datetime.fromisoformat(first.cells["started_at"]) == datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert (second.cells["status"], second.seconds) == ("open", None)
    assert (third.line, third.seconds) == (4, None)
    assert third.refusal == "“Beginn” is not a time as it was chosen for this file"
    assert CaseSource.objects.get().mapping == {}
    assert not Case.objects.exists()


def test_at_most_twenty_rows_of_a_long_file_are_shown():
    told = preview(waiting(csv_of(*good_rows(9000))))

    assert [row.line for row in told.rows] == list(range(2, 22))
    assert told.rows[0].seconds == 30 * HOUR


def test_missing_column_is_told_beside_the_look():
    told = preview(waiting(csv_of("1,2,3", header="a,b,c")))

    assert told.look.columns == ("a", "b", "c")
    assert told.refusal.reason == "column_missing"
    assert told.rows == ()


def test_log_shows_events_and_the_cases_that_they_make():
    case_import = waiting(
        log_of("A Open 5T08:00", "B Open 5T09:00", "A Close 6T08:00", "- Open 6T08:00")
    )

    told = preview(case_import, source_facts={"layout": "events", "end_activities": ["Close"]})

    assert told.look.is_log
    assert told.fields[:3] == ("case_id", "activity", "at")
    assert [row.cells.get("case_id") for row in told.rows[:3]] == ["A", "B", "A"]
    assert told.rows[3].refusal == "no case number"
    assert [(case.case_id, case.status, case.seconds) for case in told.cases] == [
        ("A", "completed", 24 * HOUR),
        ("B", "open", None),
    ]


def test_log_without_an_end_says_so_and_still_shows_its_activities():
    told = preview(waiting(log_of("A Open 5T08:00")), source_facts={"layout": "events"})

    assert told.refusal.reason == "no_end_activity"
    assert [one.name for one in told.look.activities] == ["Open"]


def test_letters_are_tried_until_the_file_is_readable():
    case_import = waiting(io.BytesIO("case_id;Größe\n1;2\n".encode("cp1252")))

    refused = preview(case_import)
    told = preview(case_import, source_facts={"encoding": "windows-1252"})

    assert (refused.look, refused.refusal.reason) == (None, "broken_bytes")
    assert told.look.columns == ("case_id", "Größe")


def test_unusable_terms_do_not_stop_the_look():
    case_import = waiting(csv_of(*good_rows(2)))

    told = preview(
        case_import,
        source_facts={
            "encoding": "klingon",
            "delimiter": "a",
            "sheet": "None such",
            "decimal": "?",
            "mapping": {"kind": "Bearbeiter", "case_id": 7},
        },
    )

    assert told.look.delimiter == ","
    assert told.refusal is not None


def test_columns_of_people_are_never_shown():
    told = preview(
        waiting(
            csv_of(
                "1,2026-01-05T08:00:00Z,,Maria", header="case_id,started_at,completed_at,Bearbeiter"
            )
        )
    )

    assert "Maria" not in repr(told)
    assert told.look.persons == ("Bearbeiter",)


def test_file_that_is_gone_is_refused():
    case_import = waiting(csv_of(*good_rows(2)))
    imports.files.discard(case_import.stored_name)

    with pytest.raises(FileRefusedError) as refused:
        preview(case_import)
    assert refused.value.reason == "gone"
