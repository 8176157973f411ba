"""A trust survey through the pages alone: planned, answered by twelve on phones, published.

The real worker opens, closes and releases the wave; two of the answers come in German, one in
French, one from a browser without JavaScript.
"""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core.jobs import enqueue
from core.models import Job
from surveys.models import Ballot, Participation, Wave
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import live
from tests.factories.workflows import WorkflowFactory
from tests.surveys.views.waves import instruments_again

PHONE = {"width": 390, "height": 844}
LANGUAGES = {2: "de", 3: "fr", 4: "de"}
WITHOUT_SCRIPT = 5
KEPT = "sessionStorage.getItem('survey')"
START = {"en": "Start", "de": "Beginnen", "fr": "Commencer"}


@pytest.fixture
def cast(live_portal):
    """Twelve people in two teams, their manager, and the program office."""
    instruments_again()
    boss = PersonFactory(given_name="Ines", family_name="Marchetti", email="ines@example.test")
    office = RoleGrantFactory(
        person=PersonFactory(given_name="Olga", family_name="Weber", email="olga@example.test")
    ).person
    above = OrgUnitFactory(name="Quality", head=boss)
    unit = OrgUnitFactory(name="Batch release", parent=above)
    teams = [OrgUnitFactory(name=name, parent=unit) for name in ("Team Lyon", "Team Porto")]
    people = [AssignmentFactory(unit=teams[place % 2]).person for place in range(12)]
    went = timezone.now() - timedelta(days=40)
    live(
        at=went,
        live_at=went,
        boss=boss,
        workflow=WorkflowFactory(name="Batch record review", unit=unit, is_simulated=True),
    )
    return {"boss": boss, "office": office, "people": people}


@pytest.fixture
def looked_at(axe, shoot):
    """Every rule on the phone in light, contrast on the desk in dark; too wide at neither."""

    def look(page, name):
        for width, scheme, only in ((390, "light", None), (1440, "dark", "color-contrast")):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            axe(page, only=only)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wide) <= 0, f"{name} scrolls sideways at {width} px"
        page.emulate_media(color_scheme="light")
        shoot(page, f"trust-{name}")

    return look


def wait_for(condition, seconds=40):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.3)
    raise AssertionError("it did not come about in time")


def plan(page):
    page.goto("/surveys/")
    page.get_by_role("link", name="Plan a survey").click()
    page.get_by_role("link", name=re.compile("Plan a survey.*Batch record")).click()
    page.get_by_label("Opens").fill(f"{timezone.localdate():%Y-%m-%d}")
    page.get_by_label("Last day").fill(f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}")
    page.get_by_label("Data protection contact").fill("Dana Privacy, privacy@example.test")
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator("[data-errors]")).to_contain_text("Leave it open for 10 to 28 days.")
    page.get_by_label("Last day").fill(f"{timezone.localdate() + timedelta(days=21):%Y-%m-%d}")


def answer_by_steps(page, number):
    """One statement at a time, each with the answer this person gives."""
    for at in range(16):
        statement = page.locator("fieldset:visible")
        expect(statement).to_have_count(1)
        statement.locator("input[type=radio]").nth((number + at) % 6).check()
        page.locator("[data-next]").click()
    page.locator("textarea").fill(f"One change, says number {number}")
    page.locator("[data-send]").click()


def answer_in_one_go(page, number):
    for at, statement in enumerate(page.locator("fieldset").all()):
        statement.locator("input[type=radio]").nth((number + at) % 6).check()
    page.locator("[data-send]").click()


