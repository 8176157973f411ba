"""Files of the console: text cells alone, nothing alive, named and written down."""

import csv
import io
import re
import zipfile

import pytest

from adoption_portal.console.exporting import as_csv, as_workbook
from adoption_portal.console.queries.pages import Sheet
from core.charts.table import Table
from core.models import AuditEvent
from tests.adoption_portal.console import scene as scenes

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", 'a","=1', "x\n=1")


def sheets():
    return [
        Sheet("one", "=Title", "What it is", Table("c", ("Name", "=N"), tuple((h, "3") for h in HOSTILE))),
        Sheet("two", "=title", "Again", Table("c", ("Name",), ())),
    ]  # fmt: skip


def test_no_cell_of_a_workbook_is_a_formula():
    book = as_workbook([("Period", "=1")], sheets(), about_name="About: [1]")
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        pages = [archive.read(n).decode() for n in archive.namelist() if "worksheets/" in n]
        names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
    assert names == ["About   1", "=Title", "=title 2"]
    assert not any("<f>" in page for page in pages)
    assert sum(page.count('t="inlineStr"') for page in pages) == 2 + 2 + 2 + 16 + 2 + 1


def test_no_cell_of_a_csv_begins_alive():
    text = "".join(as_csv([("Period", "=1")], sheets()))
    assert text.startswith("\ufeff")
    for row in csv.reader(io.StringIO(text[1:])):
        for cell in row:
            assert cell == "3" or not cell.startswith(("=", "+", "-", "@", "\t", "＝"))


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_file_says_what_it_is_and_is_written_down(client, suffix):
    scene = scenes.build()
    scenes.worked(scene)
    snapshot = scenes.counted()
    client.force_login(scene.office)
    answer = client.get(f"/console/export/overview.{suffix}?function=Quality")
    body = answer.getvalue()
    assert answer["Content-Disposition"] == (
        f'attachment; filename="console-overview-2026-10-01.{suffix}"'
    )
    event = AuditEvent.objects.filter(verb="export").get()
    assert event.after == {"what": f"console.overview.{suffix}"}
    assert event.subject_id == str(snapshot.pk)
    if suffix == "csv":
        told = body.decode()
        assert "Function,Quality" in told
        assert "Fewer than 5 people, or protected" in told
        assert "Logged,2," in told


@pytest.mark.django_db
def test_one_chart_can_be_taken_alone(client):
    scene = scenes.build()
    scenes.counted()
    client.force_login(scene.office)
    told = client.get("/console/export/overview.csv?chart=funnel").getvalue().decode()
    assert "From logged to sustained" in told
    assert "Waiting for a signature" not in told
    for path in ("overview.csv?chart=nothing", "overview.pdf", "nothing.csv", "compare.csv"):
        assert client.get(f"/console/export/{path}").status_code == 404
