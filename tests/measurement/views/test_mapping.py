"""The page that asks how a file is read: what it suggests, shows, refuses and remembers."""

import gzip
import io
import re
from datetime import UTC, datetime

import pytest

from measurement.choices import ImportChannel, SourceLayout
from measurement.forms.mapping import TIME_WORDS
from measurement.models import Case, CaseEvent, CaseImport, CaseSource
from measurement.operations import imports
from measurement.parsing import TIME_PATTERNS
from people.choices import Role
from tests.factories.measurement import CaseSourceFactory, csv_of, good_rows
from tests.factories.people import OrgUnitFactory, RoleGrantFactory
from tests.factories.workflows import WorkflowFactory
from tests.measurement.views.bringing import brought, run_jobs, said, told, uploaded, url

pytestmark = pytest.mark.django_db

MESSY = """Vorgang;Eingang;Abschluss;Art;Bearbeiter;Betrag
"V-1";02.03.2026 08:15;11.03.2026 14:40;Standard;Meier;1.250,50
"V-2";02.03.2026 09:05;;Eilig;Huber;99,00
"V-3";13.03.2026 10:00;20.03.2026 10:00;Standard;Meier;10,25
""".encode("windows-1252")
LOG = b"""case,step,time,resource
C-1,Receive,2026-03-02T08:00:00Z,ann
C-1,Check,2026-03-03T09:00:00Z,bob
C-1,Release,2026-03-04T10:00:00Z,ann
C-2,Receive,2026-03-02T08:30:00Z,ann
C-2,Reject,2026-03-05T08:00:00Z,bob
C-3,Receive,2026-03-06T08:00:00Z,ann
"""
LOG_COLUMNS = {"column_case_id": "case", "column_activity": "step", "column_at": "time"}


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def workflow():
    return WorkflowFactory()


@pytest.fixture
def owner(client, workflow):
    client.force_login(workflow.owner)
    return workflow.owner


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def shown(client, made):
    return client.get(url("mapping", made))


# --- who ----------------------------------------------------------------------------------------
def test_page_is_for_those_who_may_bring_cases(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    client.force_login(OrgUnitFactory().head)
    assert shown(client, made).status_code == 404
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)
    assert shown(client, made).status_code == 403
    assert client.post(url("mapping", made), {"do": "import"}).status_code == 403


def test_page_of_a_delivery_that_was_started_leads_to_it(client, owner, workflow):
    made = brought(client, workflow, csv_of(*good_rows(3)))

    assert shown(client, made).url == url("import", made)
    assert client.post(url("mapping", made), {"do": "import"}).url == url("import", made)


