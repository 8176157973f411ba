"""A list asks the database as often for fifty rows as for one."""

import re
from datetime import timedelta

import pytest
from django.core.paginator import Page
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.mixins import ListModelMixin

from core.tokens import create_token
from measurement.models import ImportRejection
from people.choices import Role
from tests.architecture.addresses import addresses
from tests.factories.cases import NOW
from tests.factories.measurement import CaseImportFactory, CaseSourceFactory, reading_of
from tests.factories.people import PASSWORD, OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import in_review, live, some_policy
from tests.factories.workflows import RedesignFactory, WorkflowFactory

pytestmark = pytest.mark.django_db

MANY = 50
PAGE_QUERIES, API_QUERIES, DECISION_QUERIES = 12, 6, 15
SESSION = re.compile(r'"django_session"|"people_person"."id", "people_person"."password"')


@pytest.fixture
def boss():
    """Heads the unit above all; holds the program office too, so that every list is open."""
    person = PersonFactory()
    RoleGrantFactory(person=person, role=Role.PROGRAM_OFFICE)
    return person


@pytest.fixture
def unit(boss):
    return OrgUnitFactory(parent=OrgUnitFactory(head=boss))


def workflows(unit, boss, count):
    return [WorkflowFactory(unit=unit) for _row in range(count)]


def drafts(unit, boss, count):
    return [RedesignFactory(workflow=WorkflowFactory(unit=unit)) for _row in range(count)]


def waiting(unit, boss, count):
    return [
        in_review(boss=boss, workflow=WorkflowFactory(unit=unit)).redesign for _row in range(count)
    ]


def read(unit, boss, count):
    """Went live, each with its reading."""
    going = [
        live(
            boss=boss,
            at=NOW - timedelta(weeks=20),
            workflow=WorkflowFactory(unit=unit, is_simulated=True),
        ).redesign
        for _row in range(count)
    ]
    for redesign in going:
        reading_of(redesign)
    return going


def one_with_acts(unit, boss, count):
    from core.audit import record

    workflow = WorkflowFactory(unit=unit)
    for _row in range(count):
        record("workflow.changed", subject=workflow, actor=PersonFactory())
    return [workflow]


def one_with_deliveries(unit, boss, count):
    source = CaseSourceFactory(workflow=WorkflowFactory(unit=unit))
    for _row in range(count):
        CaseImportFactory(source=source, created_by=PersonFactory())
    return [source.workflow]


# The address, and what makes so many rows in it. A new list page says here how to fill it.
LISTS = {
    "workflows:inbox": ("/", waiting),
    "workflows:list": ("/workflows/", drafts),
    "workflows:redesigns": ("/redesigns/", waiting),
    "workflows:sign_offs": ("/sign-offs/", waiting),
    "workflows:sign_offs team": ("/sign-offs/?tab=team", waiting),
    "measurement:evidence_list": ("/evidence/", read),
    "workflows:history": ("/workflows/{}/history/", one_with_acts),
    "measurement:cases": ("/workflows/{}/cases/", one_with_deliveries),
}


def asked(client, path):
    """The queries of one opening, without those that only find out who is there."""
    client.get(path)  # what is learned once a process, such as content types, is known then
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return [query["sql"] for query in queries if not SESSION.search(query["sql"])], answer


@pytest.mark.parametrize("name", LISTS)
def test_list_page_asks_as_often_for_fifty_rows_as_for_one(name, unit, boss, client):
    path, fill = LISTS[name]
    some_policy()
    client.force_login(boss)
    first = fill(unit, boss, 1)[0]
    few, _answer = asked(client, path.format(first.public_id))

    last = fill(unit, boss, MANY)[0]
    many, answer = asked(client, path.format(last.public_id))

    assert rows_shown(answer) > 1
    assert len(many) == len(few), difference(few, many)
    assert len(many) <= PAGE_QUERIES, "\n".join(many)


def rows_shown(answer):
    found = [len(value) for value in pages_in(answer)]
    return max(found) if found else len(answer.context["items"])


def pages_in(answer):
    return [
        value
        for layer in answer.context or []
        for value in (layer.flatten() if hasattr(layer, "flatten") else layer).values()
        if isinstance(value, Page)
    ]


def difference(few, many):
    def shape(sql):
        return re.sub(r"'[^']*'|\d+", "?", sql)

    known = [shape(sql) for sql in few]
    return "\n".join(sql[:300] for sql in many if known.count(shape(sql)) == 0)


def test_every_list_page_stands_in_the_table(client, unit, boss):
    """A page that turns its rows over page by page, and needs no id, is found here."""
    client.force_login(boss)
    found = set()
    for address in addresses():
        if address.parameters or address.is_machine or address.route.startswith("admin/"):
            continue
        answer = client.get(address.path({}))
        if answer.status_code == 200 and answer.context is not None and pages_in(answer):
            found.add(address.name)
    assert {"workflows:list", "workflows:redesigns"} <= found
    assert found - set(LISTS) == set()


# --- the machine interface -------------------------------------------------------------------------
def rejected_rows(workflow, count):
    delivery = CaseImportFactory(source=CaseSourceFactory(workflow=workflow))
    ImportRejection.objects.bulk_create(
        ImportRejection(case_import=delivery, line=line, code="no_start", row={})
        for line in range(count)
    )
    return delivery


API_LISTS = {
    "import-rejections": ("/api/v1/imports/{}/rejections", "cases:write", rejected_rows),
}


@pytest.mark.parametrize("name", API_LISTS)
def test_machine_list_asks_as_often_for_fifty_rows_as_for_one(name, unit, client):
    path, scope, fill = API_LISTS[name]
    key = create_token(name="reader", scopes=[scope])[1]
    counts = []
    for rows in (1, MANY):
        row = fill(WorkflowFactory(unit=unit), rows)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(
                path.format(row.public_id), headers={"Authorization": f"Bearer {key}"}
            )
        assert len(answer.json()["results"]) == rows
        # The first call of a minute notes that the token was used.
        counts.append(len([q for q in queries if not q["sql"].startswith("UPDATE")]))
    assert counts[0] == counts[1] <= API_QUERIES


def test_every_machine_list_stands_in_the_table():
    from django.urls import get_resolver

    found = set()
    pending = list(get_resolver().url_patterns)
    while pending:
        pattern = pending.pop()
        if hasattr(pattern, "url_patterns"):
            pending += pattern.url_patterns
            continue
        view = getattr(pattern.callback, "cls", None)
        actions = getattr(pattern.callback, "actions", {}) or {}
        if view is not None and issubclass(view, ListModelMixin) and "list" in actions.values():
            found.add(pattern.name)
    assert found - set(API_LISTS) == set()


# --- the one write with a bound --------------------------------------------------------------------
def test_a_decision_asks_at_most_fifteen_times(unit, boss, client):
    redesign = waiting(unit, boss, 1)[0]
    client.force_login(boss)
    path = f"/sign-offs/{redesign.public_id}/"
    page = client.get(path)
    form = page.context["form"]
    said = {
        "verdict": "approved",
        "password": PASSWORD,
        "shown_sha256": form["shown_sha256"].value(),
        "request_key": form["request_key"].value(),
        "comment": "",
    }
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path, said)

    redesign.refresh_from_db()
    assert (answer.status_code, redesign.state) == (302, "approved")
    told = [q["sql"] for q in queries if not re.match(r"(RELEASE )?SAVEPOINT", q["sql"])]
    told = [sql for sql in told if not SESSION.search(sql)]
    assert len(told) <= DECISION_QUERIES, "\n".join(sql[:160] for sql in told)
