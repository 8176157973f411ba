"""Pages of redesigns: reach, what they say, and every button's refusal."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from core.models import AuditEvent
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import put_into, some_policy, workflow_below
from tests.factories.workflows import (
    ActivityFactory,
    AiToolFactory,
    GuardrailFactory,
    RedesignFactory,
    WorkflowFactory,
    WorkflowVersionFactory,
)
from workflows.choices import RedesignState
from workflows.models import Hypothesis, Redesign, RevisionAuthor
from workflows.operations import approval
from workflows.operations import redesigns as operations
from workflows.views.redesign_words import guardrail_sentence

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVIL = "<script>alert(1)</script>&\"'"
pytestmark = pytest.mark.django_db


@pytest.fixture
def redesign():
    return RedesignFactory()


def page(name, redesign):
    return reverse(f"workflows:{name}", args=[redesign.public_id])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


# --- reach --------------------------------------------------------------------------------------
PAGES = ("redesign", "redesign_edit")
VERBS = ("submit", "withdraw", "revise", "redesign_copy", "redesign_rebase")


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_not_there_for_another_unit(client, redesign, name):
    client.force_login(OrgUnitFactory().head)

    assert client.get(page(name, redesign)).status_code == 404


@pytest.mark.parametrize("name", VERBS)
def test_verbs_are_not_there_for_another_unit(client, redesign, name):
    client.force_login(OrgUnitFactory().head)

    assert client.post(page(name, redesign)).status_code == 404
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.DRAFT


@pytest.mark.parametrize("name", VERBS)
def test_looking_changes_nothing(client, redesign, name):
    client.force_login(redesign.proposer)

    assert client.get(page(name, redesign)).status_code == 405


def test_propose_is_not_there_for_another_unit(client):
    workflow = WorkflowFactory()
    client.force_login(OrgUnitFactory().head)

    response = client.post(reverse("workflows:propose", args=[workflow.public_id]))

    assert response.status_code == 404
    assert not Redesign.objects.exists()


def test_a_draft_is_hidden_from_those_who_read_everything(client, redesign):
    office = PersonFactory()
    RoleGrantFactory(person=office)
    client.force_login(office)

    assert client.get(page("redesign", redesign)).status_code == 404
    assert redesign.workflow.name not in text_of(client.get(reverse("workflows:redesigns")))


@pytest.mark.parametrize("was_submitted", [False, True])
def test_what_was_never_submitted_stays_hidden_once_withdrawn(client, was_submitted):
    some_policy()
    redesign = RedesignFactory(workflow=workflow_below(PersonFactory()))
    act = {"redesign": redesign, "actor": redesign.proposer, "at": NOON}
    if was_submitted:
        approval.submit_redesign(**act)
    approval.withdraw_redesign(reason="Later", **act)
    client.force_login(RoleGrantFactory().person)

    listed = redesign.workflow.name in text_of(client.get(reverse("workflows:redesigns")))

    assert client.get(page("redesign", redesign)).status_code == (200 if was_submitted else 404)
    assert listed is was_submitted


def test_a_draft_begun_after_a_submit_stays_hidden_once_withdrawn(client):
    some_policy()
    redesign = RedesignFactory(workflow=workflow_below(PersonFactory()))
    act = {"redesign": redesign, "actor": redesign.proposer, "at": NOON}
    approval.submit_redesign(**act)
    operations.revise(**act)
    approval.withdraw_redesign(reason="Later", **act)
    client.force_login(RoleGrantFactory().person)

    assert client.get(page("redesign", redesign)).status_code == 404
    assert client.get(page("decide", redesign)).status_code == 200


# --- the page -----------------------------------------------------------------------------------
def test_page_says_what_changes_what_is_promised_and_what_is_missing(client, redesign):
    revision = redesign.current_revision
    GuardrailFactory(hypothesis=revision.hypothesis, name="Right first time")
    revision.oversight_stop = ""
    revision.save()
    client.force_login(redesign.proposer)

    said = text_of(client.get(page("redesign", redesign)))

    assert "The work keeps its 3 steps, 1 of them AI-assisted." in said
    assert "The expected time stays at 7 h 30." in said
    assert "A typical case takes at least 20% less time in the 84 days" in said
    assert "Right first time falls by no more than 2 points." in said
    assert "Say when you stop" in said
    assert "#id_oversight_stop" in said
    assert re.search(r"<button[^>]*disabled[^>]*>.{0,200}Submit for sign-off", said)


@pytest.mark.parametrize(
    "values, words",
    [
        ({}, "guarded against: earlier quarters and trend"),
        ({"placebo": False}, "only a trend is looked for, not earlier quarters; grade C at most"),
        ({"drift_key": False}, "only earlier quarters are looked at, no trend; grade C at most"),
        ({"placebo": False, "drift_key": False}, "not guarded against; grade C at most"),
        ({"standardise": False}, "not allowed for"),
        ({"before_days": 2555, "after_days": None}, "2,555 before go-live, 14 left out, then with"),
        ({"margin": "0.025"}, "below 2.5%"),
        ({"target_ratio": "0.875"}, "12.5% less time"),
        ({"season": True}, "Yearly season"),
    ],
)
def test_page_and_sign_off_say_how_it_will_be_read(client, values, words):
    some_policy()
    boss = PersonFactory()
    redesign = RedesignFactory(workflow=workflow_below(boss))
    Hypothesis.objects.update(**values)

    client.force_login(redesign.proposer)
    assert words in text_of(client.get(page("redesign", redesign)))
    approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)
    client.force_login(boss)
    assert words in text_of(client.get(page("decide", redesign)))


def test_a_comparison_workflow_stands_in_for_the_guards_on_the_page(client, redesign):
    other = WorkflowFactory(name="Complaints in Graz", unit=redesign.workflow.unit)
    Hypothesis.objects.update(comparison=other, placebo=False, drift_key=False)
    client.force_login(redesign.proposer)

    said = text_of(client.get(page("redesign", redesign)))

    assert "guarded against by the comparison workflow" in said
    assert "grade C at most" not in said


def test_the_decision_page_tells_a_guardrail_in_its_own_unit(client):
    some_policy()
    boss = PersonFactory()
    redesign = RedesignFactory(workflow=workflow_below(boss))
    GuardrailFactory(hypothesis=redesign.current_revision.hypothesis, name="Right first time")
    approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)
    client.force_login(boss)

    said = text_of(client.get(page("decide", redesign)))

    assert "Right first time falls by no more than 2 points." in said


def test_revisions_tell_that_a_guard_was_switched_off(client):
    some_policy()
    redesign = RedesignFactory(workflow=workflow_below(PersonFactory()))
    act = {"redesign": redesign, "actor": redesign.proposer, "at": NOON}
    approval.submit_redesign(**act)
    revised = operations.revise(**act)
    Hypothesis.objects.filter(revision=revised.current_revision_id).update(drift_key=False)
    client.force_login(redesign.proposer)

    said = text_of(client.get(page("redesign", redesign), {"part": "revisions"}))

    assert re.search(r"Look for a trend before go-live</th><td[^>]*>yes</td><td[^>]*>no</td>", said)


def test_page_of_a_complete_draft_offers_to_submit(client, redesign):
    client.force_login(redesign.proposer)

    said = text_of(client.get(page("redesign", redesign)))

    assert not re.search(r"<button[^>]*disabled", said)
    assert page("submit", redesign) in said


def test_page_shows_buttons_by_state_and_person(client, redesign):
    owner = redesign.workflow.owner
    reader = PersonFactory()
    RoleGrantFactory(person=reader)
    put_into(redesign, RedesignState.WITHDRAWN)

    client.force_login(owner)
    own = text_of(client.get(page("redesign", redesign)))
    client.force_login(reader)
    other = text_of(client.get(page("redesign", redesign)))

    assert page("redesign_copy", redesign) in own
    assert page("redesign_copy", redesign) not in other
    for said in (own, other):
        assert page("redesign_edit", redesign) not in said
        assert page("withdraw", redesign) not in said


def test_page_escapes_every_text(client):
    redesign = RedesignFactory(workflow=WorkflowFactory(name=EVIL))
    revision = redesign.current_revision
    for name in (
        "summary",
        "change_note",
        "oversight_what",
        "oversight_stop",
        "oversight_fallback",
    ):
        setattr(revision, name, EVIL)
    revision.tool = AiToolFactory(name=EVIL)
    revision.save()
    revision.activities.update(title=EVIL, role=EVIL, system=EVIL, detail=EVIL)
    redesign.base_version.activities.update(title=EVIL, role=EVIL, system=EVIL)
    GuardrailFactory(hypothesis=revision.hypothesis, name=EVIL, field=EVIL)
    client.force_login(redesign.proposer)

    for address in (
        page("redesign", redesign),
        page("redesign", redesign) + "?part=revisions",
        page("redesign_edit", redesign),
        reverse("workflows:redesigns"),
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert b"<script>alert" not in response.content
        assert b"&lt;script&gt;" in response.content


def test_revisions_tell_what_changed(client, redesign):
    client.force_login(redesign.proposer)
    operations_draft = redesign.current_revision
    operations_draft.summary = "First words"
    operations_draft.save()

    said = text_of(client.get(page("redesign", redesign) + "?part=revisions"))

    assert "Revision 1" in said
    assert "The first revision." in said


def test_an_unknown_part_shows_the_overview(client, redesign):
    client.force_login(redesign.proposer)

    assert client.get(page("redesign", redesign) + "?part=nonsense").status_code == 200


# --- verbs --------------------------------------------------------------------------------------
def test_propose_starts_a_draft_and_opens_the_editor(client):
    workflow = WorkflowFactory()
    client.force_login(workflow.owner)

    response = client.post(reverse("workflows:propose", args=[workflow.public_id]))

    made = Redesign.objects.get()
    assert response.status_code == 302
    assert response.url == page("redesign_edit", made)
    assert client.get(response.url).status_code == 200


def test_propose_of_a_retired_workflow_is_refused_in_words(client):
    workflow = WorkflowFactory(retired_at=NOON)
    client.force_login(workflow.owner)

    response = client.post(reverse("workflows:propose", args=[workflow.public_id]))

    assert response.status_code == 409
    assert "retired" in text_of(response)


def test_submit_of_an_incomplete_draft_is_refused_on_its_page(client, redesign):
    redesign.current_revision.activities.update(change="kept")
    client.force_login(redesign.proposer)

    response = client.post(page("submit", redesign))

    assert response.status_code == 422
    assert redesign.workflow.name in text_of(response)
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.DRAFT


def test_withdraw_needs_a_reason_and_then_withdraws(client, redesign):
    client.force_login(redesign.proposer)

    refused = client.post(page("withdraw", redesign), {"reason": "  "})
    done = client.post(page("withdraw", redesign), {"reason": "Not now"})

    assert refused.status_code == 422
    assert done.status_code == 302
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.WITHDRAWN


@pytest.mark.parametrize(
    "reason",
    ["with a \0 in it", "bell \x07", "turned \u202e around", "mark \u200f", "x" * 4001],
)
def test_withdraw_refuses_what_cannot_be_read_in_the_history(client, redesign, reason):
    client.force_login(redesign.proposer)

    response = client.post(page("withdraw", redesign), {"reason": reason})

    assert response.status_code == 422
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.DRAFT
    assert not AuditEvent.objects.filter(verb="redesign.withdrawn").exists()


def test_withdraw_keeps_lines_and_4000_characters(client, redesign):
    client.force_login(redesign.proposer)
    reason = "Später\n\tmore 😀 " + "x" * 3980

    assert client.post(page("withdraw", redesign), {"reason": reason}).status_code == 302

    assert AuditEvent.objects.get(verb="redesign.withdrawn").reason == reason


def test_revise_of_a_draft_is_refused(client, redesign):
    client.force_login(redesign.proposer)

    assert client.post(page("revise", redesign)).status_code == 409


def test_copy_opens_the_editor_of_the_copy(client, redesign):
    put_into(redesign, RedesignState.WITHDRAWN)
    client.force_login(redesign.proposer)

    response = client.post(page("redesign_copy", redesign))

    copy = Redesign.objects.exclude(pk=redesign.pk).get()
    assert response.url == page("redesign_edit", copy)


def test_rebase_is_offered_and_done_when_the_workflow_moved_on(client, redesign):
    workflow = redesign.workflow
    newer = WorkflowVersionFactory(workflow=workflow, number=2, steps=0)
    ActivityFactory(version=newer, position=1, title="Only step today")
    workflow.current_version = newer
    workflow.save(update_fields=["current_version"])
    client.force_login(redesign.proposer)
    assert page("redesign_rebase", redesign) in text_of(client.get(page("redesign", redesign)))

    response = client.post(page("redesign_rebase", redesign))

    assert response.status_code == 302
    redesign.refresh_from_db()
    assert redesign.base_version == newer
    assert "Only step today" in text_of(client.get(response.url))


# --- the list -----------------------------------------------------------------------------------
def test_list_is_empty_in_words(client):
    client.force_login(PersonFactory())

    assert "No redesign yet" in text_of(client.get(reverse("workflows:redesigns")))


def test_list_filters_by_what_the_address_says(client):
    unit = OrgUnitFactory()
    mine = RedesignFactory(workflow=WorkflowFactory(unit=unit, name="Batch record review"))
    other = RedesignFactory(
        workflow=WorkflowFactory(unit=OrgUnitFactory(parent=unit), name="Deviation triage")
    )
    client.force_login(unit.head)
    address = reverse("workflows:redesigns")

    def found(**query):
        said = text_of(client.get(address, query))
        return {name for name in ("Batch record review", "Deviation triage") if f">{name}<" in said}

    both = {"Batch record review", "Deviation triage"}
    assert found() == both
    assert found(q="batch") == {"Batch record review"}
    assert found(unit=other.workflow.unit.public_id) == {"Deviation triage"}
    assert found(tool=mine.current_revision.tool.public_id) == {"Batch record review"}
    assert found(mine="on") == {"Batch record review"}
    assert found(state="live") == set()
    assert found(state="nonsense", unit="x", page="99", q="%") <= both
    assert "Nothing fits these filters" in text_of(client.get(address, {"q": "zzz"}))


@pytest.mark.parametrize("name", ["redesigns"])
def test_list_asks_the_same_for_one_and_for_many(client, name, django_assert_max_num_queries):
    unit = OrgUnitFactory()
    client.force_login(unit.head)
    counts = []
    for more in (1, 29):
        for _ in range(more):
            RedesignFactory(workflow=WorkflowFactory(unit=unit))
        with django_assert_max_num_queries(30) as asked:
            assert client.get(reverse(f"workflows:{name}")).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[1] <= 14


@pytest.mark.parametrize("name", PAGES)
def test_pages_ask_the_same_for_few_and_for_many_steps(client, name, django_assert_max_num_queries):
    counts = []
    for steps in (1, 40):
        redesign = RedesignFactory(workflow=WorkflowFactory(steps=steps))
        RevisionAuthor.objects.get_or_create(
            revision=redesign.current_revision, person=redesign.proposer
        )
        client.force_login(redesign.proposer)
        client.get(page(name, redesign))
        with django_assert_max_num_queries(40) as asked:
            assert client.get(page(name, redesign)).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1], counts
    assert counts[1] <= 18, [query["sql"][:150] for query in asked.captured_queries]


def test_copy_made_by_the_operation_is_listed(client, redesign):
    put_into(redesign, RedesignState.WITHDRAWN)
    redesign.refresh_from_db()
    operations.copy_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)
    client.force_login(redesign.proposer)

    said = text_of(client.get(reverse("workflows:redesigns")))

    assert said.count(f">{redesign.workflow.name}<") == 2


def test_a_margin_of_one_point_is_told_in_the_singular():
    one = GuardrailFactory.build(
        name="Errors", margin=Decimal("0.01"), kind="share", hypothesis=None
    )
    more = GuardrailFactory.build(
        name="Errors", margin=Decimal("0.015"), kind="share", hypothesis=None
    )

    assert guardrail_sentence(one) == "Errors falls by no more than 1 point."
    assert guardrail_sentence(more) == "Errors falls by no more than 1.5 points."


def test_the_list_tells_a_state_only_where_the_stage_does_not(client, redesign):
    client.force_login(redesign.proposer)

    text = text_of(client.get(reverse("workflows:redesigns")))

    heads = re.findall(r'<th scope="col">([^<]*)</th>', text)
    assert heads == ["Workflow", "What changes", "Stage", "Touched"]
    assert text[text.index("<tbody>") :].count("Draft") == 1
