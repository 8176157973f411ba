"""Pages of cases: reach, rights, what they say, and files that cannot be read."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from core.choices import JobState
from core.models import AuditEvent
from measurement.choices import CaseStatus, ImportChannel
from measurement.models import Case, CaseImport, CaseSummary
from measurement.operations import imports
from measurement.parsing import FIELDS
from measurement.queries.cases import cases_page
from people.choices import Role
from tests.factories.measurement import (
    CaseFactory,
    CaseImportFactory,
    CaseSourceFactory,
    csv_of,
    good_rows,
)
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import live, workflow_below
from tests.factories.workflows import WorkflowFactory
from tests.measurement.views.bringing import brought, file_of, run_jobs, told, uploaded, url
from workflows.queries.stages import Baseline, CasesSoFar

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>&\"'"


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


def held_import(client, workflow, *rows):
    bad = rows or ("X,2026-01-06T08:00:00Z,2026-01-05T08:00:00Z,,,", ",2026-01-06T08:00:00Z,,,,")
    return brought(client, workflow, csv_of(*good_rows(3), *bad).getvalue())


# --- reach --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["cases", "upload", "sample"])
def test_pages_of_a_workflow_are_not_there_for_another_unit(client, workflow, name):
    client.force_login(OrgUnitFactory().head)

    assert client.get(url(name, workflow)).status_code == 404


def test_imports_are_not_there_for_another_unit(client, owner, workflow):
    held = held_import(client, workflow)
    client.force_login(OrgUnitFactory().head)

    assert client.get(url("import", held)).status_code == 404
    assert client.get(url("import_rejections", held)).status_code == 404
    assert client.post(url("import_confirm", held)).status_code == 404
    assert client.post(url("import_cancel", held)).status_code == 404
    held.refresh_from_db()
    assert held.job.state == JobState.NEEDS_REVIEW


def test_auditor_looks_but_brings_nothing(client, owner, workflow):
    held = held_import(client, workflow)
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)

    page = client.get(url("cases", workflow))
    assert page.status_code == 200
    assert url("upload", workflow) not in page.content.decode()
    assert client.get(url("import", held)).status_code == 200
    assert client.get(url("import_rejections", held)).status_code == 403
    assert client.get(url("upload", workflow)).status_code == 403
    assert client.post(url("upload", workflow), {}).status_code == 403
    assert client.post(url("import_confirm", held)).status_code == 403
    assert client.post(url("import_cancel", held)).status_code == 403


def test_colleague_of_the_unit_sees_the_counts_but_no_refused_row(client, owner, workflow):
    held = held_import(client, workflow, "SECRET-1,bad,,,,")
    client.force_login(AssignmentFactory(unit=workflow.unit).person)

    page = client.get(url("import", held))

    assert "1 of 4 rows were not read" in text_of(page)
    assert page.context["page"].rows == ()
    assert "SECRET-1" not in text_of(page)
    assert url("import_rejections", held) not in text_of(page)
    assert client.get(url("import_rejections", held)).status_code == 403


@pytest.mark.parametrize("who", ["owner", "manager above", "program office"])
def test_those_who_may_bring_cases_see_the_form(client, who):
    top = OrgUnitFactory()
    workflow = WorkflowFactory(unit=OrgUnitFactory(parent=top), owner=PersonFactory())
    person = {
        "owner": lambda: workflow.owner,
        "manager above": lambda: top.head,
        "program office": lambda: RoleGrantFactory().person,
    }[who]()
    client.force_login(person)

    assert client.get(url("upload", workflow)).status_code == 200


# --- the workflow's cases -----------------------------------------------------------------------
def test_cases_page_without_cases_says_how_to_start(client, owner, workflow):
    page = text_of(client.get(url("cases", workflow)))

    assert "No cases yet" in page
    assert "0 of 40 finished cases." in page
    assert url("upload", workflow) in page
    assert f"/api/v1/workflows/{workflow.slug}/cases" in page


def test_cases_page_says_when_there_are_enough(client, owner, workflow):
    CaseSourceFactory(workflow=workflow)
    reached = timezone.now()
    CaseSummary.objects.create(
        workflow=workflow,
        cases=52,
        completed=26,
        open=26,
        first_start=reached - timedelta(weeks=8),
        covers_to=reached,
        weekly=[["2026-09-01", 100.0, 7]] * 8,
        refreshed_at=reached,
    )

    page = client.get(url("cases", workflow))

    assert page.context["page"].readiness.enough_on == (reached + timedelta(weeks=4)).date()
    assert "26 of 40 finished cases. At this pace there are enough on" in text_of(page)


def test_baseline_counts_only_cases_from_before_the_change(client):
    redesign = live().redesign
    workflow, go_live = redesign.workflow, redesign.go_live.at
    client.force_login(workflow.owner)
    delivery = CaseImportFactory(source=CaseSourceFactory(workflow=workflow))
    for hours in (-48, -1, 1, 48, 96):
        start = go_live + timedelta(hours=hours)
        CaseFactory(first_import=delivery, started_at=start)
    CaseFactory(
        first_import=delivery,
        started_at=go_live - timedelta(days=3),
        completed_at=None,
        status=CaseStatus.OPEN,
    )
    CaseSummary.objects.create(workflow=workflow, cases=6, completed=5, refreshed_at=go_live)

    page = text_of(client.get(url("cases", workflow)))

    assert "2 of 40 finished cases." in page
    assert "only cases that started before count here." in page
    assert "No new cases lately" not in page


def test_cases_page_warns_of_old_data(client, owner, workflow):
    reached = timezone.now() - timedelta(days=9)
    CaseSummary.objects.create(
        workflow=workflow, cases=1, covers_to=reached, first_start=reached, refreshed_at=reached
    )

    assert "The newest data is 9 days old" in text_of(client.get(url("cases", workflow)))


@pytest.mark.parametrize("count", [1, 30])
def test_cases_page_takes_the_same_queries_for_one_and_many(
    client, owner, workflow, count, django_assert_max_num_queries
):
    source = CaseSourceFactory(workflow=workflow)
    CaseImportFactory.create_batch(count, source=source)
    client.get(url("cases", workflow))

    with django_assert_max_num_queries(12) as queries:
        client.get(url("cases", workflow))
    assert len(queries) == QUERIES_OF_CASES


QUERIES_OF_CASES = 10


# --- bringing a file in -------------------------------------------------------------------------
def test_upload_leads_to_how_it_is_read_and_the_page_follows_the_job(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)), "../März.csv")
    assert (made.original_name, made.created_by, made.job) == ("März.csv", owner, None)
    assert "This file waits to be read" in text_of(client.get(url("import", made)))
    assert "Waits to be read" in text_of(client.get(url("cases", workflow)))

    answer = told(client, made)

    assert answer.url == url("import", made)
    waiting = text_of(client.get(url("import", made)))
    assert "The file is being checked" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "Look again" in waiting

    run_jobs()

    done = text_of(client.get(url("import", made)))
    assert "3 rows were read" in done
    assert "hx-trigger" not in done


def test_same_upload_that_still_waits_is_not_kept_twice(client, owner, workflow):
    made = uploaded(client, workflow, csv_of(*good_rows(3)))

    again = client.post(
        url("upload", workflow), {"file": file_of(csv_of(*good_rows(3)))}, follow=True
    )

    assert "This file is here already. This is its delivery." in text_of(again)
    assert CaseImport.objects.get() == made


def test_same_file_again_adds_nothing(client, owner, workflow):
    brought(client, workflow, csv_of(*good_rows(3)))

    again = brought(client, workflow, csv_of(*good_rows(3)))

    assert (again.rows_created, again.rows_updated, again.rows_unchanged) == (0, 0, 3)
    assert Case.objects.count() == 3


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7 rest", "This is a PDF file"),
        (b"x" * 100_000, "Line 1 is longer than 65536"),
    ],
)
def test_hopeless_file_is_refused_where_it_is_chosen(client, owner, workflow, content, said):
    answer = client.post(url("upload", workflow), {"file": file_of(content)})

    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors["file"])
    assert CaseImport.objects.count() == 0


def test_upload_without_a_file_says_so(client, owner, workflow):
    answer = client.post(url("upload", workflow), {})

    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


def test_upload_over_the_limit_is_dropped_while_it_comes_in(client, owner, workflow, settings):
    settings.UPLOAD_LIMIT_BYTES = 200_000

    answer = client.post(url("upload", workflow), {"file": file_of(b"x" * 300_000)})

    assert answer.status_code == 422
    assert "larger than 0 MB" in str(answer.context["form"].errors["file"])
    assert CaseImport.objects.count() == 0


@pytest.mark.parametrize("is_first", [True, False])
def test_upload_takes_at_most_fifteen_queries(
    client, owner, workflow, is_first, django_assert_max_num_queries
):
    if not is_first:
        CaseSourceFactory(workflow=workflow)
    upload = file_of(csv_of(*good_rows(3)))
    client.get(url("upload", workflow))

    with django_assert_max_num_queries(15):
        client.post(url("upload", workflow), {"file": upload})
    assert CaseImport.objects.count() == 1


def test_sample_file_is_one_that_imports(client, owner, workflow):
    sample = client.get(url("sample", workflow))
    assert sample["Content-Disposition"].startswith("attachment")

    made = brought(client, workflow, sample.content)

    assert made.rows_created == 4
    assert Case.objects.get(case_id="BR-1001").fields == {"right_first_time": 1, "pages": 12}


# --- deciding about refused rows ----------------------------------------------------------------
def test_review_shows_lines_and_reasons(client, owner, workflow):
    held = held_import(client, workflow)

    page = text_of(client.get(url("import", held)))

    assert "2 of 5 rows were not read" in page
    assert "Ends before it starts, or lies in the future: 1." in page
    assert "No case was saved." in page
    assert "Import the 3 good rows" in page


def test_review_names_columns_as_the_file_does(client, owner, workflow):
    header = "case_id,Opened on,completed_at"
    rows = ("A,2026-01-05T08:00:00Z,", "B,soon,")

    held = brought(
        client, workflow, csv_of(*rows, header=header).getvalue(), column_started_at="Opened on"
    )

    page = text_of(client.get(url("import", held)))
    assert page.count("“Opened on” is not a time like") == 2  # in the sum, and beside the row
    assert "started_at” is not" not in page


def test_good_rows_go_in_when_somebody_says_so(client, owner, workflow):
    held = held_import(client, workflow)

    answer = client.post(url("import_confirm", held))
    run_jobs()

    assert answer.url == url("import", held)
    assert Case.objects.count() == 3
    page = text_of(client.get(url("import", held)))
    assert "3 new cases" in page
    assert "2 rows were left out" in page
    again = client.post(url("import_confirm", held))
    assert again.status_code == 409
    assert "This import has ended already." in text_of(again)


def test_repeated_rows_are_counted_before_and_after(client, owner, workflow):
    held = held_import(client, workflow, good_rows(1)[0], ",2026-01-06T08:00:00Z,,,,")

    before = text_of(client.get(url("import", held)))
    client.post(url("import_confirm", held))
    run_jobs()
    after = text_of(client.get(url("import", held)))

    assert "1 of 5 rows were not read" in before
    assert "1 repeated: the last row of each case counts." in before
    assert "Import the 3 good rows" in before
    assert "3 new cases, 0 changed, 0 as they were. 1 repeated:" in after


def test_page_says_when_the_good_rows_are_being_saved(client, owner, workflow):
    held = held_import(client, workflow)
    client.post(url("import_confirm", held))

    page = text_of(client.get(url("import", held)))

    assert "The good rows are being saved" in page
    assert "Nothing is saved before" not in page
    assert "The file is being checked" not in page


def test_cancelled_import_saves_nothing(client, owner, workflow):
    held = held_import(client, workflow)

    client.post(url("import_cancel", held))

    assert "This delivery was discarded" in text_of(client.get(url("import", held)))
    assert Case.objects.count() == 0
    assert client.post(url("import_cancel", held)).status_code == 409


def test_file_without_one_good_row_offers_no_import(client, owner, workflow):
    held = brought(client, workflow, csv_of(",2026-01-06T08:00:00Z,,,,"))

    page = text_of(client.get(url("import", held)))

    assert "Not one row can be imported" in page
    assert url("import_confirm", held) not in page
    primary = re.findall(r'<a class="btn btn-primary" href="([^"]+)">([^<]+)</a>', page)
    assert primary == [(url("upload", workflow), "Upload a corrected file")]
    assert page.index("Not one row can") < page.index("Upload a corrected file")
    assert "Discard this delivery" in page
    assert ">Cancel<" not in page
    assert client.post(url("import_confirm", held)).status_code == 422


def failed_import(workflow, monkeypatch):
    """What no page lets through comes by a machine: the worker finds it out."""
    monkeypatch.setattr("measurement.operations.imports.receiving.look_at", lambda *_: None)
    imports.receive_file(
        source=imports.source_for(workflow=workflow, actor=None),
        actor=None,
        upload=io.BytesIO(b"case_id,started_at\n1,2\n"),
        options={},
        channel=ImportChannel.API,
    )
    run_jobs()


def test_failed_import_says_why(client, owner, workflow, monkeypatch):
    failed_import(workflow, monkeypatch)

    page = text_of(client.get(url("import", CaseImport.objects.get())))

    assert "This file was not read" in page
    assert "There is no column “completed_at”" in page
    assert "Upload another file" in page


def test_failed_import_says_why_in_the_readers_language(client, owner, workflow, monkeypatch):
    failed_import(workflow, monkeypatch)

    page = client.get(
        url("import", CaseImport.objects.get()), headers={"Accept-Language": "de"}
    ).content.decode()

    assert "Es gibt keine Spalte „completed_at“" in page


def test_rejected_rows_are_told_in_the_readers_language(client, owner, workflow):
    held = held_import(client, workflow, ",2026-01-06T08:00:00Z,,,,")

    answer = client.get(url("import_rejections", held), headers={"Accept-Language": "de"})
    with override("en"):  # lines are made when the request is long over
        table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert table[1][:2] == ["5", "keine Vorgangsnummer"]


HOSTILE = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "＝1+1", " =1+1", EVIL, 'say "hi", twice']


def test_rejected_rows_come_as_a_table_no_spreadsheet_runs(client, owner, workflow):
    rows = [f'"{cell.replace(chr(34), chr(34) * 2)}",-5,,,,' for cell in HOSTILE]
    held = held_import(client, workflow, *rows)

    answer = client.get(url("import_rejections", held))

    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert table[0] == ["line", "reason", "column", *FIELDS]
    for line, cell in zip(table[1:], HOSTILE, strict=True):
        assert line[3].removeprefix("'") == cell.strip()
        assert line[3][0] not in "=+-@＝"
        assert line[4] == "-5"
    assert table[1][0] == "5"


def test_hostile_texts_of_a_file_are_only_text(client, owner, workflow):
    held = held_import(client, workflow, f"{EVIL.replace(',', '')},{EVIL},,,,")

    page = client.get(url("import", held)).content.decode()

    assert "<script>alert" not in page


def test_import_page_takes_a_fixed_number_of_queries(
    client, owner, workflow, django_assert_max_num_queries
):
    held = held_import(client, workflow, *[f"X{n},bad,,,," for n in range(60)])

    with django_assert_max_num_queries(12):
        page = client.get(url("import", held))
    assert len(page.context["page"].rows) == 20
    assert "The first 20 of 60" in text_of(page)


def test_page_says_how_many_refused_rows_were_kept(client, owner, workflow, monkeypatch):
    monkeypatch.setattr("measurement.operations.imports.running.REFUSALS_KEPT", 30)
    monkeypatch.setattr("measurement.queries.cases.REFUSALS_KEPT", 30)
    held = held_import(client, workflow, *[f"X{n},bad,,,," for n in range(60)])

    page = text_of(client.get(url("import", held)))

    assert "The first 20 of 60." in page
    assert "are of the first 30; the others were only counted." in page


# --- what other pages show ----------------------------------------------------------------------
def test_cases_so_far_count_finished_ones_in_one_query(workflow, django_assert_num_queries):
    from core.panels import facts_about

    other = WorkflowFactory()
    CaseSummary.objects.create(workflow=workflow, completed=26, refreshed_at=timezone.now())

    with django_assert_num_queries(1):
        facts = facts_about("measurement.cases", [workflow, other])

    assert facts[workflow.pk].baseline == Baseline(26, 40)
    assert facts[other.pk] == CasesSoFar(Baseline(0, 40))


def test_cases_panel_draws_the_baseline(rf, workflow):
    from django.template import Context, Template

    request = rf.get("/")
    request.user = workflow.owner
    drawn = Template('{% load panels %}{% panel "measurement.cases" workflow %}').render(
        Context({"request": request, "workflow": workflow})
    )

    assert "0 of 40 finished cases." in drawn
    assert url("upload", workflow) in drawn


def test_taking_rejected_rows_away_is_written_down(client, owner, workflow):
    held = held_import(client, workflow, ",2026-01-06T08:00:00Z,,,,")

    client.get(url("import_rejections", held))

    told = AuditEvent.objects.get(verb="export")
    assert (told.actor, told.subject_id) == (owner, str(held.public_id))
    assert told.after == {"what": "rejections.csv"}


@pytest.mark.parametrize("weeks_ago, looks", [(None, "b"), (4, "ba"), (40, "a")])
def test_cases_started_after_go_live_are_drawn_as_after(weeks_ago, looks):
    """Before is grey, after is indigo, everywhere."""
    at = timezone.now()
    workflow = workflow_below(PersonFactory())
    if weeks_ago is not None:
        since = at - timedelta(weeks=weeks_ago)
        live(at=since, live_at=since, workflow=workflow, boss=workflow.unit.parent.head)
    days = [(at - timedelta(weeks=n)).date().isoformat() for n in range(12, 0, -1)]
    CaseSummary.objects.create(
        workflow=workflow, weekly=[[day, 1.0, 7, 7] for day in days], refreshed_at=at
    )

    volume = cases_page(workflow, at=at).volume

    assert "".join(look[0] for look in volume.looks) == looks
    assert [sum(row.values) for row in volume.rows] == [7.0] * 12
    if looks == "ba":
        assert [row.values[1] > 0 for row in volume.rows].count(True) in {3, 4}
