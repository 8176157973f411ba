"""The main job through the pages alone: from a pasted list of steps to a verdict on a case log.

A real web process, worker, relay and scheduler serve a real Chromium. Nothing but the people and
their rights is put into the database beforehand.
"""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from playwright.sync_api import expect

from people.choices import Role
from tests.factories.people import (
    PASSWORD,
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import some_policy
from tests.factories.workflows import AiToolFactory
from tests.measurement.real_logs import PEPS, log, reference

TWELVE_LINES = """Activity\tWho\tSystem\tWork (min)\tWaiting (h)
Record arrives\tArchive\tPost\t5\t4
Print and collate\tArchive\tPrinter\t25\t10
Check every page by hand\tReviewer\tPaper\t190\t40
Copy exceptions to a sheet\tReviewer\tSpreadsheet\t45\t5
Look up limits\tReviewer\tLIMS\t50\t15
Ask production\tReviewer\tMail\t10\t24
Answer the questions\tProduction\tMail\t20\t8
Compare with last batch\tReviewer\tLIMS\t30\t2
Write the summary\tReviewer\tWord processor\t65\t24
Second reviewer reads all\tSecond reviewer\tPaper\t160\t70
Correct the summary\tReviewer\tWord processor\t15\t6
Release\tQuality\tERP\t10\t12"""


@pytest.fixture
def cast(live_portal):
    """Three people: who does and owns the work, who heads the unit above, who signs for quality."""
    some_policy()
    boss = PersonFactory(given_name="Ines", family_name="Marchetti", email="ines@example.test")
    owner = PersonFactory(given_name="Karim", family_name="Aziz", email="karim@example.test")
    quality = PersonFactory(given_name="Mara", family_name="Lindqvist", email="mara@example.test")
    RoleGrantFactory(person=quality, role=Role.QUALITY)
    above = OrgUnitFactory(name="Quality", head=boss)
    unit = OrgUnitFactory(name="Batch release", head=owner, parent=above)
    for person, where in ((owner, unit), (boss, above), (quality, above)):
        AssignmentFactory(person=person, unit=where)
    AiToolFactory(name="Document assistant", version="4.1")
    return {"owner": owner, "boss": boss, "quality": quality}


@pytest.fixture
def enter(new_page):
    """``enter(person)``: a page of their own, signed in through the form."""

    def sign_in(person):
        page = new_page()
        page.goto("/account/login/")
        page.locator("input[name=login]").fill(person.email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(person.given_name)
        return page

    return sign_in


@pytest.fixture
def looked_at(axe, shoot):
    """``looked_at(page, name)``: rules of accessibility and no sideways scrolling, in all looks."""

    def look(page, name):
        before = page.viewport_size
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                # Colours are all that differs in the dark.
                axe(page, only="color-contrast" if scheme == "dark" else None)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wide) <= 0, f"{name} scrolls sideways at {width} px"
        page.set_viewport_size(before)
        page.emulate_media(color_scheme="light")
        shoot(page, f"walk-{name}")

    return look


def log_workflow(page, name, *, volume):
    page.get_by_role("link", name="Log a workflow").first.click()
    page.get_by_label("What do you call this work?").fill(name)
    page.get_by_label("What is it for?").fill("Every record is read before release.")
    page.get_by_label("Unit that does it").select_option(label="Batch release")
    page.get_by_label("Function").fill("Quality")
    page.get_by_label("Cases a year").fill(str(volume))
    page.get_by_label("GxP relevant").check()
    page.get_by_text("Paste lines from a spreadsheet").click()
    page.get_by_label("One step a line").or_(page.locator("#steps details textarea")).first.fill(
        TWELVE_LINES
    )
    page.get_by_role("button", name="Read these lines").click()
    expect(page.locator("#read-title")).to_contain_text("12 pasted lines became steps.")
    titles = page.locator("input[name^=steps-][name$=-title]")
    filled = [value for value in (box.input_value() for box in titles.all()) if value]
    assert len(filled) == 12
    assert page.locator("input[name$=-wait_minutes]").first.input_value() == "240"


def propose(page, *, promise="20", advanced=None, guardrail=None):
    page.get_by_role("button", name="Propose a redesign").click()
    page.get_by_label("What changes, in one sentence").fill(
        "The assistant reads the record; people check every flag."
    )
    changes = page.locator("select[name^=steps-][name$=-change]")
    titles = page.locator("input[name^=steps-][name$=-title]")
    works = page.locator("input[name^=steps-][name$=-touch_minutes]")
    assert titles.count() == 12
    for at, change, work in (
        (2, "ai_assisted", "20"),
        (4, "automated", "0"),
        (8, "ai_assisted", "30"),
    ):
        changes.nth(at).select_option(change)
        works.nth(at).fill(work)
    changes.nth(1).select_option("removed")
    page.get_by_label("AI tool and version").select_option(label="Document assistant 4.1")
    page.get_by_label("Batch and quality records").check()
    page.get_by_label("GxP impact").select_option("indirect")
    page.get_by_label("Who watches over it").select_option(index=1)
    page.get_by_label("What is reviewed").fill(
        "Every flag, and ten in a hundred pages without one."
    )
    page.get_by_label("Share of cases reviewed, %").fill("10")
    page.get_by_label("When we stop").fill("Two missed deviations in one week.")
    page.get_by_label("If the AI is down").fill("We read by hand as before.")
    page.get_by_label("Cases will take less time, by %").fill(promise)
    if advanced:
        for part in page.locator("#promise summary").all():
            part.click()
        for label, value in advanced.items():
            box = page.get_by_label(label)
            box.set_checked(value) if isinstance(value, bool) else box.fill(value)
    if guardrail:
        page.get_by_role("button", name="Add a guardrail").click()
        for label, value in guardrail.items():
            page.locator("#guardrails").get_by_label(label).fill(value)
        page.locator("#guardrails").get_by_label("Worse is").select_option("lower")
    page.get_by_role("button", name="Save and look it over").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Redesign of")


def sign(page, name):
    """Open the sign-off from the inbox, choose, prove presence."""
    page.goto("/")
    page.get_by_role("link", name="Review and sign").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    assert page.locator("input[name=verdict]:checked").count() == 0
    page.get_by_label("Approve").check()
    if page.get_by_label("Your user id").count():
        page.get_by_label("Your user id").fill(page.portal_person.email)
    page.get_by_label("Confirm it is you").fill(PASSWORD)
    return page.get_by_role("button", name="Choose, then sign")


def go_live(page, moment):
    page.get_by_role("link", name="Go live").click()
    page.locator("input[name=day]").fill(f"{moment:%Y-%m-%d}")
    page.locator("input[name=time]").fill(f"{moment:%H:%M}")
    page.locator("select[name=zone]").select_option("UTC")
    page.get_by_role("button", name="Look up the reading date").click()
    expect(page.get_by_text("The evidence is read")).to_be_visible()


def upload(page, name, content, *, covers_to=None):
    page.get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("link", name="Add cases").first.click()
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Upload and look").click()
    if covers_to:
        page.get_by_label("Time zone of times without an offset").select_option("UTC")
        page.get_by_label("Complete up to").fill(covers_to)
    page.get_by_role("button", name="Import this file").last.click()


def generated_log(go_live, *, cases=1000):
    """A year before, twenty weeks after, the typical case a third shorter after go-live."""
    rng = np.random.default_rng(20261127)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["case_id", "started_at", "completed_at", "kind", "right_first_time", "user"])
    days = np.sort(rng.uniform(-364, 139, cases))
    hours = np.exp(rng.normal(np.log(200), 0.55, cases)) * np.where(days >= 0, 0.65, 1.0)
    now = go_live + timedelta(days=140)
    for number, (day, length) in enumerate(zip(days, hours, strict=True)):
        start = go_live + timedelta(days=float(day))
        end = start + timedelta(hours=float(length))
        done = f"{end:%Y-%m-%dT%H:%M:%S}+00:00" if end < now else ""
        right = int(rng.random() < 0.95) if done else ""
        table.writerow(
            [f"B-{number}", f"{start:%Y-%m-%dT%H:%M:%S}+00:00", done, "ABC"[number % 3], right, "x"]
        )
    return out.getvalue().encode()


