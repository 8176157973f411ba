"""Pages of files of people: who may, what they say, and that nothing happens unseen."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import AuditEvent
from core.tokens import create_token
from people.choices import Role
from people.models import ParkedManager, PeopleImport, Person
from people.operations.imports import staging
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.people.hr import csv_of, key, newest, post, put, run_jobs, staff

pytestmark = pytest.mark.django_db
LIST, UPLOAD = "/imports/people/", "/imports/people/upload/"


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def administrator():
    return RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory(is_staff=True)).person


@pytest.fixture
def admin(client):
    OrgUnitFactory(code="QA")
    person = administrator()
    client.force_login(person)
    return person


def send(client, *rows, mode="delta", body=None, **fields):
    file = SimpleUploadedFile("people.csv", body if body is not None else csv_of(*rows))
    return client.post(UPLOAD, {"file": file, "mode": mode, **fields})


def page_of(client):
    answer = client.get(reverse("people:import", args=[newest().public_id]))
    return re.sub(r"\s+", " ", answer.content.decode())


def act(client, name):
    return client.post(reverse(f"people:import_{name}", args=[newest().public_id]))


@pytest.mark.parametrize("role", [None, Role.PROGRAM_OFFICE, Role.AUDITOR])
def test_files_of_people_are_for_administrators(client, role):
    person = PersonFactory() if role is None else RoleGrantFactory(role=role).person
    client.force_login(person)

    for path in (LIST, UPLOAD, "/imports/people/sample.csv"):
        assert client.get(path).status_code == 403
    assert client.get(reverse("people:import", args=[PersonFactory().public_id])).status_code == 404


def test_a_file_is_compared_first_and_applied_when_told(client, admin):
    answer = send(client, *staff(3))
    assert answer.status_code == 302
    run_jobs()
    assert Person.objects.filter(source_id__isnull=False).count() == 0
    said = page_of(client)
    assert "This is what would change" in said
    assert "Nothing has been changed yet." in said

    assert act(client, "approve").status_code == 302
    run_jobs()

    assert Person.objects.filter(source_id__isnull=False).count() == 3
    assert "3 rows were read" in page_of(client)
    assert newest().approved_by == admin
    assert act(client, "approve").status_code == 409


def test_a_file_that_would_end_many_needs_another_administrator(client, admin):
    send(client, *staff(60))
    run_jobs()
    act(client, "approve")
    run_jobs()
    send(client, *staff(30), mode="full")
    run_jobs()
    said = page_of(client)
    assert "30 people would no longer be employed" in said
    assert "another administrator approves or discards it" in said
    assert "Approve these changes" not in said
    assert "Given31 Family31" in said

    refused = act(client, "approve")
    assert refused.status_code == 403
    assert "Somebody else must approve this" in refused.content.decode()

    client.force_login(administrator())
    assert "Approve these changes" in page_of(client)
    act(client, "approve")
    run_jobs()
    assert Person.objects.filter(source_id__isnull=False, is_active=True).count() == 30


def test_the_page_tells_who_would_end_and_what_was_ended_before(client, admin):
    for count, mode in ((60, "delta"), (45, "full"), (39, "full")):
        post(client, key("hr:bulk"), csv_of(*staff(count)), query=f"?mode={mode}")
        run_jobs()
    assert "HR ended 15 of them in the 24 hours before" in page_of(client)
    assert "Given45 Family45" in page_of(client)

    put(client, key("hr:write"), "W-45", {"job_title": "Lead"})
    Person.objects.filter(pk=admin.pk).update(source_id="W-99")

    said = page_of(client)
    assert "Given44 Family44" in said
    assert "Given45 Family45" not in said
    assert "W-99" not in said


def test_who_made_the_token_does_not_approve_its_braked_file(client, admin):
    made = create_token(name="hr", scopes=["hr:bulk"], actor=admin)[1]
    for rows, mode in ((staff(60), "delta"), (staff(30), "full")):
        post(client, made, csv_of(*rows), query=f"?mode={mode}")
        run_jobs()
    assert "You brought this file" in page_of(client)

    assert act(client, "approve").status_code == 403
    client.force_login(administrator())
    assert "Approve these changes" in page_of(client)
    assert act(client, "approve").status_code == 302
    run_jobs()
    assert newest().job.state == "done"


def test_any_administrator_approves_the_file_of_a_token_nobody_made(client, admin):
    token = key("hr:bulk")
    for rows, mode in ((staff(60), "delta"), (staff(30), "full")):
        post(client, token, csv_of(*rows), query=f"?mode={mode}")
        run_jobs()

    assert act(client, "approve").status_code == 302


def test_a_delivery_is_discarded_with_its_rows_and_file(
    client, admin, tmp_path, django_capture_on_commit_callbacks
):
    send(client, *staff(3))
    run_jobs()

    with django_capture_on_commit_callbacks(execute=True):
        act(client, "cancel")

    assert "This delivery was discarded" in page_of(client)
    assert list((tmp_path / "uploads" / "people").iterdir()) == []
    assert staging.said(newest().pk) == {}
    assert act(client, "cancel").status_code == 409


def test_rejected_rows_are_named_and_taken_away_harmless(client, admin):
    send(client, "=1+1,Ada,Keller,,,ALPINA,=cmd(),,,CH,true,", *staff(1))
    run_jobs()
    assert "There is no unit “=cmd()”" in page_of(client)  # before anything was applied
    act(client, "approve")
    run_jobs()

    said = page_of(client)
    assert "There is no unit “=cmd()”" in said
    answer = client.get(reverse("people:import_rejections", args=[newest().public_id]))
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == 2
    assert rows[1] == ["2", "'=1+1", "there is no unit “=cmd()”", "unit", "'=cmd()"]
    assert "Keller" not in str(rows)
    assert AuditEvent.objects.filter(verb="export").count() == 1


@pytest.mark.parametrize(
    "body, words",
    [
        (b"", "The file is empty."),
        (b"name\nAda\n", "There is no column “source_id”"),
        ("source_id,given_name\n1,Zoë\n".encode("windows-1252"), "Choose the file’s encoding"),
    ],
)
def test_a_wrong_file_is_told_beside_the_field_and_the_choice_stays(client, admin, body, words):
    answer = send(client, body=body, mode="full")

    assert answer.status_code == 422
    said = answer.content.decode().replace("&#x27;", "’").replace("'", "’")
    assert words in said
    assert re.search(r'value="full"\s+selected', said)
    assert PeopleImport.objects.count() == 0


def test_no_file_and_a_mode_that_is_none_are_told(client, admin):
    answer = client.post(UPLOAD, {"mode": "all"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"file", "mode"}


def test_the_list_tells_what_is_odd_in_the_data(client, admin):
    one, two = (PersonFactory(source_id=f"W-{n}", signing_enabled=False) for n in (1, 2))
    assert "Nothing was delivered yet" in client.get(LIST).content.decode()
    send(client, *[
        f"W-1,{one.given_name},A,,,ALPINA,QA,W-2,,CH,true,",
        f"W-2,{two.given_name},B,,,ALPINA,QA,W-1,,CH,true,",
        "W-3,C,C,,,ALPINA,QA,W-9,,CH,true,",
    ])  # fmt: skip
    run_jobs()
    act(client, "approve")
    run_jobs()
    OrgUnitFactory(head=PersonFactory(is_active=False))

    said = client.get(LIST).content.decode()

    assert "These manage each other in a circle" in said
    assert "1 person waits for a manager" in said
    assert "1 unit is headed by somebody who left" in said
    assert ParkedManager.objects.count() == 1
    assert client.get("/imports/people/sample.csv").status_code == 200


def test_the_frame_leads_administrators_here(client, admin):
    assert 'href="/imports/people/"' in client.get("/").content.decode()
    client.force_login(PersonFactory())
    assert 'href="/imports/people/"' not in client.get("/").content.decode()


@pytest.mark.parametrize("role, is_there", [(Role.ADMINISTRATOR, True), (Role.AUDITOR, False)])
def test_the_menu_leads_there_only_who_may_go_in(client, role, is_there):
    person = RoleGrantFactory(role=role, person=PersonFactory(is_staff=True)).person
    client.force_login(person)

    page = client.get("/").content.decode()

    assert ('href="/imports/people/"' in page) is is_there
    assert client.get("/imports/people/").status_code == (200 if is_there else 403)
