"""What HR sends reaches the inbox: a manager moves, then leaves, and the signature follows.

The file comes through the page of an administrator, who is no programmer; who heads the unit comes
from HR's system by its token. The real worker reads and reroutes.
"""

import pytest
from playwright.sync_api import expect

from people.choices import Role
from people.models import Assignment, Person
from tests.e2e.test_trust import wait_for
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import in_review
from tests.factories.workflows import WorkflowFactory
from tests.people.hr import auth, key
from workflows.models import StepAssignment

HEADER = "source_id,given_name,family_name,unit,active\n"


@pytest.fixture
def cast(live_portal):
    """Ines heads the unit above the work and has a signature to give; Noor heads the site."""
    site = OrgUnitFactory(
        code="SITE", head=PersonFactory(given_name="Noor", family_name="Haddad", source_id="W-1")
    )
    ines = PersonFactory(given_name="Ines", family_name="Marchetti", source_id="W-2")
    zoe = PersonFactory(given_name="Zoë", family_name="Blanc", source_id="W-3")
    quality = OrgUnitFactory(code="QUALITY", parent=site, head=ines)
    logistics = OrgUnitFactory(code="LOGISTICS", parent=site)
    AssignmentFactory(unit=quality, person=ines)
    AssignmentFactory(unit=logistics, person=zoe)
    review = in_review(
        boss=ines,
        workflow=WorkflowFactory(
            name="Batch record review", unit=OrgUnitFactory(code="BATCH", parent=quality)
        ),
    )
    administrator = PersonFactory(given_name="Ada", family_name="Lang", is_staff=True)
    RoleGrantFactory(person=administrator, role=Role.ADMINISTRATOR)
    return {
        "ines": ines,
        "zoe": zoe,
        "noor": site.head,
        "administrator": administrator,
        "review": review,
    }


def bring(page, rows):
    page.goto("/imports/people/")
    page.get_by_role("link", name="Upload a file").first.click()
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": (HEADER + rows).encode()}
    )
    page.get_by_role("button", name="Upload and compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This is what would change", timeout=30_000
    )
    page.get_by_role("button", name="Apply these changes").click()


def asked(review):
    rows = StepAssignment.objects.filter(step__route=review.route, ended_at__isnull=True)
    return set(rows.values_list("person__source_id", flat=True))


def test_signature_follows_the_manager_hr_names(cast, new_page, sign_in, axe, shoot, live_portal):
    pages = {name: new_page() for name in ("ines", "zoe", "noor", "administrator")}
    for name, page in pages.items():
        sign_in(page, cast[name])
    sign = "Sign the redesign of Batch record review"
    pages["ines"].goto("/")
    expect(pages["ines"].get_by_text(sign)).to_be_visible()

    bring(pages["administrator"], "W-2,Ines,Marchetti,LOGISTICS,true\nW-3,Zoë,Blanc,QUALITY,true\n")
    wait_for(lambda: Assignment.objects.filter(unit__code="QUALITY", person=cast["zoe"]).exists())
    axe(pages["administrator"])
    shoot(pages["administrator"], "hr-import")
    token = key("hr:write")
    answer = new_page().request.put(
        "/api/v1/hr/units/QUALITY", data={"head": "W-3"}, headers=auth(token)
    )
    assert answer.status == 200, answer.text()
    wait_for(lambda: asked(cast["review"]) == {"W-3"})

    pages["zoe"].goto("/")
    expect(pages["zoe"].get_by_text(sign)).to_be_visible()
    pages["ines"].reload()
    expect(pages["ines"].get_by_text(sign)).to_have_count(0)

    bring(pages["administrator"], "W-3,Zoë,Blanc,QUALITY,false\n")
    wait_for(lambda: asked(cast["review"]) == {"W-1"})
    pages["noor"].goto("/")
    expect(pages["noor"].get_by_text(sign)).to_be_visible()
    pages["zoe"].goto("/")
    expect(pages["zoe"].get_by_role("heading", name="Sign in")).to_be_visible()
    assert not Person.objects.get(source_id="W-3").is_active
