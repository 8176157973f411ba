"""``manage.py import_cases``, as README.md and product page say it."""

import gzip
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

from core.choices import JobState
from core.jobs import following
from core.models import Job
from measurement.models import Case, CaseImport, CaseSource
from measurement.tasks import import_cases
from tests.factories.measurement import csv_of, good_rows, log_of
from tests.factories.workflows import WorkflowFactory

BAD_ROW = "X-1,2026-01-06T08:00:00Z,2026-01-05T08:00:00Z,completed,,"


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def workflow(db):
    return WorkflowFactory(slug="batch-release")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_bytes(csv_of(*good_rows(3)).getvalue())
    return path


def run(*words, **options):
    out = io.StringIO()
    call_command("import_cases", *map(str, words), stdout=out, **options)
    return out.getvalue()


def test_command_exists_and_the_readme_says_how():
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")

    assert get_commands()["import_cases"] == "measurement"
    assert "manage.py import_cases WORKFLOW FILE --wait" in readme


@pytest.mark.parametrize("name", ["slug", "public_id"])
def test_file_is_queued_for_the_worker(workflow, file, name):
    told = run(getattr(workflow, name), file)

    job = Job.objects.get(name="measurement.import_cases")
    page = f"http://testserver/imports/{CaseImport.objects.get().public_id}/"
    assert told.splitlines() == [
        f"Queued as job {job.public_id}.",
        f"Ask how far it is: GET http://testserver/api/v1/jobs/{job.public_id}"
        " (token with the scope jobs:read), or run this again with --wait.",
        f"Its page: {page}",
    ]
    assert (job.state, job.requested_by) == (JobState.QUEUED, None)
    assert CaseImport.objects.get().original_name == "cases.csv"
    assert not Case.objects.exists()


def test_same_file_again_says_so(workflow, file):
    run("batch-release", file)
    made = CaseImport.objects.get()
    import_cases(str(made.job.public_id), import_id=made.pk)

    told = run("batch-release", file, wait=True)

    assert told.splitlines() == [
        "This file is here already. Nothing was added.",
        f"Its page: http://testserver/imports/{made.public_id}/",
    ]
    assert CaseImport.objects.count() == 1


def test_same_file_that_waits_for_a_decision_is_not_called_here_with_nothing_added(
    workflow, tmp_path
):
    file = tmp_path / "cases.csv"
    file.write_bytes(csv_of(*good_rows(2), BAD_ROW).getvalue())
    run("batch-release", file)
    made = CaseImport.objects.get()
    import_cases(str(made.job.public_id), import_id=made.pk)

    told = run("batch-release", file)

    assert told.startswith("This file is here already and waits for a decision.\n")
    assert "Nothing was added" not in told


