"""What a first look tells of a file, and what it leaves to the person."""

import gzip
import io
from datetime import UTC, datetime

import pytest

from measurement.parsing import ActivitySeen, FileTerms, Limits, Unreadable, look
from tests.factories.workbooks import workbook_of

AT = datetime(2026, 3, 1, tzinfo=UTC)


def looked(file, rows=20, **terms):
    return look(io.BytesIO(file), FileTerms(at=AT, **terms), rows)


MESSY = (
    "Vorgangsnummer;Eingangsdatum;Erledigt am;Bearbeiter;Betrag\r\n"
    "\r\n"
    "1001;03.04.2026;13.04.2026 09:30;Müller;1.234,50\r\n"
    "1002;04.04.2026;;Meier;7,5\r\n"
).encode("windows-1252")


def test_look_at_a_table_in_german():
    seen = looked(MESSY, encoding="windows-1252")

    assert (seen.format, seen.delimiter, seen.encoding) == ("csv", ";", "windows-1252")
    assert seen.columns == (
        "Vorgangsnummer",
        "Eingangsdatum",
        "Erledigt am",
        "Bearbeiter",
        "Betrag",
    )
    assert seen.lines == (3, 4)
    assert seen.rows[0] == ("1001", "03.04.2026", "13.04.2026 09:30", "", "1.234,50")
    assert seen.persons == ("Bearbeiter",)
    assert seen.times["Eingangsdatum"] == ("dd.mm.yyyy",)
    assert seen.mapping == {
        "case_id": "Vorgangsnummer",
        "started_at": "Eingangsdatum",
        "completed_at": "Erledigt am",
    }
    assert not seen.is_log
    assert seen.activities == ()


def test_times_that_may_be_read_in_two_ways_are_told_with_both():
    seen = looked(b"id,a,b\n1,03/04/2026,03/04/2026\n2,05/06/2026,13/04/2026\n")

    assert seen.times == {"a": ("dd/mm/yyyy", "mm/dd/yyyy"), "b": ("dd/mm/yyyy",)}


@pytest.mark.parametrize(
    "columns, mapping",
    [
        (
            "Case ID,Activity,Complete Timestamp,Start Timestamp,Resource",
            {
                "case_id": "Case ID",
                "activity": "Activity",
                "at": "Complete Timestamp",
                "began_at": "Start Timestamp",
                "started_at": "Start Timestamp",
            },
        ),
        (
            "case:concept:name,concept:name,time:timestamp,lifecycle:transition",
            {
                "case_id": "case:concept:name",
                "activity": "concept:name",
                "at": "time:timestamp",
                "lifecycle": "lifecycle:transition",
            },
        ),
        (
            "Numéro de dossier,Reçu le,Date de clôture,Catégorie,Agent",
            {
                "case_id": "Numéro de dossier",
                "started_at": "Reçu le",
                "completed_at": "Date de clôture",
                "kind": "Catégorie",
            },
        ),
        ("ticketId,createdAt,closedAt", {
            "case_id": "ticketId", "started_at": "createdAt", "completed_at": "closedAt"}),
        ("foo,bar,baz", {}),
    ],
)  # fmt: skip
def test_mapping_is_suggested_by_usual_names(columns, mapping):
    cells = ",".join("x" for _column in columns.split(","))

    assert looked(f"{columns}\n{cells}\n".encode()).mapping == mapping


LOG = b"""case;step;when
A;ask;05.01.2026 08:00
B;ask;05.01.2026 09:00
A;ship;07.01.2026 08:00
A;check;06.01.2026 08:00
B;check;06.01.2026 09:00
"""


def test_activities_are_told_with_how_many_cases_they_begin_and_end():
    seen = looked(LOG, mapping={"at": "when"})

    assert seen.activities == (
        ActivitySeen("ask", 2, 2, 0),
        ActivitySeen("ship", 1, 0, 1),
        ActivitySeen("check", 2, 0, 1),
    )
    assert looked(LOG.replace(b"when", b"time")).is_log


def test_activities_keep_the_order_of_the_file_where_times_are_not_clear():
    seen = looked(LOG.replace(b"07.01.2026 08:00", b"soon"), mapping={"at": "when"})

    assert seen.activities[1:] == (ActivitySeen("ship", 1, 0, 0), ActivitySeen("check", 2, 0, 2))


