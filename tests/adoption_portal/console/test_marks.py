"""Notes at dates and views by name: who may, what is refused, what is written down."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from adoption_portal.console.errors import NameTaken, TooManyViews
from adoption_portal.console.models import Annotation, SavedView
from adoption_portal.console.operations import marks
from adoption_portal.console.queries.trust import notes_on
from core.models import AuditEvent
from people.choices import Role
from tests.adoption_portal.console import scene as scenes
from tests.factories.cases import NOW
from tests.factories.people import PersonFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    person = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person
    scenes.counted()
    client.force_login(person)
    return person


def test_a_note_goes_onto_the_charts_of_what_was_chosen(client, office):
    answer = client.post(
        "/console/annotations/",
        {"page": "adoption", "query": "period=8", "date": "2026-08-03", "text": "Sources linked"},
    )
    note = Annotation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/console/adoption/?period=8")
    assert (note.text, note.kind, note.created_by) == ("Sources linked", "all", office)
    assert AuditEvent.objects.filter(verb="console.annotated").count() == 1
    assert b"Sources linked" in client.get("/console/").content


@pytest.mark.parametrize(
    "given, told",
    [
        ({"date": "", "text": "x"}, "This field is required."),
        ({"date": "3 Aug", "text": "x"}, "Enter a valid date."),
        ({"date": "1066-10-14", "text": "x"}, "greater than or equal to"),
        ({"date": "2026-08-03", "text": " "}, "This field is required."),
        ({"date": "2026-08-03", "text": "y" * 61}, "at most 60 characters"),
        ({"date": "2026-08-03", "text": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_a_note_that_cannot_be_comes_back_with_words(client, office, given, told):
    answer = client.post("/console/annotations/", {"page": "overview", "query": "", **given})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Annotation.objects.count() == 0


def test_a_note_is_taken_back_once_and_stays_as_a_row(client, office):
    note = marks.annotate(actor=office, date=date(2026, 8, 3), text="Wrong")
    path = f"/console/annotations/{note.public_id}/remove/"
    assert client.post(path, {"page": "trust"})["Location"] == "/console/trust/"
    assert client.post(path).status_code == 404
    marks.remove_annotation(annotation=note, actor=office, at=NOW)
    note.refresh_from_db()
    assert note.removed_by == office
    assert b"Wrong" not in client.get("/console/").content
    assert [
        event.verb
        for event in AuditEvent.objects.filter(verb__startswith="console.").order_by("pk")
    ] == [
        "console.annotated",
        "console.annotation_removed",
    ]


def test_auditors_change_nothing_and_others_find_nothing(client, office):
    note = marks.annotate(actor=office, date=date(2026, 8, 3), text="Kept")
    for role, status in ((Role.AUDITOR, 403), (Role.QUALITY, 404)):
        client.force_login(RoleGrantFactory(role=role).person)
        for path in ("annotations/", f"annotations/{note.public_id}/remove/", "views/"):
            assert client.post(f"/console/{path}", {"name": "x"}).status_code == status
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)
    page = client.get("/console/").content
    assert b"Annotate" not in page
    assert SavedView.objects.count() == 0


def test_a_view_is_kept_by_name_and_forgotten(client, office):
    given = {"page": "evidence", "query": "period=8&verdict=worse&unit=x", "name": "Last two years"}
    assert client.post("/console/views/", given)["Location"] == "/console/evidence/?period=8"
    view = SavedView.objects.get()
    assert (view.person, view.query) == (office, "period=8")
    assert b"Last two years" in client.get("/console/").content

    again = client.post("/console/views/", given)
    assert again.status_code == 422
    assert "with this name already" in again.content.decode()

    client.post(f"/console/views/{view.public_id}/forget/", {"page": "overview"})
    assert SavedView.objects.count() == 0


def test_a_view_of_another_person_is_missing(client, office):
    view = marks.save_view(actor=PersonFactory(), name="Mine", page="overview", query="")
    assert client.post(f"/console/views/{view.public_id}/forget/").status_code == 404
    assert SavedView.objects.count() == 1


def test_names_are_taken_once_and_views_end_at_thirty(office):
    for number in range(marks.MOST_VIEWS):
        marks.save_view(actor=office, name=str(number), page="overview", query="")
    with pytest.raises(NameTaken):
        marks.save_view(actor=office, name="3", page="trust", query="")
    with pytest.raises(TooManyViews, match="30"):
        marks.save_view(actor=office, name="one more", page="trust", query="")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"kind": "planet"},
        {"kind": "unit"},
        {"key": "x"},
        {"removed_at": NOW},
    ],
)
def test_the_database_refuses_a_note_that_cannot_be(office, wrong):
    given = {"date": date(2026, 8, 3), "text": "x", "created_by": office}
    with pytest.raises(IntegrityError), transaction.atomic():
        Annotation.objects.create(**(given | wrong))


def test_a_note_lies_between_its_points():
    days = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    notes = [
        Annotation(date=days[0] + timedelta(days=45), text="half"),
        Annotation(date=date(2026, 9, 1), text="late"),
        Annotation(date=date(2025, 9, 1), text="early"),
    ]
    assert notes_on(days, notes) == ((0.5, "half"), (2.0, "late"))
