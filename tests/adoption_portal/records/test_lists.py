"""Lists of records: as many queries for fifty rows as for one, and no table counted to its end."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import format_html

from adoption_portal.records_words import AS_NAMED, OTHERWISE
from adoption_portal.templatetags.records import labelled
from core import records
from core.audit import record
from core.models import AuditEvent, Job
from core.tokens import create_token
from people.models import OrgUnit, Training
from tests.architecture.test_query_counts import PAGE_QUERIES, SESSION
from tests.factories.measurement import CaseImportFactory, CaseSourceFactory, reading_of
from tests.factories.people import (
    DelegationFactory,
    LegalEntityFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    SiteFactory,
)
from tests.factories.sign_offs import live
from tests.factories.workflows import AiToolFactory, RedesignFactory, WorkflowFactory

pytestmark = pytest.mark.django_db


def event():
    record("workflow.changed", subject=WorkflowFactory(), actor=PersonFactory())


def failed_job():
    from django.utils import timezone

    Job.objects.create(
        name="tests.work",
        state="failed",
        attempts=3,
        last_error="It broke.",
        finished_at=timezone.now(),
        requested_by=PersonFactory(),
    )


def went_live():
    reading_of(live().redesign)


ROWS = {
    "core.AuditEvent": event,
    "core.Job": failed_job,
    "core.ApiToken": lambda: create_token(name="t", scopes=["hr:read"], owner=PersonFactory()),
    "measurement.CaseSource": CaseSourceFactory,
    "measurement.CaseImport": CaseImportFactory,
    "measurement.Reading": went_live,
    "people.Delegation": DelegationFactory,
    "people.LegalEntity": LegalEntityFactory,
    "people.OrgUnit": lambda: OrgUnitFactory(parent=OrgUnitFactory(), site=SiteFactory()),
    "people.Person": PersonFactory,
    "people.RoleGrant": lambda: RoleGrantFactory(unit=OrgUnitFactory(), granted_by=PersonFactory()),
    "people.Site": SiteFactory,
    "workflows.AiTool": AiToolFactory,
    "workflows.Decision": live,
    "workflows.GoLive": live,
    "workflows.Redesign": RedesignFactory,
    "workflows.Revision": RedesignFactory,
    "workflows.Signature": live,
    "workflows.Workflow": WorkflowFactory,
}


def asked(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return [query["sql"] for query in queries if not SESSION.search(query["sql"])], answer


@pytest.mark.parametrize("label", ROWS)
def test_a_list_asks_as_often_for_many_rows_as_for_one(client, administrator, label):
    app, name = label.lower().split(".")
    path = f"/admin/{app}/{name}/"
    ROWS[label]()
    few, _answer = asked(client, path)
    for _row in range(6):
        ROWS[label]()

    many, answer = asked(client, path)

    assert len(answer.context["cl"].result_list) >= 7
    assert len(many) == len(few), "\n".join(sql[:200] for sql in many)
    assert len(many) <= PAGE_QUERIES


def test_every_list_opens_whatever_is_searched_for(client, administrator):
    for model in admin.site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for text in (
            "",
            "a",
            "\x00",
            "x" * 500,
            "a@b.example",
            "01900000-0000-7000-8000-000000000000",
        ):
            assert client.get(path, {"q": text}).status_code == 200, (path, text)


@pytest.mark.parametrize(
    "query",
    [
        "core/auditevent/?subject_type__iregex=x",
        "core/auditevent/?subject_type=%00",
        "core/job/?state__exact=%00",
        "core/job/?state__regex=(",
        "people/rolegrant/?role__exact=%00",
        "surveys/wave/?state__in=%00",
    ],
)
def test_a_filter_asks_only_what_its_choices_ask(client, administrator, query):
    assert client.get(f"/admin/{query}").status_code == 400


def test_the_audit_log_of_no_kind_of_thing_is_empty(client, administrator):
    answer = client.get("/admin/core/auditevent/?subject_type=nothing")
    assert (answer.status_code, list(answer.context["cl"].result_list)) == (200, [])


def test_a_long_list_is_counted_to_its_limit_alone(client, administrator, monkeypatch):
    monkeypatch.setattr(records, "COUNTED", 3)
    for _row in range(6):
        event()

    queries, answer = asked(client, "/admin/core/auditevent/")

    counts = [sql for sql in queries if "COUNT(" in sql]
    assert [("LIMIT 4" in sql) for sql in counts] == [True]
    assert "More than 3" in answer.content.decode()


def test_a_long_list_is_not_sorted_otherwise(client, administrator):
    for _row in range(2):
        event()

    answer = client.get("/admin/core/auditevent/?o=1.2")

    keys = [row.pk for row in answer.context["cl"].result_list]
    assert keys == sorted(keys, reverse=True)
    assert '<th scope="col"><a' not in answer.content.decode()


@pytest.mark.parametrize("words", ["person@example.org", " PERSON@Example.org ", "Lindq", "E-77"])
def test_a_person_is_found_by_address_name_or_number(client, administrator, words):
    PersonFactory(email="person@example.org", family_name="Lindqvist", employee_number="E-77")
    PersonFactory(family_name="Aziz")

    answer = client.get("/admin/people/person/", {"q": words})

    assert [str(row.email) for row in answer.context["cl"].result_list] == ["person@example.org"]


def test_the_audit_log_is_found_by_what_it_is_about_and_who_did_it(client, administrator):
    workflow, actor = WorkflowFactory(), PersonFactory(email="who@example.org")
    record("workflow.changed", subject=workflow, actor=actor)
    record("workflow.changed", subject=WorkflowFactory(), actor=PersonFactory())

    for words in (str(workflow.public_id), "who@example.org"):
        answer = client.get("/admin/core/auditevent/", {"q": words})
        found = AuditEvent.objects.get(subject_id=str(workflow.public_id))
        assert list(answer.context["cl"].result_list) == [found]


@pytest.mark.parametrize("state, shown", [("failed", 1), ("done", 0)])
def test_jobs_are_filtered_by_state(client, administrator, state, shown):
    failed_job()

    answer = client.get("/admin/core/job/", {"state__exact": state})

    assert len(answer.context["cl"].result_list) == shown


def test_rows_are_named_by_their_public_ids(client, administrator):
    unit = OrgUnitFactory()

    page = client.get("/admin/people/orgunit/").content.decode()

    assert f"/admin/people/orgunit/{unit.public_id}/change/" in page


def test_an_empty_list_says_so(client, administrator):
    assert not Training.objects.exists()

    assert (
        "There is no record of this kind." in client.get("/admin/people/training/").content.decode()
    )
    OrgUnitFactory()
    page = client.get("/admin/people/orgunit/?q=zzzz").content.decode()
    assert "No record fits what you asked for." in page
    assert OrgUnit.objects.count() == 1


# --- words --------------------------------------------------------------------------------------
def names_made_by_django():
    """Of every column and table these pages show."""
    for model, page in admin.site._registry.items():
        yield model._meta.verbose_name
        shown = {*page.list_display, *(page.fields or ()), *getattr(page, "shown", ())}
        known = {field.name: field for field in model._meta.fields}
        yield from (known[name].verbose_name for name in shown if name in known)


def test_no_name_of_the_code_is_left_as_it_is():
    made = {name for name in names_made_by_django() if isinstance(name, str)}

    assert made - {*AS_NAMED, *OTHERWISE} == set()
    assert [name for name in AS_NAMED if re.search(r"(^is |^has | at$| id$|sha256)", name)] == []


def test_a_list_is_headed_in_words_and_each_cell_names_its_column(client, administrator):
    page = client.get("/admin/people/person/").content.decode()

    assert "Opens the records" in page
    assert "Is staff" not in page
    assert '<td data-label="May sign" class="field-signing_enabled">Yes</td>' in page
    assert "<img" not in page


def test_a_list_speaks_the_language_of_who_reads(client, administrator, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    page = client.get("/admin/people/person/").content.decode()

    assert 'data-label="Darf unterschreiben" class="field-signing_enabled">Ja</td>' in page


def test_an_audit_event_says_what_kind_of_thing_it_is_about(client, administrator):
    event()

    page = client.get("/admin/core/auditevent/").content.decode()

    assert '<td data-label="What it is about" class="field-kind">workflow</td>' in page


def test_a_cell_of_a_row_keeps_what_was_typed():
    typed = '<img src="x" alt="True">'
    cells = [format_html('<td class="field-name">{}</td>', typed), format_html("<td>{}</td>", "-")]

    shown = labelled(cells, [{"text": '"name"'}, {"text": "reason"}])

    assert shown == [
        '<td data-label="&quot;name&quot;" class="field-name">'
        "&lt;img src=&quot;x&quot; alt=&quot;True&quot;&gt;</td>",
        '<td data-label="Reason" data-none>-</td>',
    ]