def test_look_at_objects_and_at_a_workbook():
    objects = looked(b'{"id": 1, "start": "2026-01-05"}\n{"id": 2, "user": "Joe", "n": 1.5}\n')
    book = looked(workbook_of([["id", "start"], ["A", datetime(2026, 1, 5, tzinfo=None)]], [["x"]]))  # noqa: DTZ001

    assert (objects.format, objects.columns) == ("json", ("id", "start", "user", "n"))
    assert objects.rows == (("1", "2026-01-05", "", ""), ("2", "", "", "1.5"))
    assert (book.format, book.sheets) == ("xlsx", ("Sheet1", "Sheet2"))
    assert book.rows == (("A", "2026-01-05T00:00:00"),)
    assert book.times == {"start": ("",)}


def test_look_at_a_log_shows_texts_that_may_be_mapped():
    text = (
        "<log><trace><string key='concept:name' value='A'/><string key='type' value='big'/>"
        "<event><string key='concept:name' value='ask'/><string key='org:resource' value='Joe'/>"
        "<date key='time:timestamp' value='2026-01-05T08:00:00Z'/></event></trace></log>"
    )

    seen = looked(gzip.compress(text.encode()))

    assert seen.columns == (
        "case:concept:name", "case:type", "concept:name", "time:timestamp", "org:resource",
    )  # fmt: skip
    assert seen.rows == (("A", "big", "ask", "2026-01-05T08:00:00Z", ""),)
    assert (seen.is_log, seen.persons) == (True, ("org:resource",))
    assert seen.activities == (ActivitySeen("ask", 1, 1, 1),)


def test_uneven_rows_are_shown_at_the_width_of_the_header():
    seen = looked(b"id,a\n1\n2,b,c\n")

    assert seen.rows == (("1", ""), ("2", "b"))


def test_look_reads_the_beginning_only():
    class Counting(io.BytesIO):
        read_bytes = 0

        def read(self, size=-1):
            piece = super().read(size)
            self.read_bytes += len(piece)
            return piece

    stream = Counting(b"id,start\n" + b"1,2026-01-05\n" * 1_000_000)

    seen = look(stream, FileTerms(at=AT, limits=Limits(unpacked=600_000, block=200)), rows=5)

    assert len(seen.rows) == 5
    assert stream.read_bytes <= 600_000


def test_what_is_wrong_further_on_is_not_the_looks_to_say():
    seen = looked(b"id,a\n" + b"1,b\n" * 500 + b'2,"c\n', limits=Limits(block=10))

    assert len(seen.rows) == 20
    with pytest.raises(Unreadable) as refused:
        looked(b'id,a\n2,"c\n')
    assert refused.value.code == "broken_csv"


@pytest.mark.parametrize(
    "file, code",
    [
        (b"", "empty"),
        (b"id,a\n", "no_rows"),
        (b",".join(b"c%d" % n for n in range(201)) + b"\n1\n", "too_many_columns"),
        (b"%PDF-1.7", "other_format"),
        pytest.param(
            gzip.compress(gzip.compress(b"case_id,started_at\n", mtime=0), mtime=0),
            "other_format",
            id="packed twice",
        ),
    ],
)
def test_file_of_which_nothing_can_be_shown_is_refused(file, code):
    with pytest.raises(Unreadable) as refused:
        looked(file)
    assert refused.value.code == code


def test_very_long_name_of_a_column_is_judged_by_its_end():
    seen = looked(f"{'a' * 60_000},{'b' * 1_000}signedby\n1,Meier\n".encode())

    assert [len(name) for name in seen.persons] == [1_008]
    assert seen.rows == (("1", ""),)


def test_names_in_json_hold_signs_that_can_be_stored():
    seen = looked(b'{"a\\u0000": 1, "\\ud800": 2}')

    assert seen.columns == ("a\ufffd", "\ufffd")


def test_objects_with_ever_new_names_are_refused_at_once():
    rows = "\n".join(f'{{"a{row}": 1}}' for row in range(201))
    with pytest.raises(Unreadable, match="too_many_columns"):
        looked(rows.encode())


@pytest.mark.parametrize("least, members", [(b"", 1_001), (b"\n", 1_010)])
def test_very_many_packed_files_of_next_to_nothing_are_refused(least, members):
    with pytest.raises(Unreadable, match="broken_gzip"):
        looked(gzip.compress(b"a\n") + gzip.compress(least) * members)


def test_many_packed_files_one_after_the_other_are_one():
    part = gzip.compress(b"1234567890\n" * 200)

    assert looked(gzip.compress(b"a\n") + part * 1_100).columns == ("a",)
