"""Workflows and redesigns for machines: what is told, to whom, page by page."""

from urllib.parse import urlsplit

import pytest

from core.tokens import create_token
from people.choices import Role
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import approved, in_review, live
from tests.factories.workflows import RedesignFactory, WorkflowFactory

pytestmark = pytest.mark.django_db
NOWHERE = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def ask(client):
    def call(path, key=None, **headers):
        key = key or create_token(name="reader", scopes=["evidence:read"])[1]
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"} | headers)

    return call


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def names(*rows):
    return [str(row.public_id) for row in rows]


def key_of(person):
    return create_token(name="reader", scopes=["evidence:read"], owner=person)[1]


# --- workflows ------------------------------------------------------------------------------------
def test_workflow_is_told_with_its_stage_and_nobodys_name(ask):
    workflow = live().redesign.workflow
    lead = workflow.redesigns.get()

    row = ask("workflows").json()["results"][0]

    assert row["id"] == str(workflow.public_id)
    assert row["unit"] == {"code": workflow.unit.code, "name": workflow.unit.name}
    assert (row["stage"], row["changed"], row["verdict"]) == ("live", False, None)
    assert row["redesign"] == str(lead.public_id)
    told = ask(f"workflows/{workflow.public_id}").content.decode()
    for person in (workflow.owner, lead.proposer):
        assert person.email not in told
        assert person.family_name not in told


def test_one_workflow_has_its_steps_in_order(ask):
    workflow = in_review().redesign.workflow

    told = ask(f"workflows/{workflow.public_id}").json()

    assert told["version"] == workflow.current_version.number
    steps = list(workflow.current_version.activities.order_by("position"))
    assert [step["key"] for step in told["steps"]] == [str(step.step_key) for step in steps]
    assert told["stage"] == "redesigned"


def test_workflow_without_a_redesign_is_logged(ask):
    WorkflowFactory()

    row = ask("workflows").json()["results"][0]

    assert (row["stage"], row["redesign"]) == ("logged", None)


def test_filters_narrow_the_list(ask):
    one, other = WorkflowFactory(function="Quality"), WorkflowFactory(function="Supply")
    retired = WorkflowFactory(retired_at="2026-01-01T00:00Z")

    assert ids(ask(f"workflows?slug={one.slug}")) == names(one)
    assert ids(ask(f"workflows?unit={other.unit.code}")) == names(other)
    assert ids(ask("workflows?function=Supply")) == names(other)
    assert ids(ask("workflows?retired=true")) == names(retired)
    assert ids(ask("workflows?retired=false")) == names(one, other)
    assert ids(ask("workflows?updated_since=2999-01-01T00:00:00Z")) == []
    assert ids(ask("workflows?function=Quality&retired=false")) == names(one)


