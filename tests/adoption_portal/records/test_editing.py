"""Every change has a reason, goes through an operation and stands in the audit log."""

import json
from datetime import date

import pytest
from django.utils import timezone

from core.models import AuditEvent, Job
from core.tokens import create_token
from measurement.models import CaseSource
from people.choices import Role
from people.models import OrgUnit, Person, RoleGrant, Site, Training
from tests.factories.measurement import CaseSourceFactory
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory, SiteFactory
from tests.factories.sign_offs import in_review, some_policy
from tests.factories.workflows import AiToolFactory
from workflows.models import AiTool, PolicyVersion
from workflows.queries.policies import current_policy

pytestmark = pytest.mark.django_db


def page_of(row):
    key = getattr(row, "public_id", row.pk)
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{key}/change/"


def events(verb):
    return list(AuditEvent.objects.filter(verb=verb))


SITE = {"code": "BSL", "name": "Basel", "country": "CH"}
UNIT = {"code": "QA", "name": "Quality", "function": "Quality"}


# --- a reason, and refusals where one looks -------------------------------------------------------
@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_nothing_is_saved_without_a_reason(client, administrator, reason):
    answer = client.post("/admin/people/site/add/", SITE | {"why": reason})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="Basel"' in page
    assert 'href="#id_why"' in page
    assert not Site.objects.exists()
    assert not events("site.created")


def test_a_new_record_is_audited_with_its_reason(client, administrator):
    answer = client.post("/admin/people/site/add/", SITE | {"why": "Opened in May"})

    site = Site.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(site))
    (event,) = events("site.created")
    assert (event.actor, event.reason, event.channel) == (administrator, "Opened in May", "page")
    assert event.after["name"] == "Basel"


def test_a_change_tells_both_sides_of_what_differs(client, administrator):
    site = SiteFactory(code="BSL", name="Basel", country="CH")

    client.post(page_of(site), SITE | {"name": "Basel West", "why": "Renamed"})

    (event,) = events("site.changed")
    assert (event.before, event.after) == ({"name": "Basel"}, {"name": "Basel West"})


def test_saving_what_is_there_is_refused_and_not_audited(client, administrator):
    site = SiteFactory(**SITE)

    answer = client.post(page_of(site), SITE | {"why": "No reason at all"})

    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()
    assert not events("site.changed")


def test_a_code_that_is_taken_is_told_at_its_field(client, administrator):
    SiteFactory(**SITE)

    answer = client.post("/admin/people/site/add/", SITE | {"why": "Again"})

    assert answer.status_code == 422
    assert 'href="#id_code"' in answer.content.decode()
    assert Site.objects.count() == 1