def test_discarded_before_it_was_read(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    client.post(url("import_cancel", made))

    assert "This delivery was discarded" in text_of(client.get(url("import", made)))
    assert shown(client, made).url == url("import", made)


# --- what it shows ------------------------------------------------------------------------------
def test_plain_file_is_shown_as_it_will_be_read_before_anything_is_saved(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    page = shown(client, made)

    preview = page.context["page"].preview
    assert preview.good == 3
    assert [row.case_id for row in preview.rows] == [row.split(",")[0] for row in good_rows(3)]
    assert "3 of the first 3 rows are read." in text_of(page)
    assert "Import this file" in text_of(page)
    assert Case.objects.count() == 0
    assert CaseSource.objects.get().mapping == {}


def test_durations_are_drawn_and_told(client, owner, workflow):
    made = uploaded(
        client,
        workflow,
        csv_of(
            "A,2026-01-05T08:00:00Z,2026-01-06T08:00:00Z,,,",
            "B,2026-01-05T08:00:00Z,2026-01-09T08:00:00Z,,,",
        ),
    )

    page = shown(client, made)

    preview = page.context["page"].preview
    assert [row.seconds for row in preview.rows] == [86_400.0, 4 * 86_400.0]
    assert preview.longest == 4 * 86_400.0
    assert "took from 1 day to 4 days, half of them at most 2.5 days" in text_of(page)


def test_messy_file_is_suggested_by_its_columns_and_asks_what_it_cannot_know(
    client, owner, workflow
):
    made = uploaded(client, workflow, MESSY)
    form = shown(client, made).context["form"]
    assert form["column_case_id"].value() == "Vorgang"
    assert form["time_pattern"].value() == "dd.mm.yyyy"
    assert "Bearbeiter" not in dict(form.fields["column_kind"].choices)

    without_zone = told(client, made, do="look", decimal=",")
    assert "Not one of these rows can be read" in text_of(without_zone) or (
        without_zone.status_code == 422
    )

    done = brought_again(client, made, zone="Europe/Zurich", decimal=",")

    assert done.rows_created == 3
    first = Case.objects.get(case_id="V-1")
    assert first.started_at == datetime(2026, 3, 2, 7, 15, tzinfo=UTC)
    assert first.fields == {"Betrag": 1250.5}
    source = CaseSource.objects.get()
    assert (source.time_pattern, source.zone, source.decimal) == (
        "dd.mm.yyyy",
        "Europe/Zurich",
        ",",
    )


def brought_again(client, made, **changed):
    answer = told(client, made, **changed)
    assert answer.status_code == 302, answer.context["form"].errors
    run_jobs()
    made.refresh_from_db()
    return made


def test_what_was_said_once_is_remembered(client, owner, workflow):
    made = uploaded(client, workflow, MESSY)
    brought_again(client, made, zone="Europe/Zurich", decimal=",")

    again = uploaded(client, workflow, MESSY.replace(b"V-3", b"V-4"))
    page = shown(client, again)

    assert "It is read as the last one was." in text_of(page)
    assert page.context["page"].preview.good == 3
    done = brought_again(client, again)
    assert (done.rows_created, done.rows_unchanged) == (1, 2)


AMBIGUOUS = b"case_id,started_at,completed_at\nA,03/04/2026 08:00,05/04/2026 09:00\n"


def test_column_that_is_not_what_its_name_says_can_be_left_out(client, owner, workflow):
    """A "status" of the source's own is no state of a case; it stays left out from then on."""
    table = b"case_id,started_at,completed_at,status\nA,2026-01-05T08:00:00Z,,green\n"

    made = brought(client, workflow, table, column_status="")

    assert made.rows_created == 1
    assert Case.objects.get().status == "open"
    assert {"column": "status", "why": "text"} in made.dropped_columns
    assert "is called “”" not in text_of(client.get(url("cases", workflow)))
    later = uploaded(client, workflow, table.replace(b"A,", b"B,"))
    form = client.get(url("mapping", later)).context["form"]
    assert form["column_status"].value() == ""


def test_column_that_only_comes_later_is_read_then(client, owner, workflow):
    brought(client, workflow, b"case_id,started_at,completed_at\nA,2026-01-05T08:00:00Z,\n")
    more = b"case_id,started_at,completed_at,kind\nB,2026-01-05T08:00:00Z,,urgent\n"
    source = CaseSource.objects.get()

    imports.receive_file(
        source=source, actor=None, upload=io.BytesIO(more), options={}, channel=ImportChannel.API
    )
    run_jobs()

    assert set(source.mapping) == {"case_id", "started_at", "completed_at"}
    assert Case.objects.get(case_id="B").kind == "urgent"


def test_what_a_row_is_may_change_and_complete_days_stay(client, owner, workflow):
    source = CaseSourceFactory(workflow=workflow, data_from=datetime(2025, 10, 4, tzinfo=UTC))

    made = uploaded(client, workflow, XES, "log.xes")

    form = client.get(url("mapping", made)).context["form"]
    assert form["data_from"].value() == source.data_from.date()


def test_day_and_month_are_never_guessed(client, owner, workflow):
    made = uploaded(client, workflow, AMBIGUOUS)

    page = shown(client, made)
    assert page.context["page"].preview is None
    assert page.context["form"]["time_pattern"].value() == "?"
    refused = told(client, made, zone="UTC")

    assert refused.status_code == 422
    assert "3rd of April" in str(refused.context["form"].errors["time_pattern"])
    brought_again(client, made, zone="UTC", time_pattern="mm/dd/yyyy")
    assert Case.objects.get().started_at == datetime(2026, 3, 4, 8, tzinfo=UTC)


def test_pattern_that_reads_nothing_is_seen_before_it_is_saved(client, owner, workflow):
    made = uploaded(client, workflow, AMBIGUOUS)

    looked = told(client, made, do="look", zone="UTC", time_pattern="dd.mm.yyyy")

    assert CaseImport.objects.get().job is None
    assert "Not one of these rows can be read" in text_of(looked) or looked.status_code == 422


# --- logs ---------------------------------------------------------------------------------------
def test_log_asks_for_its_steps_and_becomes_cases(client, owner, workflow):
    made = uploaded(client, workflow, LOG)
    form = shown(client, made).context["form"]
    assert form["layout"].value() == SourceLayout.EVENTS
    assert {name for name, _words in form.fields["ends"].choices} == {
        "Receive",
        "Check",
        "Release",
        "Reject",
    }
    assert form.look.persons == ("resource",)

    missing = told(client, made, **LOG_COLUMNS)
    assert "Say with which step a case is finished." in str(missing.context["form"].errors["ends"])

    looked = told(client, made, do="look", ends=["Release"], cancels=["Reject"], **LOG_COLUMNS)
    assert [(row.case_id, row.state) for row in looked.context["page"].preview.rows] == [
        ("C-1", "Completed"),
        ("C-2", "Cancelled"),
        ("C-3", "Open"),
    ]
    brought_again(client, made, ends=["Release"], cancels=["Reject"], **LOG_COLUMNS)

    assert dict(Case.objects.values_list("case_id", "status")) == {
        "C-1": "completed",
        "C-2": "cancelled",
        "C-3": "open",
    }
    assert CaseEvent.objects.count() == 6


def test_step_that_ends_and_cancels_is_refused_beside_it(client, owner, workflow):
    made = uploaded(client, workflow, LOG)

    refused = told(client, made, ends=["Release"], cancels=["Release"], **LOG_COLUMNS)

    assert refused.status_code == 422
    assert "cancels" in refused.context["form"].errors


XES = b"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
<trace><string key="concept:name" value="X-1"/>
<event><string key="concept:name" value="Receive"/>
<date key="time:timestamp" value="2026-03-02T08:00:00Z"/></event>
<event><string key="concept:name" value="Release"/><string key="org:resource" value="ann"/>
<date key="time:timestamp" value="2026-03-04T08:00:00Z"/></event></trace>
</log>"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_xes_needs_no_more_than_its_last_step(client, owner, workflow, pack):
    made = uploaded(client, workflow, pack(XES), "log.xes")
    page = shown(client, made)
    assert not page.context["form"].must_say_layout

    brought_again(client, made, ends=["Release"])

    case = Case.objects.get()
    assert (case.case_id, case.status) == ("X-1", "completed")
    assert case.completed_at == datetime(2026, 3, 4, 8, tzinfo=UTC)


# --- looking again ------------------------------------------------------------------------------
def test_changing_what_a_row_is_asks_for_other_columns_and_keeps_the_rest(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    looked = told(client, made, do="look", layout=SourceLayout.EVENTS, data_from="2026-01-05")

    form = looked.context["form"]
    assert looked.status_code == 200
    assert "column_activity" in form.fields
    assert str(form["data_from"].value()) == "2026-01-05"
    assert not form.errors


def test_another_sign_between_columns_is_seen_at_once(client, owner, workflow):
    content = b"case_id~started_at~completed_at\nA~2026-01-05T08:00:00Z~\n"
    made = uploaded(client, workflow, content)

    looked = told(client, made, do="look", delimiter="other", other_delimiter="~")

    assert looked.context["page"].look.columns == ("case_id", "started_at", "completed_at")
    form = looked.context["form"]
    assert (form["delimiter"].value(), form["other_delimiter"].value()) == ("other", "~")


def test_letters_that_are_not_utf8_ask_for_the_encoding(client, owner, workflow):
    content = "case_id,started_at,completed_at\nMü-1,2026-01-05T08:00:00Z,\n".encode("cp1252")
    made = uploaded(client, workflow, content)

    page = text_of(shown(client, made))
    assert "Choose the file" in page
    looked = told(client, made, do="look", encoding="windows-1252")

    assert looked.context["page"].look.rows[0][0] == "Mü-1"


def test_wrong_days_and_horizon_stay_as_they_were_typed(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    answer = told(
        client,
        made,
        data_from="2030-01-01",
        covers_to="2031-01-01",
        completed_only="on",
        horizon_days="1e309",
        zone="Mars/Base",
        encoding="utf-7",
    )

    assert answer.status_code == 422
    form = answer.context["form"]
    assert {"covers_to", "horizon_days", "zone", "encoding"} <= set(form.errors)
    assert form["covers_to"].value() == "2031-01-01"
    assert CaseImport.objects.get().job is None


def test_one_column_cannot_be_two_things(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    answer = told(client, made, column_completed_at="started_at")

    assert "already" in str(answer.context["form"].errors["column_completed_at"])


def test_column_of_people_can_be_named_for_nothing(client, owner, workflow):
    made = uploaded(client, workflow, MESSY)

    answer = told(client, made, zone="UTC", column_kind="Bearbeiter")

    assert answer.status_code == 422
    assert "column_kind" in answer.context["form"].errors
    assert CaseSource.objects.get().mapping == {}


def test_hostile_names_are_only_text(client, owner, workflow):
    evil = "<script>alert(1)</script>"
    content = f'case_id,started_at,completed_at,"{evil}"\n{evil},2026-01-05T08:00:00Z,,{evil}\n'
    made = uploaded(client, workflow, content.encode())

    page = shown(client, made).content.decode()
    again = told(client, made, do="look", column_kind=evil).content.decode()

    assert evil not in page
    assert evil not in again


def test_page_takes_a_fixed_number_of_queries(
    client, owner, workflow, django_assert_max_num_queries
):
    made = uploaded(client, workflow, csv_of(*good_rows(60)))
    shown(client, made)

    with django_assert_max_num_queries(14):
        page = shown(client, made)
    assert len(page.context["page"].preview.rows) == 20


def test_two_who_start_it_at_once_start_it_once(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))
    data = said(client, made) | {"do": "import"}

    first = client.post(url("mapping", made), data)
    second = client.post(url("mapping", made), data)

    assert first.url == second.url == url("import", made)
    run_jobs()
    assert Case.objects.count() == 3


@pytest.mark.parametrize("step", ["Release\0", "Rel\x07ease"])
def test_step_that_cannot_be_stored_is_refused_in_words(client, owner, workflow, step):
    made = uploaded(client, workflow, LOG)

    answer = told(client, made, ends=[step], **LOG_COLUMNS)

    assert answer.status_code == 422
    assert CaseSource.objects.get().end_activities == []


def test_each_way_of_writing_times_has_words():
    assert set(TIME_WORDS) == set(TIME_PATTERNS)
