"""Cases by machine: who may, what is taken, and that the same bytes add nothing."""

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from core.choices import JobState
from core.models import Job
from core.tokens import create_token
from measurement import tasks
from measurement.models import Case, CaseEvent, CaseImport
from tests.factories.measurement import CaseSourceFactory, LogSourceFactory, log_of
from tests.factories.people import OrgUnitFactory
from tests.factories.workbooks import workbook_of
from tests.factories.workflows import WorkflowFactory

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
  <trace>
    <string key="concept:name" value="A-1"/>
    <event>
      <string key="concept:name" value="Open"/>
      <date key="time:timestamp" value="2026-01-05T08:00:00+01:00"/>
    </event>
    <event>
      <string key="concept:name" value="Close"/>
      <string key="org:resource" value="Maria Muster"/>
      <date key="time:timestamp" value="2026-01-06T08:00:00+01:00"/>
    </event>
  </trace>
</log>
"""
ROW = {"case_id": "A-1", "started_at": "2026-01-05T08:00:00Z", "completed_at": None, "rework": True}


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def workflow():
    return WorkflowFactory()


def key(*scopes, owner=None):
    return create_token(name="feed", scopes=scopes or ("cases:write",), owner=owner)[1]


def post(client, workflow, body, *, token, kind="application/json", query="", **headers):
    return client.post(
        f"/api/v1/workflows/{workflow}/cases{query}",
        data=body,
        content_type=kind,
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def run_jobs():
    for job in Job.objects.filter(name="measurement.import_cases", state=JobState.QUEUED):
        tasks.import_cases(str(job.public_id), **job.args)


def test_object_is_accepted_and_becomes_a_case(client, workflow):
    token = key()

    answer = post(client, workflow.slug, json.dumps(ROW), token=token)

    assert answer.status_code == 202
    job = Job.objects.get(name="measurement.import_cases")
    assert answer["Location"] == f"/api/v1/jobs/{job.public_id}"
    assert answer.json()["id"] == str(job.public_id)
    assert answer.json()["status_url"] == answer["Location"]
    run_jobs()
    assert Case.objects.get().fields == {"rework": 1}
    told = client.get(answer["Location"], headers={"Authorization": f"Bearer {token}"}).json()
    assert (told["state"], told["read"], told["created"]) == ("done", 1, 1)
    assert told["errors_url"] is None


@pytest.mark.parametrize(
    "kind, body",
    [
        ("application/json", json.dumps([ROW])),
        ("application/json; charset=utf-8", json.dumps(ROW)),
        ("application/x-ndjson", json.dumps(ROW) + "\n"),
        (
            "text/csv; charset=iso-8859-1",
            "case_id;started_at;completed_at\nMüller;2026-01-05T08:00:00Z;\n",
        ),
    ],
)
def test_all_forms_are_taken_by_public_id(client, workflow, kind, body):
    answer = post(client, workflow.public_id, body, token=key(), kind=kind)
    run_jobs()

    assert answer.status_code == 202
    assert Case.objects.get().case_id in {"A-1", "Müller"}


def test_workbook_is_read_by_the_mapping_that_the_source_keeps(client, workflow):
    CaseSourceFactory(
        workflow=workflow,
        zone="Europe/Zurich",
        mapping={"case_id": "Nr", "started_at": "Eingang", "completed_at": "Abschluss"},
    )
    body = workbook_of([["Nr", "Eingang", "Abschluss"], ["A-1", datetime(2026, 3, 4, 8), None]])  # noqa: DTZ001

    answer = post(client, workflow.slug, body, token=key(), kind=XLSX)
    run_jobs()

    assert answer.status_code == 202
    assert Case.objects.get().started_at == datetime(2026, 3, 4, 7, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8"])
@pytest.mark.parametrize("packed", [False, True])
def test_event_log_becomes_cases_by_the_activities_of_the_source(client, workflow, kind, packed):
    LogSourceFactory(workflow=workflow)
    body = gzip.compress(XES.encode()) if packed else XES.encode()

    answer = post(client, workflow.slug, body, token=key(), kind=kind)
    run_jobs()

    assert answer.status_code == 202
    assert Case.objects.get().completed_at == datetime(2026, 1, 6, 7, tzinfo=UTC)
    made = CaseImport.objects.get()
    assert (made.rows_read, made.rows_created) == (2, 1)
    assert [one["why"] for one in made.dropped_columns] == ["person"]


def test_event_log_for_a_source_of_cases_is_refused_with_what_to_do(client, workflow):
    answer = post(client, workflow.slug, XES, token=key(), kind="application/xml")

    assert answer.status_code == 422
    assert "event log" in answer.json()["detail"]
    assert not CaseImport.objects.exists()


def test_nightly_push_of_events_adds_what_is_new(client, workflow):
    LogSourceFactory(workflow=workflow)
    token = key()
    for rows in (
        ("A Open 5T08:00", "B Open 5T09:00"),
        ("A Open 5T08:00", "A Close 6T08:00", "B Open 5T09:00"),
        ("A Close 6T08:00", "B Close 7T08:00"),
    ):
        post(client, workflow.slug, log_of(*rows).getvalue(), token=token, kind="text/csv")
        run_jobs()

    assert CaseEvent.objects.count() == 4
    assert set(Case.objects.values_list("case_id", "status")) == {
        ("A", "completed"),
        ("B", "completed"),
    }


def test_gzip_body_is_taken_and_other_packings_are_not(client, workflow):
    packed = gzip.compress(json.dumps(ROW).encode())
    token = key()

    taken = post(client, workflow.slug, packed, token=token, **{"Content-Encoding": "gzip"})
    refused = post(client, workflow.slug, packed, token=token, **{"Content-Encoding": "br"})

    run_jobs()
    assert (taken.status_code, refused.status_code) == (202, 415)
    assert Case.objects.count() == 1


def test_same_bytes_again_give_the_same_job(client, workflow):
    token = key()
    first = post(client, workflow.slug, json.dumps(ROW), token=token)
    run_jobs()

    again = post(client, workflow.slug, json.dumps(ROW), token=token)

    assert again.status_code == 202
    assert again["Location"] == first["Location"]
    assert again.json()["again"] is True
    assert CaseImport.objects.count() == 1


def test_bad_rows_wait_for_review_and_are_listed(client, workflow):
    token = key()
    bad = ROW | {"case_id": "", "agent_name": "Maria Muster"}
    answer = post(client, workflow.slug, json.dumps([ROW, bad]), token=token)
    run_jobs()

    auth = {"Authorization": f"Bearer {token}"}
    told = client.get(answer["Location"], headers=auth).json()
    listed = client.get(told["errors_url"], headers=auth)

    assert told["state"] == "needs_review"
    assert Case.objects.count() == 0
    (row,) = listed.json()["results"]
    assert (row["line"], row["column"], row["code"]) == (2, "case_id", "no_case_id")
    assert "Maria" not in listed.content.decode()


def test_refused_rows_are_linked_from_the_answer_of_the_same_delivery(client, workflow):
    token = key()
    body = json.dumps([ROW, ROW | {"case_id": ""}])
    first = post(client, workflow.slug, body, token=token)
    run_jobs()

    again = post(client, workflow.slug, body, token=token)

    made = CaseImport.objects.get()
    assert first.json()["errors_url"] is None
    assert again.json()["errors_url"] == f"/api/v1/imports/{made.public_id}/rejections"


def test_complete_from_is_kept_with_the_source(client, workflow):
    answer = post(
        client,
        workflow.slug,
        json.dumps(ROW),
        token=key(),
        query="?complete_from=2026-01-01T00:00:00Z",
    )

    assert answer.status_code == 202
    assert workflow.case_source.data_from == datetime(2026, 1, 1, tzinfo=UTC)


def test_pages_name_the_token_that_delivered(client, workflow):
    post(client, workflow.slug, json.dumps(ROW), token=key())
    client.force_login(workflow.owner)
    made = CaseImport.objects.get()

    listed = client.get(f"/workflows/{workflow.public_id}/cases/").content.decode()
    page = client.get(f"/imports/{made.public_id}/").content.decode()

    assert '<td data-label="By">feed</td>' in listed
    assert ", feed (API)" in page


def test_readme_says_the_whole_call():
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    call = readme[readme.index("curl -X POST") :].partition("```")[0]

    assert "/api/v1/workflows/WORKFLOW/cases" in call
    assert "Authorization: Bearer TOKEN" in call
    assert "Content-Type: application/json" in call
    (row,) = json.loads(re.search(r"-d '(.*)'", call)[1])
    assert set(row) == {"case_id", "started_at", "completed_at"}


def test_on_error_skip_goes_on(client, workflow):
    body = json.dumps([ROW, ROW | {"case_id": ""}])

    post(client, workflow.slug, body, token=key(), query="?on_error=skip")
    run_jobs()

    assert CaseImport.objects.get().rows_created == 1


def test_zone_parameter_reads_naive_times(client, workflow):
    naive = json.dumps(ROW | {"started_at": "2026-01-05T09:00:00"})
    token = key()

    without = post(client, workflow.slug, naive, token=token)
    with_zone = post(client, workflow.slug, naive, token=token, query="?zone=Europe/Zurich")
    run_jobs()

    assert (without.status_code, with_zone.status_code) == (422, 202)
    assert without.json()["code"] == "file_refused"
    assert Case.objects.get().started_at.hour == 8


@pytest.mark.parametrize(
    "query",
    [
        "?on_error=maybe",
        "?complete_from=2026-01-01",
        "?colour=red",
        "?covers_to=yesterday",
        "?covers_to=2026-13-45T00:00Z",
    ],
)
def test_unknown_parameters_are_refused_by_name(client, workflow, query):
    answer = post(client, workflow.slug, json.dumps(ROW), token=key(), query=query)

    assert answer.status_code == 400
    assert [one["parameter"] for one in answer.json()["errors"]] == [query[1:].partition("=")[0]]


@pytest.mark.parametrize(
    "body, status",
    [
        (b" ", 422),
        (b"[]", 422),
        (b"{", 422),
        (b"[" * 70_000, 422),
        (b'{"case_id": "' + b"x" * 100_000 + b'"}', 422),
        (b"\xff\xfe\xfa", 422),
    ],
)
def test_hopeless_bodies_are_refused_with_a_problem(client, workflow, body, status):
    answer = post(client, workflow.slug, body, token=key())

    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    assert CaseImport.objects.count() == 0


def test_mapping_to_a_column_of_people_is_refused_with_a_problem(client, workflow):
    CaseSourceFactory(workflow=workflow, mapping={"kind": "Bearbeiter"})

    answer = post(client, workflow.slug, json.dumps(ROW | {"Bearbeiter": "Maria"}), token=key())

    assert answer.status_code == 422
    assert "“Bearbeiter” names people" in answer.json()["detail"]


def test_body_over_the_limit_is_413(client, workflow, settings):
    settings.UPLOAD_LIMIT_BYTES = 1000

    assert post(client, workflow.slug, b"x" * 2000, token=key()).status_code == 413


def test_other_media_types_are_415(client, workflow):
    assert post(client, workflow.slug, "a", token=key(), kind="text/html").status_code == 415


def test_only_the_scope_opens_the_door(client, workflow):
    body = json.dumps(ROW)

    assert post(client, workflow.slug, body, token="apt_none_such").status_code == 401
    refused = post(client, workflow.slug, body, token=key("jobs:read"))
    assert refused.status_code == 403
    assert refused.json()["detail"] == "The token does not have the scope cases:write."
    client.force_login(workflow.owner)
    signed_in = client.post(
        f"/api/v1/workflows/{workflow.slug}/cases", data=body, content_type="application/json"
    )
    assert signed_in.status_code in {401, 403}
    assert client.get(f"/api/v1/workflows/{workflow.slug}/cases").status_code in {401, 405}


def test_token_of_a_person_reaches_what_the_person_may(client, workflow):
    body = json.dumps(ROW)
    stranger = OrgUnitFactory().head

    assert post(client, workflow.slug, body, token=key(owner=workflow.owner)).status_code == 202
    out_of_reach = post(client, workflow.slug, body, token=key(owner=stranger))
    missing = post(client, "no-such-workflow", body, token=key(owner=stranger))

    assert out_of_reach.status_code == missing.status_code == 404
    told, other = out_of_reach.json(), missing.json()
    told.pop("request_id")
    other.pop("request_id")
    assert told == other


def test_rejections_of_another_workflow_are_not_there(client, workflow):
    post(client, workflow.slug, json.dumps([ROW, ROW | {"case_id": ""}]), token=key())
    run_jobs()
    made = CaseImport.objects.get()

    answer = client.get(
        f"/api/v1/imports/{made.public_id}/rejections",
        headers={"Authorization": f"Bearer {key(owner=OrgUnitFactory().head)}"},
    )

    assert answer.status_code == 404


def test_retired_workflow_takes_nothing(client, workflow):
    workflow.retired_at = timezone.now()
    workflow.save()

    assert post(client, workflow.slug, json.dumps(ROW), token=key()).status_code == 404


def test_rejections_list_takes_at_most_six_queries(client, workflow, django_assert_max_num_queries):
    token = key()
    rows = [ROW | {"case_id": ""} for _ in range(60)]
    post(client, workflow.slug, json.dumps(rows), token=token)
    run_jobs()
    made = CaseImport.objects.get()

    with django_assert_max_num_queries(6):
        answer = client.get(
            f"/api/v1/imports/{made.public_id}/rejections?page_size=50",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert len(answer.json()["results"]) == 50