def stored_reading(redesign_address):
    from measurement.models import Reading

    public_id = re.search(r"/(?:redesigns|evidence)/([0-9a-f-]{36})/", redesign_address)[1]
    return Reading.objects.get(redesign__public_id=public_id)


def see_evidence(page, redesign_address, *, seconds=60):
    """The reading is queued by go-live or by the cases; the page shows it when it is there."""
    page.goto(redesign_address.replace("/redesigns/", "/evidence/"))
    expect(page.locator(".ap-claim")).to_be_visible(timeout=seconds * 1000)


def unseen(_page, _name):
    """Where another test has looked already."""


def walk(
    cast,
    enter,
    *,
    name,
    moment,
    content,
    file_name,
    look=unseen,
    volume=1400,
    covers_to=None,
    **promise,
):
    """All of it; the address of the redesign and the owner's page on its evidence."""
    owner = enter(cast["owner"])
    look(owner, "inbox-empty")
    log_workflow(owner, name, volume=volume)
    look(owner, "log")
    owner.get_by_role("button", name="Save", exact=True).last.click()
    expect(owner.get_by_role("heading", level=1)).to_have_text(name)
    look(owner, "workflow-logged")
    workflow = owner.url

    propose(owner, **promise)
    look(owner, "redesign-draft")
    redesign = owner.url
    owner.get_by_role("button", name="Submit for sign-off").click()
    expect(owner.get_by_text("In review").first).to_be_visible()

    for who in ("quality", "boss"):
        signer = enter(cast[who])
        signer.portal_person = cast[who]
        if who == "boss":
            look(signer, "inbox-signer")
        button = sign(signer, name)
        if who == "boss":
            look(signer, "sign-off")
        button.click()
        expect(signer.get_by_text("Where it stands")).to_be_visible()

    owner.goto(redesign)
    expect(owner.get_by_text("Approved").first).to_be_visible()
    go_live(owner, moment)
    look(owner, "go-live")
    owner.get_by_role("button", name="Go live on").click()
    expect(owner.get_by_text("Live").first).to_be_visible()

    owner.goto(workflow)
    upload(owner, file_name, content, covers_to=covers_to)
    expect(owner.get_by_role("heading", level=1)).to_contain_text("read", timeout=60_000)
    expect(owner.get_by_role("heading", level=1)).not_to_contain_text("not read")
    look(owner, "delivery")
    see_evidence(owner, redesign)
    look(owner, "evidence")
    return owner, workflow, redesign