def test_a_survey_from_its_plan_to_its_result(cast, new_page, sign_in, looked_at):  # noqa: PLR0915
    office = new_page()
    sign_in(office, cast["office"])
    plan(office)
    looked_at(office, "plan")
    office.get_by_role("button", name="Plan it").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Batch record review")
    wait_for(lambda: Wave.objects.filter(state="open").exists())
    office.reload()
    office.get_by_role("link", name="What is asked").click()
    looked_at(office, "preview")
    office.get_by_role("link", name="French").click()
    expect(office.get_by_text("Pas du tout d'accord")).to_be_visible()
    wave = Wave.objects.get()

    first = new_page(viewport=PHONE)
    sign_in(first, cast["people"][0])
    first.goto("/")
    first.get_by_role("link", name="Answer").click()
    expect(first.locator("#promise")).to_contain_text("Your name is not stored with your answers.")
    looked_at(first, "first")
    first.set_viewport_size(PHONE)
    first.get_by_role("link", name="Start").click()
    goes_back_without_loss(first, wave, looked_at)

    for number, person in enumerate(cast["people"][1:], 1):
        code = LANGUAGES.get(number, "en")
        script = number != WITHOUT_SCRIPT
        page = new_page(viewport=PHONE, locale=code, java_script_enabled=script)
        sign_in(page, person)
        page.goto(f"/surveys/{wave.public_id}/")
        page.locator("main a.ap-quiet-button").click()
        expect(page.locator("html")).to_have_attribute("lang", code)
        (answer_by_steps if script else answer_in_one_go)(page, number)
        expect(page).to_have_url(re.compile("/surveys/sent/$"))

    assert Ballot.objects.count() == 12
    assert Participation.objects.filter(done=True).count() == 12

    office.goto(f"/surveys/{wave.public_id}/wave/")
    office.get_by_text("Close early").first.click()
    office.get_by_label("Why").fill("All twelve have answered")
    looked_at(office, "wave")
    office.set_viewport_size({"width": 1440, "height": 900})
    office.get_by_role("button", name="Close early").click()
    wait_for(lambda: Wave.objects.get().state == "done")
    assert Ballot.objects.count() == 0

    member = new_page(viewport=PHONE)
    sign_in(member, cast["people"][7])
    member.goto(f"/surveys/{wave.public_id}/")
    expect(member).to_have_url(re.compile("/result/$"))
    expect(member.get_by_text("Trust index, 1 to 5").first).to_be_visible()
    looked_at(member, "result-member")
    expect(member.get_by_role("heading", name="Careless answers")).to_have_count(0)

    boss = new_page()
    sign_in(boss, cast["boss"])
    boss.goto("/surveys/")
    looked_at(boss, "list")
    boss.set_viewport_size({"width": 1440, "height": 900})
    boss.get_by_role("link", name=re.compile("See the result.*Batch record")).click()
    expect(boss.get_by_role("heading", name="Units side by side")).to_be_visible()
    looked_at(boss, "result-manager")
    boss.goto(f"/surveys/{wave.public_id}/result/?view=print")
    looked_at(boss, "result-print")
    office.goto(f"/workflows/{wave.workflow.public_id}/")
    expect(office.locator("#trust")).to_contain_text("See the result")
    the_console_shows_it(office, looked_at)


def the_console_shows_it(office, looked_at):
    """The clock asks for the count every two minutes; the test does not wait for it."""
    counted = enqueue("console.refresh")
    wait_for(lambda: Job.objects.get(pk=counted.pk).state == "done")
    office.set_viewport_size({"width": 1440, "height": 900})
    office.goto("/console/")
    looked_at(office, "console")
    office.set_viewport_size({"width": 1440, "height": 900})
    office.get_by_role("link", name="Trust and enablement").first.click()
    expect(office.locator("#waves")).to_contain_text("Batch record review")
    expect(office.locator("#waves")).to_contain_text("12")
    looked_at(office, "console-trust")


def goes_back_without_loss(page, wave, looked_at):
    """Device back, in-page back, a reload, a change of language; then the warning, then sending."""
    expect(page.locator("fieldset:visible")).to_have_count(1)
    expect(page.get_by_text("Part 1 of 4").first).to_be_visible()
    page.get_by_label("Agree", exact=True).locator("visible=true").check()
    page.locator("[data-next]").click()
    page.get_by_label("Disagree", exact=True).locator("visible=true").check()
    page.locator("[data-next]").click()
    expect(page.locator("[data-says-at]")).to_have_text("3 of 16")
    looked_at(page, "answer")
    page.set_viewport_size(PHONE)
    expect(page.locator("[data-says-at]")).not_to_be_empty()  # the phone's steps are drawn
    page.go_back()
    expect(page.locator("[data-says-at]")).to_have_text("2 of 16")
    page.locator("[data-back]").click()
    expect(page.locator("[data-says-at]")).to_have_text("1 of 16")
    expect(page.get_by_label("Agree", exact=True).locator("visible=true")).to_be_checked()
    kept_in_this_tab_and_locked(page)
    page.reload()
    expect(page.locator("input:checked")).to_have_count(2)
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.locator("input:checked").count() == 2
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"/surveys/{wave.public_id}/answer/")
    page.locator("[data-forget]").click()
    expect(page.locator("[data-forgotten]")).to_be_visible()
    assert page.locator("input:checked").count() == 0
    assert page.evaluate(KEPT) is None
    for _ in range(16):
        page.locator("fieldset:visible input").first.check()
        page.locator("[data-next]").click()
    page.locator("[data-back]").click()
    page.locator("[data-back]").click()
    page.get_by_label("Strongly agree", exact=True).locator("visible=true").check()
    page.evaluate("document.querySelector('fieldset input:checked').checked = false")
    page.locator("[data-next]").click()
    page.locator("[data-next]").click()
    page.locator("[data-send]").click()
    expect(page.locator("[data-errors]")).to_contain_text("1 statement has no answer.")
    looked_at(page, "gaps")
    page.set_viewport_size(PHONE)
    page.locator("[data-errors] a").click()
    expect(page.locator("fieldset:visible")).to_have_count(1)
    for _ in range(16):
        if page.locator("[data-send]").is_visible():
            break
        page.locator("[data-next]").click()
    page.locator("[data-send]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you.")
    assert (page.evaluate(KEPT), page.evaluate("localStorage.length")) == (None, 0)
    looked_at(page, "sent")


def kept_in_this_tab_and_locked(page):
    """What the next person at a shared computer could find of two answers."""
    wait_for(lambda: page.evaluate(KEPT))
    assert page.evaluate("localStorage.length") == 0
    assert re.fullmatch("[0-9a-f]{24} [0-9a-f]+", page.evaluate(KEPT))
