"""A messy table and an event log brought in by the pages, in a real browser, to their readings."""

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from measurement.models import Case, CaseEvent, Reading
from tests.core.faults.portal import until
from tests.e2e.conftest import WIDTHS
from tests.factories.cases import simulated
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live, workflow_below

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
LIVE_AT = NOW - timedelta(weeks=24)
ZONE = ZoneInfo("Europe/Zurich")
PATIENCE = 60_000  # ms: the worker reads, counts and measures


def cases(effect):
    """Start and end of simulated cases, without those that were cancelled."""
    text = simulated(go_live=LIVE_AT, until=NOW, effect=effect, per_day=2.0, cancelled=0.0)
    for row in csv.DictReader(io.StringIO(text.decode())):
        begun = datetime.fromisoformat(row["started_at"])
        ended = row["completed_at"]
        yield row["case_id"], begun, datetime.fromisoformat(ended) if ended else None


def local(moment):
    # Clocks go back in October: the hour that comes twice is left to the tests of the parser.
    return moment.astimezone(ZONE).strftime("%d.%m.%Y %H:%M") if moment else ""


def messy():
    """What a German spreadsheet saves: semicolons, local times, letters of Windows, a person."""
    out = io.StringIO()
    sheet = csv.writer(out, delimiter=";", lineterminator="\r\n")
    sheet.writerow(["Vorgang", "Eingang", "Abschluss", "Bearbeiter", "Prüfbetrag"])
    for number, begun, ended in cases(0.6):
        if begun.month == 10 and begun.hour < 2:
            continue
        sheet.writerow([number, local(begun), local(ended), "Jürg Müller", "12,50"])
    return out.getvalue().encode("windows-1252")


def event(name, moment, transition="complete"):
    return (
        f'<event><string key="concept:name" value="{name}"/>'
        f'<string key="lifecycle:transition" value="{transition}"/>'
        f'<string key="org:resource" value="ann"/>'
        f'<date key="time:timestamp" value="{moment.isoformat()}"/></event>'
    )


def log():
    """XES: received, checked (with its begin), released."""
    traces = []
    for number, begun, ended in cases(0.6):
        events = event("Receive", begun)
        if ended:
            work = (ended - begun) / 10
            events += event("Check", ended - work, "start") + event("Check", ended)
            events += event("Release", ended)
        traces.append(f'<trace><string key="concept:name" value="{number}"/>{events}</trace>')
    head = '<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0">'
    return gzip.compress((head + "".join(traces) + "</log>").encode(), mtime=0)


@pytest.fixture
def redesign():
    boss = PersonFactory()
    workflow = workflow_below(boss, gxp=False, is_simulated=True)
    at = LIVE_AT - timedelta(days=3)
    return live(at=at, live_at=LIVE_AT, workflow=workflow, boss=boss).redesign


def chosen(page, redesign, name, content):
    page.goto(f"/workflows/{redesign.workflow.public_id}/cases/upload/")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("heading", name="How is this file read?")).to_be_visible()


def imported(page):
    page.get_by_role("button", name="Import this file").first.click()
    expect(page.get_by_role("link", name="See the cases")).to_be_visible(timeout=PATIENCE)


def evidence(page, redesign):
    """The evidence page once the worker has read the cases."""
    until(Reading.objects.filter(redesign=redesign).exists, 60, "a reading")
    page.goto(f"/evidence/{redesign.public_id}/")
    return page.locator("#main")


def test_a_messy_table_is_mapped_and_read_on_a_phone(page, sign_in, redesign, axe, shoot):
    page.set_viewport_size({"width": 390, "height": WIDTHS[390]})
    sign_in(page, redesign.workflow.owner)

    chosen(page, redesign, "Vorgänge.csv", messy())
    expect(page.get_by_text("Choose the file's encoding")).to_be_visible()
    page.get_by_label("Letters of the file").select_option("windows-1252")
    page.get_by_role("button", name="Look again").last.click()
    expect(page.get_by_label("Number of the case")).to_have_value("Vorgang")
    page.get_by_label("Time zone of times without an offset").select_option("Europe/Zurich")
    page.get_by_label("Decimals are written").select_option(",")
    page.get_by_label("How times are written").select_option("dd.mm.yyyy")
    page.get_by_role("button", name="Look again").last.click()
    expect(page.get_by_text("20 of the first 20 rows are read.")).to_be_visible()
    expect(page.get_by_text("Left out, as they may name people: Bearbeiter")).to_be_visible()
    axe(page)
    shoot(page, "mapping-table")
    imported(page)

    assert Case.objects.filter(fields__Prüfbetrag=12.5).exists()
    shown = evidence(page, redesign)
    expect(shown.get_by_text("Improved").first).to_be_visible()
    shoot(page, "evidence-of-table")


def test_an_event_log_is_mapped_and_read(page, sign_in, redesign, axe, shoot):
    sign_in(page, redesign.workflow.owner)

    chosen(page, redesign, "log.xes.gz", log())
    finished = page.get_by_role("group", name="It is finished with")
    finished.get_by_label("Release").check()
    page.get_by_role("button", name="Look again").last.click()
    expect(page.locator("#preview .ap-bar").first).to_be_visible()
    axe(page)
    shoot(page, "mapping-log")
    imported(page)

    assert CaseEvent.objects.filter(activity="Check").exists()
    shown = evidence(page, redesign)
    expect(shown.get_by_text("Improved").first).to_be_visible()
    time = shown.locator("#time-spent")
    expect(time.get_by_text("Check", exact=True).first).to_be_visible()
    axe(page)
    shoot(page, "evidence-of-log")
