"""Logging a workflow by keyboard, in a real browser on a wide page and on a phone's width."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import WIDTHS
from tests.factories.people import AssignmentFactory, OrgUnitFactory
from tests.factories.workflows import WorkflowFactory
from workflows.models import Workflow

SHEET = "\n".join(
    ["Activity\tWho does it\tSystem\tMinutes\tWaiting"]
    + [f"Step {number}\tQA\tMES\t{number}\t2 h" for number in range(1, 13)]
)


@pytest.fixture(params=WIDTHS)
def form(request, page, sign_in):
    """The form for a new workflow, opened by the head of a unit."""
    unit = OrgUnitFactory()
    page.unit = unit
    page.set_viewport_size({"width": request.param, "height": WIDTHS[request.param]})
    sign_in(page, unit.head)
    page.goto("/workflows/new/")
    return page


def titles(page):
    return page.locator('#steps tbody [name$="-title"]').evaluate_all(
        "all => all.map(one => one.value)"
    )


def numbers(page):
    """Place, name of the first cell and total: all three say the same order."""
    shown = page.locator("#steps tbody [data-number]").all_inner_texts()
    names = page.locator('#steps tbody [name$="-title"]').evaluate_all(
        "all => all.map(one => one.name)"
    )
    count = page.locator('[name="steps-TOTAL_FORMS"]').input_value()
    assert names == [f"steps-{at}-title" for at in range(len(names))]
    assert shown == [str(at + 1) for at in range(len(shown))]
    assert count == str(len(names))


def focused(page):
    return page.evaluate("document.activeElement.name")


def said(page):
    return page.locator("[data-said]").inner_text()


def put(page, cell, text):
    """Paste as the browser does, without the machine's clipboard."""
    page.locator(cell).evaluate(
        """(cell, text) => {
            const lines = new DataTransfer();
            lines.setData("text/plain", text);
            cell.focus();
            cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: lines, bubbles: true, cancelable: true}));
        }""",
        text,
    )  # fmt: skip


def test_a_workflow_is_logged_with_the_keyboard_alone(form, axe):
    form.get_by_label("What do you call this work?").fill("Batch record review")
    form.get_by_label("What is it for?").fill("Release batches")
    form.get_by_label("Unit that does it").select_option(str(form.unit.pk))
    form.get_by_label("Function").fill("Quality")
    form.get_by_label("Cases a year").fill("1200")
    form.focus('[name="steps-0-title"]')
    keys = form.keyboard

    keys.type("First")
    keys.press("Enter")
    assert focused(form) == "steps-1-title"
    assert "Step 2 added." in said(form)
    keys.type("Second")
    keys.press("Alt+ArrowUp")
    assert (titles(form)[:2], focused(form)) == (["Second", "First"], "steps-0-title")
    assert "Step moved to place 1." in said(form)
    keys.press("Alt+ArrowDown")
    assert (titles(form)[:2], focused(form)) == (["First", "Second"], "steps-1-title")
    numbers(form)
    keys.press("Enter")
    keys.type("Mistake")
    keys.press("Alt+Delete")
    assert "Step 3 removed." in said(form)
    assert "Mistake" not in titles(form)
    numbers(form)
    form.get_by_role("button", name="Put the removed step back").click()
    assert titles(form)[:3] == ["First", "Second", "Mistake"]
    numbers(form)
    keys.press("Alt+Delete")
    axe(form)
    form.focus('[name="yearly_volume"]')
    keys.press("Enter")  # outside the steps it saves, as everywhere

    form.wait_for_url("**/workflows/*-*/")
    steps = Workflow.objects.get().current_version.activities.order_by("position")
    assert [step.title for step in steps] == ["First", "Second"]