def test_complete_from_is_kept_in_the_zone_of_the_file(workflow, file):
    run("batch-release", file, complete_from=date(2026, 1, 1), zone="Europe/Zurich")

    source = CaseSource.objects.get(workflow=workflow)
    assert source.data_from == datetime(2025, 12, 31, 23, tzinfo=UTC)
    run("batch-release", file)
    source.refresh_from_db()
    assert source.data_from == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_event_log_is_told_by_its_activities_once_for_all(workflow, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_bytes(
        log_of("A Open 5T08:00", "A Done 6T08:00", header="Nr,activity,at").getvalue()
    )
    second.write_bytes(log_of("B Open 6T08:00", header="Nr,activity,at").getvalue())

    run(
        "batch-release",
        first,
        *("--layout", "events", "--start", "Open", "--end", "Done", "--end", "Sent"),
        *("--cancel", "Withdrawn", "--column", "case_id=Nr"),
    )
    run("batch-release", second)
    for made in CaseImport.objects.order_by("pk"):
        import_cases(str(made.job.public_id), import_id=made.pk)

    source = CaseSource.objects.get(workflow=workflow)
    assert (source.layout, source.mapping) == ("events", {"case_id": "Nr"})
    assert source.start_activities == ["Open"]
    assert source.end_activities == ["Done", "Sent"]
    assert source.cancel_activities == ["Withdrawn"]
    assert set(Case.objects.values_list("case_id", "status")) == {
        ("A", "completed"),
        ("B", "open"),
    }


@pytest.mark.parametrize("column", ["case_id", "case=Nr"])
def test_column_is_a_field_of_ours_and_theirs(workflow, file, column):
    with pytest.raises(CommandError, match="--column is FIELD=COLUMN"):
        run("batch-release", file, "--column", column)

    assert not CaseImport.objects.exists()


def test_log_without_an_end_is_refused_in_words(workflow, file):
    with pytest.raises(CommandError, match="at least one step that completes a case"):
        run("batch-release", file, "--layout", "events")


@pytest.mark.parametrize("name", ["nothing-like-it", "01900000-0000-7000-8000-000000000000"])
def test_unknown_workflow_is_named(db, file, name):
    with pytest.raises(CommandError, match=f"^No workflow is called {name}\\.$"):
        run(name, file)


def test_retired_workflow_takes_no_cases(workflow, file):
    workflow.retired_at = workflow.created_at
    workflow.save()

    with pytest.raises(CommandError, match="No workflow is called batch-release"):
        run("batch-release", file)


def test_missing_file_is_named(workflow, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv: No such file or directory"):
        run("batch-release", tmp_path / "none.csv")

    assert not CaseImport.objects.exists()


def test_folder_is_no_file(workflow, tmp_path):
    with pytest.raises(CommandError, match="Is a directory"):
        run("batch-release", tmp_path)


def test_unknown_zone_is_refused_in_its_own_words(workflow, file):
    with pytest.raises(CommandError, match="Nowhere/Land"):
        run("batch-release", file, zone="Nowhere/Land")


# With --wait the work is done in a thread with a connection of its own, so rows are committed.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_waiting_tells_what_became_of_the_rows(workflow, file, tmp_path, packed, monkeypatch):
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.01)
    if packed:
        file = tmp_path / "cases.csv.gz"
        file.write_bytes(gzip.compress(csv_of(*good_rows(3)).getvalue()))

    told = run("batch-release", file, wait=True)

    assert told.splitlines()[-2] == (
        "Read 3: created 3, updated 0, unchanged 0, repeated 0, rejected 0."
    )
    assert Case.objects.filter(workflow=workflow).count() == 3
    assert Job.objects.get(name="measurement.import_cases").state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_rejected_rows_save_nothing_and_end_with_code_two(workflow, tmp_path, monkeypatch):
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.01)
    file = tmp_path / "cases.csv"
    file.write_bytes(csv_of(*good_rows(2), BAD_ROW).getvalue())

    out = io.StringIO()
    with pytest.raises(CommandError, match=r"nothing was saved.*--skip-bad-rows") as refused:
        call_command("import_cases", "batch-release", str(file), wait=True, stdout=out)

    told = out.getvalue().splitlines()
    assert told[-1] == "Line 4, case X-1: ends before it starts, or lies in the future"
    assert "Line 3" not in out.getvalue()
    assert f"/imports/{CaseImport.objects.get().public_id}/" in str(refused.value)
    assert refused.value.returncode == 2
    assert not Case.objects.exists()
    assert CaseImport.objects.get().rows_rejected == 1


@pytest.mark.django_db(transaction=True)
def test_good_rows_go_in_when_bad_ones_may_be_left(workflow, tmp_path, monkeypatch):
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.01)
    file = tmp_path / "cases.csv"
    file.write_bytes(csv_of(*good_rows(2), BAD_ROW).getvalue())

    told = run("batch-release", file, wait=True, skip_bad_rows=True)

    assert told.splitlines()[-3].endswith(
        "created 2, updated 0, unchanged 0, repeated 0, rejected 1."
    )
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_file_without_a_header_fails_with_its_reason(workflow, tmp_path, monkeypatch):
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.01)
    file = tmp_path / "cases.csv"
    file.write_bytes(b"one,two\n1,2\n")

    with pytest.raises(CommandError, match="case_id"):
        run("batch-release", file, wait=True)

    assert not Case.objects.exists()
