"""The pages of deliveries about people, and each person's own weeks."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.jobs.working import run_waiting
from core.models import AuditEvent
from measurement.models import UsageWeek, UseImport
from people.choices import Role
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.workflows import AiToolFactory

pytestmark = pytest.mark.django_db
ROWS = "person,tool,week,active_days\nE-1,Assistant,2026-03-02,3\n"


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def tool():
    return AiToolFactory(name="Assistant", version="1")


@pytest.fixture
def office(client):
    person = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person
    client.force_login(person)
    return person


def upload(client, content, *, kind="usage", tool="", **more):
    file = SimpleUploadedFile("weeks.csv", content.encode())
    return client.post(
        "/evidence/use/upload/", {"kind": kind, "file": file, "tool": tool, **more}, follow=True
    )


def test_a_file_is_shown_as_it_was_read_before_anything_is_saved(client, office, tool):
    PersonFactory(source_id="E-1")
    page = upload(
        client, ROWS.replace("active_days", "active_days,shoe_size").replace(",3", ",3,4")
    )

    assert page.status_code == 200
    text = page.content.decode()
    assert "Recognised: Person-weeks" in text
    assert "shoe_size" in text
    assert UsageWeek.objects.count() == 0
    made = UseImport.objects.get()
    assert made.job is None
    address = f"/evidence/use/{made.public_id}/"
    assert client.post(f"{address}start/", follow=True).status_code == 200
    assert b"being checked" in client.get(address).content
    run_waiting()
    page = client.get(address).content.decode()
    assert "1 row was read" in page
    assert "1 person-week is of somebody without access" in page
    assert UsageWeek.objects.get().active_days == 3
    assert client.post(f"{address}start/").status_code == 409


def test_refused_rows_are_shown_without_the_person(client, office, tool):
    upload(client, ROWS.replace("E-1", "E-SECRET") + "E-1,Assistant,2026-03-03,2\n")
    made = UseImport.objects.get()
    address = f"/evidence/use/{made.public_id}/"
    client.post(f"{address}start/")
    run_waiting()
    page = client.get(address).content.decode()
    assert "2 of 2 rows were not read" in page
    assert "Nobody here has this person number" in page
    assert "E-SECRET" not in page
    csv = b"".join(client.get(f"{address}rejections.csv").streaming_content).decode()
    assert csv.splitlines()[0] == "line,reason,column,value"
    assert "2026-03-03" in csv
    assert "E-SECRET" not in csv
    assert AuditEvent.objects.filter(verb="export").count() == 1
    assert client.post(f"{address}confirm/").status_code == 422
    assert client.post(f"{address}cancel/", follow=True).status_code == 200
    assert "discarded" in client.get(address).content.decode()


def test_good_rows_go_in_by_a_button(client, office, tool):
    PersonFactory(source_id="E-1")
    upload(client, ROWS + "E-9,Assistant,2026-03-02,2\n")
    address = f"/evidence/use/{UseImport.objects.get().public_id}/"
    client.post(f"{address}start/")
    run_waiting()
    assert "Import the good row" in client.get(address).content.decode()
    client.post(f"{address}confirm/")
    run_waiting()
    assert UsageWeek.objects.count() == 1


@pytest.mark.parametrize(
    "content, kind, words",
    [
        ("", "usage", "The file is empty."),
        (ROWS, "completions", "another kind of file"),
        ("PersonId,MetricDate,Total_Copilot_active_days\n1,2026-03-01,2\n", "usage", "no AI tool"),
        (ROWS, "nothing", "Select a valid choice"),
    ],
)
def test_bad_files_say_so_beside_the_field_and_keep_the_choices(
    client, office, tool, content, kind, words
):
    page = upload(client, content, kind=kind)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert UseImport.objects.count() == 0


def test_no_file_at_all(client, office):
    page = client.post("/evidence/use/upload/", {"kind": "usage"})
    assert page.status_code == 422


def test_the_same_file_twice_is_one_delivery(client, office, tool):
    upload(client, ROWS)
    page = upload(client, ROWS)
    assert "here already" in page.content.decode()
    assert UseImport.objects.count() == 1


def test_the_list_is_empty_filtered_and_paged(client, office, tool):
    assert "Nothing came in yet" in client.get("/evidence/use/").content.decode()
    upload(client, ROWS)
    assert "weeks.csv" in client.get("/evidence/use/?kind=usage").content.decode()
    page = client.get("/evidence/use/?kind=completions&page=x").content.decode()
    assert "Nothing of this kind" in page
    assert "weeks.csv" in client.get("/evidence/use/?kind=%00").content.decode()


def test_samples_can_be_read_back(client, office, tool):
    for kind in ("usage", "entitlements", "completions"):
        answer = client.get(f"/evidence/use/sample/{kind}.csv")
        assert answer["Content-Type"].startswith("text/csv")
        page = upload(client, answer.content.decode(), kind=kind)
        assert "Recognised" in page.content.decode()
    assert client.get("/evidence/use/sample/other.csv").status_code == 404


def test_who_may(client, tool, office):
    upload(client, ROWS)
    made = UseImport.objects.get()
    pages = ["/evidence/use/", f"/evidence/use/{made.public_id}/"]
    deeds = ["start", "confirm", "cancel"]
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    assert client.get("/evidence/use/upload/").status_code == 403
    assert [client.post(f"{pages[1]}{deed}/").status_code for deed in deeds] == [403] * 3
    client.force_login(PersonFactory())
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert client.get("/evidence/use/upload/").status_code == 404
    assert [client.post(f"{pages[1]}{deed}/").status_code for deed in deeds] == [404] * 3
    assert client.get(f"/evidence/use/{uuid4()}/").status_code == 404


def test_pages_cost_the_same_whatever_the_rows(client, office, tool, django_assert_max_num_queries):
    for number in range(3):
        upload(client, ROWS + f"E-{number},Assistant,2026-03-09,2\n" * (number + 1))
    with django_assert_max_num_queries(12):
        client.get("/evidence/use/")
    for made in UseImport.objects.order_by("pk"):
        client.post(f"/evidence/use/{made.public_id}/start/")
    run_waiting()
    for made in UseImport.objects.order_by("pk"):
        with django_assert_max_num_queries(12):
            client.get(f"/evidence/use/{made.public_id}/")


# --- one's own --------------------------------------------------------------------------------------
def test_the_account_shows_ones_own_weeks_and_nobody_elses(client, tool):
    mine, theirs = PersonFactory(), PersonFactory()
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    UsageWeek.objects.create(
        week=monday - timedelta(weeks=2), person=mine, tool=tool, active_days=3, assisted_cases=17
    )
    other = AiToolFactory(name="Somebody elses tool")
    UsageWeek.objects.create(
        week=monday - timedelta(weeks=2), person=theirs, tool=other, active_days=5
    )
    client.force_login(mine)
    page = client.get("/account/").content.decode()
    assert "Your own use of AI tools" in page
    assert ">17<" in page
    assert "Somebody elses tool" not in page
    client.force_login(PersonFactory())
    assert "Nothing of yours came in" in client.get("/account/").content.decode()