def test_twelve_pasted_lines_become_twelve_steps_and_a_column_is_corrected(form, axe):
    form.fill('[name="steps-0-title"]', "Before")
    form.fill('[name="steps-2-title"]', "After")

    put(form, '[name="steps-0-title"]', SHEET)
    form.get_by_text("12 pasted lines became steps.").first.wait_for()

    assert titles(form) == ["Before", *[f"Step {number}" for number in range(1, 13)], "After"]
    assert focused(form) == "steps-1-title"
    assert "12 pasted lines became steps." in said(form)
    assert form.locator('[name="steps-12-wait_minutes"]').input_value() == "120"
    numbers(form)
    axe(form)
    assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")

    form.get_by_label("Column 3").select_option(label="Leave out")
    form.get_by_role("button", name="Read again").click()
    expect(form.locator('[name="steps-1-system"]')).to_have_value("")
    assert titles(form) == ["Before", *[f"Step {number}" for number in range(1, 13)], "After"]
    form.get_by_role("button", name="The columns are right").click()
    form.get_by_label("Column 3").wait_for(state="detached")
    numbers(form)


def test_a_short_paste_stays_in_its_cell(form):
    put(form, '[name="steps-0-title"]', "One line\n")

    assert form.locator("[data-read]").count() == 0
    assert len(titles(form)) == 3


def test_owner_is_found_among_many(form):
    for at in range(15):
        AssignmentFactory(
            unit=form.unit, person__given_name=f"Ines {at:02}", person__family_name="Marchetti"
        )

    form.fill('[name="owner"]', "")
    form.locator('[name="owner"]').press_sequentially("marche")
    expect(form.locator("#owner-options option")).to_have_count(10)

    first = form.locator("#owner-options option").first.get_attribute("value")
    assert first.startswith("Ines 00 Marchetti <")


def test_a_wrong_cell_is_reached_from_the_top(form, axe):
    form.fill('[name="steps-1-touch_minutes"]', "soon")
    form.get_by_role("button", name="Save", exact=True).last.click()

    form.locator("[data-errors]").first.wait_for()
    form.get_by_role("link", name="Line 2, Work:").click()
    assert focused(form) == "steps-1-touch_minutes"
    assert form.locator('[name="steps-1-touch_minutes"]').input_value() == "soon"
    axe(form)


def test_two_people_meet_at_one_workflow(form, axe, shoot):
    workflow = WorkflowFactory(unit=form.unit, name="Review")
    form.goto(f"/workflows/{workflow.public_id}/edit/")
    Workflow.objects.filter(pk=workflow.pk).update(name="Theirs", row_version=2)
    form.fill('[name="name"]', "Mine")
    form.keyboard.press("Enter")

    form.get_by_role("button", name="Save mine over theirs").wait_for()
    axe(form)
    shoot(form, "workflow-form-conflict")
    assert form.evaluate("document.documentElement.scrollWidth <= innerWidth")
    form.get_by_role("button", name="Save mine over theirs").click()

    form.wait_for_url(f"**/workflows/{workflow.public_id}/")
    workflow.refresh_from_db()
    assert workflow.name == "Mine"


def test_retire_asks_for_the_reason(form, axe, shoot):
    workflow = WorkflowFactory(unit=form.unit)
    form.goto(f"/workflows/{workflow.public_id}/")
    form.get_by_text("Take out of use").first.click()
    form.get_by_label("Why is it taken out of use?").fill("Outsourced")
    axe(form)
    shoot(form, "workflow-retire")
    form.get_by_role("button", name="Take out of use").last.click()

    form.get_by_text("took this workflow out of use").wait_for()
    axe(form)


def test_without_a_script_lines_are_pasted_and_saved(new_page, sign_in, shoot):
    unit = OrgUnitFactory()
    page = new_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(page, unit.head)
    page.goto("/workflows/new/")
    page.fill('[name="name"]', "Review")
    page.fill('[name="purpose"]', "Release")
    page.fill('[name="function"]', "Quality")
    page.fill('[name="yearly_volume"]', "9")
    page.select_option('[name="unit"]', str(unit.pk))
    page.get_by_text("Paste lines from a spreadsheet").click()
    page.fill('[name="paste-lines"]', SHEET)
    page.get_by_role("button", name="Read these lines").click()
    page.get_by_text("12 pasted lines became steps.").wait_for()
    shoot(page, "workflow-form-pasted")
    page.get_by_role("button", name="Save", exact=True).last.click()

    page.wait_for_url("**/workflows/*-*/")
    assert Workflow.objects.get().current_version.activities.count() == 12
