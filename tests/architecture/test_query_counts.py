"""A list asks the database as often for many rows as for one."""

import re
from datetime import date, timedelta

import pytest
from django.core.paginator import Page
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.mixins import ListModelMixin

from adoption_portal.console.operations.counting import refresh
from core.tokens import create_token
from measurement.models import (
    CaseSummary,
    ImportRejection,
    PortfolioReading,
    Reading,
    UseImport,
    UseRejection,
)
from measurement.operations.portfolios import read_portfolio
from people.choices import Role
from people.models import Person, RoleGrant
from people.rules import has_role
from surveys.models import Instrument, Wave
from tests.architecture.addresses import addresses
from tests.architecture.scene import people_received, use_received
from tests.factories.cases import NOW
from tests.factories.measurement import CaseImportFactory, CaseSourceFactory, reading_of
from tests.factories.people import (
    PASSWORD,
    AssignmentFactory,
    DelegationFactory,
    EmploymentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    SiteFactory,
    WorkCalendarVersionFactory,
)
from tests.factories.sign_offs import in_review, live, some_policy
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from tests.surveys.views.waves import answered, ended, opened
from workflows.models import TeamTalk

pytestmark = pytest.mark.django_db

MANY = 26  # one more than a page
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


def planned_waves(unit, boss, count):
    """Waves that are planned; what else a row tells comes from the same columns."""
    instrument = Instrument.objects.get(code="AWT-16")
    later = timezone.localdate() + timedelta(days=5)
    return [
        Wave.objects.create(
            instrument=instrument,
            redesign=redesign,
            workflow=redesign.workflow,
            opens_date=later,
            closes_date=later + timedelta(days=21),
            contact="Privacy",
        )
        for redesign in drafts(unit, boss, count)
    ]


def keys_of_systems(unit, boss, count):
    """Each of another person's making, acting for another one; the administrator looks."""
    if not has_role(boss, [Role.ADMINISTRATOR]):
        RoleGrantFactory(person=boss, role=Role.ADMINISTRATOR)
    return [
        create_token(
            name="feed", scopes=["jobs:read"], owner=PersonFactory(), actor=PersonFactory()
        )[0]
        for _row in range(count)
    ]


def one_result_of_many_units(unit, boss, count):
    """Each unit below has five people, so that its cells are published too."""
    top = OrgUnitFactory(parent=unit.parent)
    workflow = WorkflowFactory(unit=top, is_simulated=True)
    for _row in range(count):
        below = OrgUnitFactory(parent=top)
        for _person in range(5):
            AssignmentFactory(unit=below)
    wave = opened(boss=boss, office=boss, workflow=workflow, people=6)
    people = Person.objects.filter(pk__in=wave.wave.participations.values("person"))
    answered(wave, people)
    return [ended(wave).wave]


def with_feeds(unit, boss, count):
    going = read(unit, boss, count)
    for redesign in going:
        CaseSummary.objects.create(workflow=redesign.workflow, covers_to=NOW, refreshed_at=NOW)
    return going


def counted(fill):
    """The console shows what was counted last."""

    def filled(unit, boss, count):
        made = fill(unit, boss, count)
        refresh(at=timezone.now())
        return made

    return filled


def people_files(unit, boss, count):
    RoleGrant.objects.get_or_create(
        person=boss, role=Role.ADMINISTRATOR, ended_at=None, defaults={"reason": "Appointed"}
    )
    for _row in range(count):
        found = people_received(PersonFactory())
    return [found]


def stand_ins(unit, boss, count):
    return [DelegationFactory(delegate=boss).principal for _row in range(count)]


def deliveries_about_people(unit, boss, count):
    return [people_delivery() for _row in range(count)]


def people_delivery(**facts):
    return UseImport.objects.create(
        **(
            {"kind": "usage", "channel": "page", "sha256": "0" * 64, "created_by": PersonFactory()}
            | facts
        )
    )


def talks(unit, boss, count):
    redesign = in_review(boss=boss, workflow=WorkflowFactory(unit=unit)).redesign
    for _row in range(count):
        TeamTalk.objects.create(
            redesign=redesign, held_date=NOW.date(), recorded_by=PersonFactory()
        )
    return [redesign]


def one_quarter(unit, boss, count):
    """A quarter that still runs, with so many redesigns due in it."""
    going = read(unit, boss, count)
    read_portfolio(quarter=date(2026, 7, 1), at=NOW - timedelta(days=9))
    return going


def quarters(unit, boss, count):
    for back in range(count):
        at = NOW - timedelta(weeks=20 + 13 * back)
        redesign = live(
            boss=boss, at=at, workflow=WorkflowFactory(unit=unit, is_simulated=True)
        ).redesign
        due = redesign.go_live.reading_at.date()
        read_portfolio(quarter=date(due.year, due.month - (due.month - 1) % 3, 1), at=NOW)
    return list(PortfolioReading.objects.all())


