"""Pages about the machine interface in a browser: the policy holds, keyboard and phones work."""

import pytest
import requests

from core.tokens import create_token
from people.choices import Role
from tests.factories.people import PASSWORD, PersonFactory, RoleGrantFactory
from tests.factories.workflows import WorkflowFactory


@pytest.fixture
def administrator():
    return RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory()).person


def too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_description_is_read_on_a_phone_and_by_keyboard(
    page, sign_in, live_portal, administrator, axe, shoot
):
    sign_in(page, administrator)
    page.goto("/api/v1/docs/")
    operation = page.locator("#readings_list > summary")
    operation.focus()
    page.keyboard.press("Enter")

    page.get_by_text("evidence:read").first.wait_for()
    axe(page)
    shoot(page, "api-docs")
    page.set_viewport_size({"width": 390, "height": 844})
    assert not too_wide(page)


def test_calls_are_tried_out_under_the_same_policy(
    page, sign_in, live_portal, administrator, shoot
):
    WorkflowFactory(name="Batch record review")
    key = create_token(name="try", scopes=["evidence:read"])[1]
    sign_in(page, administrator)
    page.goto("/api/v1/docs/try/")
    page.locator("#operations-workflows-workflows_list").click()
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").first.fill(key)
    page.locator(".auth-btn-wrapper button[type=submit]").first.click()
    page.locator(".btn-done").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    page.get_by_text("Batch record review").first.wait_for()
    shoot(page, "api-try")
    page.set_viewport_size({"width": 390, "height": 844})
    assert not too_wide(page)


def test_token_is_made_and_opens_the_door(page, sign_in, live_portal, administrator, axe, shoot):
    WorkflowFactory()
    sign_in(page, administrator)
    page.goto("/account/")
    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("link", name="Make a token").first.click()
    page.get_by_role("button", name="Make the token").click()
    axe(page)
    shoot(page, "token-errors")
    page.get_by_label("Name").fill("Evidence reader")
    page.get_by_label("Read workflows, redesigns and readings").check()
    page.get_by_label("Confirm it is you").fill(PASSWORD)
    page.get_by_role("button", name="Make the token").click()

    key = page.locator("#key").inner_text()
    axe(page)
    shoot(page, "token-made")
    answer = requests.get(
        f"{live_portal.url}/api/v1/workflows",
        headers={"Authorization": f"Bearer {key}"},
        timeout=10,
    )
    assert len(answer.json()["results"]) == 1
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("rowheader", name="Evidence reader").wait_for()
    axe(page)
    shoot(page, "tokens")
    page.set_viewport_size({"width": 390, "height": 844})
    assert not too_wide(page)


def test_real_server_answers_head_and_304_without_a_body(live_portal):
    WorkflowFactory()
    key = create_token(name="reader", scopes=["evidence:read"])[1]
    ask, address = requests.Session(), f"{live_portal.url}/api/v1/workflows"
    ask.headers["Authorization"] = f"Bearer {key}"
    whole = ask.get(address, timeout=10)
    head = ask.head(address, timeout=10)
    same = ask.get(address, headers={"If-None-Match": whole.headers["ETag"]}, timeout=10)
    after = ask.get(address, timeout=10)  # nothing of a body was left in the connection

    assert (whole.status_code, head.status_code, same.status_code) == (200, 200, 304)
    assert (head.content, same.content) == (b"", b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert after.json() == whole.json()