@pytest.mark.parametrize(
    "query, parameter, said",
    [
        ("colour=red", "colour", "Unknown parameter."),
        ("updated_since=2026-01-01", "updated_since", "A time with its offset"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since", "A time with its offset"),
        ("retired=perhaps", "retired", "valid boolean"),
        ("slug=no slug", "slug", "valid"),
        ("function=a&function=b", "function", "Say it once."),
        ("page_size=0", "page_size", "A number from 1 to 200."),
        ("page_size=201", "page_size", "A number from 1 to 200."),
        ("page_size=%C2%B2", "page_size", "A number from 1 to 200."),
        ("cursor=nonsense", "cursor", "No such place in the list."),
        ("cursor=cD1hYmM%3D", "cursor", "No such place in the list."),  # p=abc
    ],
)
def test_wrong_parameters_are_named(ask, query, parameter, said):
    WorkflowFactory()

    answer = ask(f"workflows?{query}")

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["parameter"] == parameter
    assert said in error["detail"]


def test_one_row_takes_no_parameters(ask):
    workflow = WorkflowFactory()

    assert ask(f"workflows/{workflow.public_id}?colour=red").status_code == 400


def test_pages_follow_each_other_by_the_header(ask):
    rows = [WorkflowFactory() for _row in range(5)]
    path, seen = "workflows?page_size=2", []
    for _page in range(3):
        answer = ask(path)
        seen += ids(answer)
        links = answer.headers.get("Link", "")
        following = [part for part in links.split(", ") if 'rel="next"' in part]
        assert bool(following) == bool(answer.json()["next"])
        if following:
            address = urlsplit(following[0].partition("<")[2].partition(">")[0])
            path = f"{address.path.removeprefix('/api/v1/')}?{address.query}"

    assert seen == names(*rows)
    assert following == []


def test_last_page_names_the_one_before(ask):
    [WorkflowFactory() for _row in range(3)]
    answer = ask("workflows?page_size=2")
    after = ask(f"workflows?{urlsplit(answer.json()['next']).query}")

    assert 'rel="prev"' in after["Link"]


# --- who reads what -------------------------------------------------------------------------------
def test_token_of_a_person_reads_what_the_person_may(ask):
    boss = PersonFactory()
    own = WorkflowFactory(unit=OrgUnitFactory(parent=OrgUnitFactory(head=boss)))
    far = WorkflowFactory()
    key = key_of(boss)

    assert ids(ask("workflows", key)) == names(own)
    far_away = ask(f"workflows/{far.public_id}", key)
    missing = ask(f"workflows/{NOWHERE}", key)
    assert (far_away.status_code, missing.status_code) == (404, 404)
    assert {**far_away.json(), "request_id": ""} == {**missing.json(), "request_id": ""}


def test_draft_is_told_to_its_people_alone(ask):
    draft = RedesignFactory()
    submitted = in_review().redesign
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person

    assert ids(ask("redesigns")) == names(submitted)
    assert ids(ask("redesigns", key_of(office))) == names(submitted)
    assert ids(ask("redesigns", key_of(draft.proposer))) == names(draft)
    assert ask(f"redesigns/{draft.public_id}").status_code == 404
    # Nor does the workflow hint at it.
    told = ask(f"workflows/{draft.workflow.public_id}").json()
    assert (told["stage"], told["redesign"]) == ("logged", None)


def test_employee_without_reach_reads_an_empty_list(ask):
    in_review()
    key = key_of(PersonFactory())

    assert ids(ask("workflows", key)) == []
    assert ids(ask("redesigns", key)) == []
    assert ids(ask("readings", key)) == []


# --- redesigns ------------------------------------------------------------------------------------
def test_redesign_is_told_with_its_promise(ask):
    redesign = live().redesign
    revision = redesign.current_revision

    told = ask(f"redesigns/{redesign.public_id}").json()

    assert (told["state"], told["sha256"]) == ("live", revision.sha256)
    assert told["tool"] == {"name": revision.tool.name, "version": revision.tool.version}
    assert told["go_live"]["lock_sha256"] == redesign.go_live.lock_sha256
    promise = told["promise"]
    assert promise["target_ratio"] == float(revision.hypothesis.target_ratio)
    assert [guard["name"] for guard in promise["guardrails"]] == [
        guard.name for guard in revision.hypothesis.guardrails.order_by("position")
    ]
    for person in (redesign.proposer, redesign.workflow.owner):
        assert person.family_name not in str(told)


def test_redesigns_are_narrowed_by_workflow_and_state(ask):
    waiting, signed = in_review().redesign, approved().redesign

    assert ids(ask(f"redesigns?workflow={signed.workflow.public_id}")) == names(signed)
    assert ids(ask("redesigns?state=in_review")) == names(waiting)
    assert ask("redesigns?state=perhaps").status_code == 400
    assert ask("redesigns?workflow=slug").status_code == 400


def test_redesign_before_go_live_has_none(ask):
    redesign = in_review().redesign

    told = ask(f"redesigns/{redesign.public_id}").json()

    assert told["go_live"] is None
    assert told["promise"] is not None