def calendars(unit, boss, count):
    return [
        SiteFactory(calendar=WorkCalendarVersionFactory().calendar).calendar
        for _row in range(count)
    ]


# The address, and what makes so many rows in it. A new list page says here how to fill it.
LISTS = {
    "workflows:inbox": ("/", waiting),
    "workflows:list": ("/workflows/", drafts),
    "workflows:redesigns": ("/redesigns/", waiting),
    "workflows:sign_offs": ("/sign-offs/", waiting),
    "workflows:sign_offs team": ("/sign-offs/?tab=team", waiting),
    "measurement:evidence_list": ("/evidence/", read),
    "measurement:quarters": ("/evidence/quarters/", quarters),
    "measurement:quarter": ("/evidence/quarters/2026-q3/", one_quarter),
    "surveys:list": ("/surveys/", planned_waves),
    "surveys:choose": ("/surveys/plan/", waiting),
    "surveys:result": ("/surveys/{}/result/", one_result_of_many_units),
    "people:delegations": ("/account/delegations/", stand_ins),
    "workflows:history": ("/workflows/{}/history/", one_with_acts),
    "measurement:use_list": ("/evidence/use/", deliveries_about_people),
    "workflows:team_talk": ("/redesigns/{}/talk/", talks),
    "measurement:cases": ("/workflows/{}/cases/", one_with_deliveries),
    "console:evidence": ("/console/evidence/?period=all", counted(read)),
    "console:sign_offs": ("/console/sign-offs/", counted(waiting)),
    "console:adoption": ("/console/adoption/", counted(read)),
    "console:quality": ("/console/quality/", counted(with_feeds)),
    "people:imports": ("/imports/people/", people_files),
    "people:calendars": ("/calendars/", calendars),
    "tokens:list": ("/account/tokens/", keys_of_systems),
}


def asked(client, path):
    """The queries of one opening, without those that only find out who is there."""
    client.get(path)  # what is learned once a process, such as content types, is known then
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return [query["sql"] for query in queries if not SESSION.search(query["sql"])], answer


@pytest.mark.parametrize("name", LISTS)
def test_list_page_asks_as_often_for_a_page_and_one_row_as_for_one(name, unit, boss, client):
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
def rejected_rows(unit, count):
    workflow = WorkflowFactory(unit=unit)
    delivery = CaseImportFactory(source=CaseSourceFactory(workflow=workflow))
    ImportRejection.objects.bulk_create(
        ImportRejection(case_import=delivery, line=line, code="no_start", row={})
        for line in range(count)
    )
    return delivery


def refused_use(unit, count):
    delivery = use_received().use_import
    UseRejection.objects.bulk_create(
        UseRejection(use_import=delivery, line=line, code="unknown_person") for line in range(count)
    )
    return delivery


def hr_people(unit, count):
    from django.db.backends.postgresql.psycopg_any import DateRange

    Person.objects.update(source_id=None)
    for row in range(count):
        person = AssignmentFactory(person__source_id=f"W-{row}").person
        EmploymentFactory(person=person, valid=DateRange(date(2020, 1, 1), None))
    return unit


def hr_units(unit, count):
    for _row in range(count):
        OrgUnitFactory()
    return unit


def read_rows(unit, count):
    """As many as are missing, each a workflow with a redesign and its reading."""
    missing = count - Reading.objects.count()
    for _row in range(missing):
        workflow = WorkflowFactory(unit=unit, is_simulated=True)
        redesign = live(
            boss=unit.parent.head, at=NOW - timedelta(weeks=20), workflow=workflow
        ).redesign
        reading_of(redesign, result={"done_before": 9, "done_after": 9})
    return workflow


API_LISTS = {
    "hr-people": ("/api/v1/hr/people", "hr:read", hr_people),
    "hr-units": ("/api/v1/hr/units?page_size={rows}", "hr:read", hr_units),
    "import-rejections": ("/api/v1/imports/{}/rejections", "cases:write", rejected_rows),
    "use-rejections": (
        "/api/v1/use-imports/{}/rejections?page_size={rows}",
        "usage:write",
        refused_use,
    ),
    "workflow-list": ("/api/v1/workflows?page_size=200&retired=false", "evidence:read", read_rows),
    "redesign-list": ("/api/v1/redesigns?page_size=200", "evidence:read", read_rows),
    "reading-list": ("/api/v1/readings?page_size=200", "evidence:read", read_rows),
}


@pytest.mark.parametrize("name", API_LISTS)
def test_machine_list_asks_as_often_for_a_page_and_one_row_as_for_one(name, unit, client):
    path, scope, fill = API_LISTS[name]
    key = create_token(name="reader", scopes=[scope])[1]
    counts = []
    for rows in (1, MANY):
        row = fill(unit, rows)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(
                path.format(row.public_id, rows=rows), headers={"Authorization": f"Bearer {key}"}
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