@pytest.mark.parametrize(
    "field, value",
    [
        ("parent", "NOWHERE"),
        ("head", "nobody@example.org"),
        ("site", "??"),
        ("closed_date", "31.31."),
    ],
)
def test_a_name_that_nobody_has_is_told_at_its_field_and_kept(client, administrator, field, value):
    answer = client.post("/admin/people/orgunit/add/", UNIT | {field: value, "why": "New"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'href="#id_{field}"' in page
    assert value in page
    assert not OrgUnit.objects.exists()


@pytest.mark.parametrize("name", ["code", "name", "function", "why"])
def test_characters_that_no_database_takes_are_refused(client, administrator, name):
    answer = client.post("/admin/people/orgunit/add/", UNIT | {"why": "x", name: "a\x00b"})

    assert answer.status_code == 422
    assert not OrgUnit.objects.exists()


# --- the organisation -----------------------------------------------------------------------------
def test_a_unit_is_made_below_another_with_its_head(client, administrator):
    above, head = OrgUnitFactory(code="TOP"), PersonFactory(email="head@example.org")

    client.post(
        "/admin/people/orgunit/add/",
        UNIT | {"parent": "top", "head": "Head@example.org", "why": "New unit"},
    )

    unit = OrgUnit.objects.get(code="QA")
    assert (unit.parent, unit.head) == (above, head)
    (event,) = events("unit.created")
    assert event.after["head"] == str(head.public_id)


def test_a_unit_keeps_what_the_form_shows(client, administrator):
    unit = OrgUnitFactory(code="QA", parent=OrgUnitFactory(code="TOP"), site=SiteFactory(code="S"))

    page = client.get(page_of(unit)).content.decode()

    for name, value in {"parent": "TOP", "site": "S", "head": unit.head.email}.items():
        assert f'name="{name}" value="{value}"' in page


def test_a_unit_is_not_put_below_itself(client, administrator):
    unit = OrgUnitFactory(code="A", function="Quality", head=None)
    OrgUnitFactory(code="B", parent=unit)

    answer = client.post(
        page_of(unit),
        {"code": "A", "name": unit.name, "function": "Quality", "parent": "B", "why": "Loop"},
    )

    assert answer.status_code == 422
    assert "cannot be above itself" in answer.content.decode()


def test_a_training_is_kept(client, administrator):
    client.post(
        "/admin/people/training/add/",
        {"code": "AI-1", "name": "Basics", "required_of": "managers", "why": "Agreed"},
    )

    assert Training.objects.get().required_of == "managers"


# --- people ---------------------------------------------------------------------------------------
def fields_of(person, **changed):
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email or "",
        "job_title": person.job_title,
        "employee_number": person.employee_number or "",
        "is_active": "on" if person.is_active else "",
        "signing_enabled": "on" if person.signing_enabled else "",
        "why": "Asked by HR",
    } | changed


def sent(client, person, **changed):
    return client.post(page_of(person), fields_of(person, **changed))


def test_a_correction_is_audited_without_personal_data(client, administrator):
    person = PersonFactory(family_name="Lindqist")

    sent(client, person, family_name="Lindqvist")

    person.refresh_from_db()
    assert person.family_name == "Lindqvist"
    (event,) = events("person.corrected")
    assert (event.before, event.after) == (None, {"fields": ["family_name"]})


@pytest.mark.parametrize("signs, administers", [(True, False), (False, True)])
def test_the_address_of_a_signer_or_administrator_stays(client, administrator, signs, administers):
    person = PersonFactory(signing_enabled=signs)
    if administers:
        RoleGrantFactory(person=person, role=Role.ADMINISTRATOR)

    answer = sent(client, person, email="mine@example.org")

    assert answer.status_code == 422
    person.refresh_from_db()
    assert person.email != "mine@example.org"


def test_an_address_that_is_taken_is_refused(client, administrator):
    PersonFactory(email="taken@example.org")
    person = PersonFactory(signing_enabled=False)

    assert sent(client, person, email="Taken@example.org").status_code == 422


def test_nobody_corrects_the_own_record(client, administrator):
    answer = sent(client, administrator, family_name="Else")

    assert answer.status_code == 403
    assert "Ask another administrator" in answer.content.decode()


def test_who_leaves_loses_roles_and_signing_at_once(client, administrator):
    person = PersonFactory()
    grant = RoleGrantFactory(person=person, role=Role.QUALITY)

    answer = sent(client, person, is_active="")

    assert answer.status_code == 302
    person.refresh_from_db()
    grant.refresh_from_db()
    assert (person.is_active, person.signing_enabled) == (False, False)
    assert grant.ended_at is not None
    assert [event.reason for event in events("person.shut_out")] == ["Asked by HR"]


def test_a_person_is_added_without_a_password(client, administrator):
    client.post(
        "/admin/people/person/add/",
        {"email": "New@Example.org", "given_name": "N", "family_name": "E", "why": "Contractor"},
    )

    person = Person.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    (event,) = events("person.added")
    assert event.after == {"fields": ["employee_number", "family_name", "given_name", "job_title"]}


# --- roles ----------------------------------------------------------------------------------------
def test_a_role_is_given_with_a_reason(client, administrator):
    person, unit = PersonFactory(email="q@example.org"), OrgUnitFactory(code="QA")

    client.post(
        "/admin/people/rolegrant/add/",
        {"person": "q@example.org", "role": "quality", "unit": "qa", "why": "Appointed"},
    )

    grant = RoleGrant.objects.get(person=person)
    assert (grant.role, grant.unit, grant.granted_by) == ("quality", unit, administrator)
    assert [event.reason for event in events("role.granted")] == ["Appointed"]


def test_nobody_gives_a_role_to_oneself(client, administrator):
    answer = client.post(
        "/admin/people/rolegrant/add/",
        {"person": administrator.email, "role": "quality", "unit": "", "why": "Me"},
    )

    assert answer.status_code == 403
    assert "their own roles" in answer.content.decode()
    assert RoleGrant.objects.count() == 1


def test_a_role_is_ended_by_its_one_button(client, administrator):
    grant = RoleGrantFactory(role=Role.QUALITY)
    page = client.get(page_of(grant)).content.decode()
    assert "End this role" in page
    assert 'name="role"' not in page

    client.post(page_of(grant), {"why": "Moved on", "role": "administrator"})

    grant.refresh_from_db()
    assert grant.ended_at is not None
    assert grant.role == Role.QUALITY
    assert "End this role" not in client.get(page_of(grant)).content.decode()
    assert client.post(page_of(grant), {"why": "Again"}).status_code == 403


def test_the_last_administrator_stays(client, administrator):
    other = PersonFactory(is_active=False, signing_enabled=False)
    RoleGrantFactory(person=other, role=Role.ADMINISTRATOR)
    colleague = RoleGrantFactory(role=Role.ADMINISTRATOR)
    mine = RoleGrant.objects.get(person=administrator)
    client.force_login(colleague.person)
    colleague_ends = client.post(page_of(mine), {"why": "One is enough"})
    assert colleague_ends.status_code == 302

    client.force_login(PersonFactory())
    assert client.post(page_of(colleague), {"why": "x"}).status_code in {302, 403}
    colleague.refresh_from_db()
    assert colleague.ended_at is None


# --- tools, policies, sources ----------------------------------------------------------------------
TOOL = {"name": "Assistant", "version": "4.1", "vendor": "V", "is_generative": "on"}


def test_a_tool_is_registered_and_approved_with_a_reason(client, administrator):
    client.post("/admin/workflows/aitool/add/", TOOL | {"why": "Pilot"})
    tool = AiTool.objects.get()
    assert not tool.approved

    client.post(page_of(tool), TOOL | {"approved": "on", "why": "Assessed"})

    tool.refresh_from_db()
    assert tool.approved
    (event,) = events("tool.changed")
    assert (event.before, event.after) == ({"approved": False}, {"approved": True})


def test_a_tool_is_retired_and_brought_back(client, administrator):
    tool = AiToolFactory(vendor="V")
    facts = {"name": tool.name, "version": tool.version, "vendor": "V", "is_generative": "on"}
    facts |= {"approved": "on"} if tool.approved else {}

    client.post(page_of(tool), facts | {"retired": "on", "why": "Replaced"})
    tool.refresh_from_db()
    assert tool.retired_at is not None

    client.post(page_of(tool), facts | {"why": "Needed after all"})
    tool.refresh_from_db()
    assert tool.retired_at is None


def test_a_signed_tool_keeps_its_name(client, administrator):
    tool = in_review().redesign.current_revision.tool

    answer = client.post(page_of(tool), {"name": "Other", "version": tool.version, "why": "Rename"})

    assert answer.status_code == 409
    assert "Register the new release" in answer.content.decode()


def test_a_policy_changes_by_a_new_version(client, administrator):
    some_policy()
    before = current_policy()
    page = client.get("/admin/workflows/policyversion/add/").content.decode()
    assert "quality" in page
    rules = [{"when": {}, "step": {"role": "quality", "title": "Quality", "meaning": "reviewed"}}]

    client.post(
        "/admin/workflows/policyversion/add/", {"rules": json.dumps(rules), "why": "Simpler"}
    )

    now = current_policy()
    assert (now.number, now.rules, now.created_by) == (before.number + 1, rules, administrator)
    assert PolicyVersion.objects.filter(pk=before.pk).exists()


@pytest.mark.parametrize(
    "rules", ["", "[", "{}", '"x"', "[1]", "[]", '[{"when": {}, "step": {}}]', "null"]
)
def test_rules_that_cannot_be_used_are_refused_and_kept(client, administrator, rules):
    count = PolicyVersion.objects.count()

    answer = client.post("/admin/workflows/policyversion/add/", {"rules": rules, "why": "Wrong"})

    assert answer.status_code == 422
    assert PolicyVersion.objects.count() == count


def test_a_source_is_corrected_through_its_operation(client, administrator):
    source = CaseSourceFactory(name="LIMS")

    answer = client.post(
        page_of(source),
        {"name": "LIMS", "zone": "Europe/Zurich", "mapping": "{}", "why": "Local times"},
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert CaseSource.objects.get().zone == "Europe/Zurich"
    assert [event.reason for event in events("cases.source_changed")] == ["Local times"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Nowhere"},
        {"mapping": "[1]"},
        {"mapping": '{"kind": "employee_id"}'},
        {"completed_only": "on"},
        {"data_from": "soon"},
    ],
)
def test_a_source_that_cannot_be_read_is_refused(client, administrator, wrong):
    source = CaseSourceFactory(name="LIMS")

    answer = client.post(page_of(source), {"name": "LIMS", "mapping": "{}", "why": "x"} | wrong)

    assert answer.status_code == 422


# --- jobs and tokens ---------------------------------------------------------------------------------
@pytest.fixture
def failed():
    return Job.objects.create(
        name="tests.work",
        state="failed",
        attempts=3,
        last_error="It broke.",
        finished_at=timezone.now(),
    )


def test_a_failed_job_is_tried_again_with_a_reason(client, administrator, failed):
    page = client.get(page_of(failed)).content.decode()
    assert "It broke." in page
    assert client.post(page_of(failed), {"why": " "}).status_code == 422

    client.post(page_of(failed), {"why": "The disk has room again"})

    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("queued", 0)
    assert [event.reason for event in events("job.resumed")] == ["The disk has room again"]
    assert "Try again" not in client.get(page_of(failed)).content.decode()


def test_a_job_that_did_not_fail_is_not_tried_again(client, administrator):
    job = Job.objects.create(name="tests.work")

    assert client.post(page_of(job), {"why": "Hurry"}).status_code == 403


def test_a_token_is_revoked_with_a_reason(client, administrator):
    token, _key = create_token(name="HR", scopes=["hr:read"])

    client.post(page_of(token), {"why": "Leaked"})

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert [event.reason for event in events("token.revoked")] == ["Leaked"]


def test_dates_are_those_of_the_browser_s_own_field(client, administrator):
    unit = OrgUnitFactory(code="QA", closed_date=date(2026, 5, 1))

    page = client.get(page_of(unit)).content.decode()

    assert 'type="date" name="closed_date" value="2026-05-01"' in page
