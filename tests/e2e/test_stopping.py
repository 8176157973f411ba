"""Suspending and resuming a live redesign in a real browser."""

import pytest

from tests.e2e.conftest import WIDTHS
from tests.factories.sign_offs import live


@pytest.mark.parametrize("width", WIDTHS)
def test_a_redesign_is_suspended_and_resumed_with_a_reason(page, sign_in, axe, shoot, width):
    redesign = live().redesign
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    sign_in(page, redesign.workflow.owner)
    page.goto(redesign.get_absolute_url())

    page.get_by_role("link", name="Suspend").click()
    page.get_by_role("button", name="Suspend").click()
    page.get_by_text("Say why, so that the team can act on it.").first.wait_for()
    axe(page)
    shoot(page, "suspend")
    page.get_by_label("Why").fill("Two wrong outputs in one week")
    page.get_by_role("button", name="Suspend").click()

    page.get_by_text("suspended this redesign on").wait_for()
    axe(page)
    shoot(page, "suspended")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Resume").click()
    page.get_by_label("Why").fill("The prompt was mended")
    page.get_by_role("button", name="Resume").click()

    page.get_by_text("It is live again.").wait_for()