def test_from_pasted_steps_to_a_verdict(cast, enter, looked_at):
    # A day more than the log covers: in the small hours, eight o'clock is yet to come.
    eight = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    moment = eight - timedelta(days=141)
    owner, workflow, redesign = walk(
        cast,
        enter,
        name="Batch record review",
        moment=moment,
        content=generated_log(moment),
        file_name="review.csv",
        look=looked_at,
        guardrail={
            "Guardrail": "Right first time",
            "Field of the cases": "right_first_time",
            "May get worse by at most": "5",
        },
    )

    reading = stored_reading(redesign)
    expect(owner.locator(".ap-claim")).to_contain_text("less time, from a median of")
    expect(owner.get_by_text("Post-hoc:").first).to_be_visible()
    assert (reading.verdict, reading.grade, reading.post_hoc) == ("improved", "C", True)
    assert reading.low < 0.65 < reading.high
    owner.goto(workflow)
    expect(owner.get_by_text("Improved").first).to_be_visible()
    looked_at(owner, "workflow-measured")
    owner.goto("/")
    looked_at(owner, "inbox-measured")
    for path in ("workflows", "redesigns", "sign-offs", "evidence"):
        owner.goto(f"/{path}/")
        looked_at(owner, f"list-{path}")


def test_the_python_log_reads_as_its_reference_through_the_pages(cast, enter):
    content = log("python_peps_decision_cases.csv.gz")
    expected = reference(PEPS)

    owner, _workflow, redesign = walk(
        cast,
        enter,
        name="Python enhancement proposals",
        moment=datetime(2019, 2, 4, tzinfo=UTC),
        content=content,
        file_name="peps.csv.gz",
        volume=60,
        covers_to="2026-08-21",
        advanced={
            "Days before go-live that count": "2555",
            "Days after go-live left out": "0",
            "Days after that count": "",
            "Look for a trend before go-live": False,
        },
    )

    reading = stored_reading(redesign)
    assert (reading.verdict, reading.grade) == (expected["verdict"], expected["grade"])
    for figure in ("ratio", "low", "high"):
        assert getattr(reading, figure) == pytest.approx(expected[figure], rel=1e-5)
    expect(owner.locator(".ap-claim")).to_contain_text("130% more time")
