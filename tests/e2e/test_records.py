"""The records pages in a real browser: our colours, no complaint of the policy, no script needed."""

import re

import pytest
from playwright.sync_api import expect

from people.choices import Role
from people.models import RoleGrant, Site
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import in_review
from tests.factories.workflows import AiToolFactory

PAGES = (
    "/admin/",
    "/admin/people/person/",
    "/admin/core/auditevent/",
    "/admin/people/orgunit/add/",
    "/admin/workflows/policyversion/add/",
    "/account/delegations/",
)


@pytest.fixture
def administrator(live_portal):
    in_review()
    for _row in range(3):
        AiToolFactory()
        OrgUnitFactory()
    person = PersonFactory(given_name="Ada", family_name="Lang", is_staff=True)
    RoleGrantFactory(person=person, role=Role.ADMINISTRATOR)
    return person


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_keep_the_policy_and_the_rules_of_access(
    new_page, sign_in, administrator, axe, width
):
    page = new_page(viewport={"width": width, "height": 900})
    sign_in(page, administrator)
    for path in PAGES:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            axe(page)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, (path, width)


def test_rows_are_cards_on_a_phone_and_stay_in_order(new_page, sign_in, administrator):
    page = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(page, administrator)
    page.goto("/admin/people/orgunit/")
    region = page.locator(".ap-table-wrap")

    assert region.evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    page.get_by_role("link", name="Code", exact=True).click()
    expect(page).to_have_url(re.compile(r"o=1\.0"))
    assert region.evaluate("it => it.scrollWidth - it.clientWidth") <= 0


def test_a_role_is_given_and_ended_without_script(new_page, sign_in, administrator, shoot):
    PersonFactory(email="mara@example.test", given_name="Mara", family_name="Lindqvist")
    page = new_page(java_script_enabled=False)
    sign_in(page, administrator)
    page.goto("/")
    page.get_by_role("link", name="Records").click()
    page.get_by_role("link", name=re.compile("^Role grants")).click()
    page.get_by_role("link", name=re.compile("^Add")).click()
    page.get_by_label("Person").fill("mara@example.test")
    page.get_by_label("Role", exact=False).first.select_option("quality")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Reason")
    page.get_by_label("Reason").fill("Appointed by the site head")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: Quality: Mara Lindqvist.")).to_be_visible()

    page.get_by_label("Reason").fill("Moved to production")
    page.get_by_role("button", name="End this role").click()

    expect(page.get_by_role("button", name="End this role")).to_have_count(0)
    assert RoleGrant.objects.get(role=Role.QUALITY, person__email="mara@example.test").ended_at
    shoot(page, "records-role")


def test_a_list_is_filtered_and_a_record_kept_by_keyboard(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/admin/people/site/add/")
    for label, text in {
        "Code": "BSL",
        "Name": "Basel",
        "Country": "CH",
        "Reason": "Opened",
    }.items():
        page.get_by_label(label, exact=False).first.focus()
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved: Basel.")).to_be_visible()
    assert Site.objects.get().code == "BSL"

    page.goto("/admin/workflows/aitool/")
    page.locator(".ap-records-filter summary").filter(has_text="Approved").first.click()
    page.get_by_role("link", name="No", exact=True).click()
    expect(page).to_have_url(re.compile("approved__exact=0"))
