"""The pages that suspend, resume and retire a redesign, and where its state shows."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core.charts.words import day
from core.models import AuditEvent
from people.choices import Role
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import NOON, approved, live
from workflows.choices import RedesignState
from workflows.models import AiTool, Redesign
from workflows.operations.go_live import go_live
from workflows.operations.stopping import suspend_redesign

pytestmark = pytest.mark.django_db
NAMES = ("suspend", "resume", "redesign_retire")
EVIL = "Wrong <b>twice</b>"


def page(name, redesign):
    return reverse(f"workflows:{name}", args=[redesign.public_id])


def said(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def redesign(client):
    """Live, and its owner is signed in."""
    row = live().redesign
    client.force_login(row.workflow.owner)
    return row


def suspended(redesign):
    redesign.refresh_from_db()
    return suspend_redesign(
        redesign=redesign,
        actor=redesign.workflow.owner,
        reason=EVIL,
        row_version=redesign.row_version,
        at=NOON + timedelta(days=2),
    )


def typed(redesign, reason=EVIL):
    redesign.refresh_from_db()
    return {"reason": reason, "row_version": redesign.row_version}


def test_looking_says_what_follows_and_changes_nothing(client, redesign):
    fallback = redesign.current_revision.oversight_fallback

    for name, sentence in (
        ("suspend", f"What was agreed for that: {fallback}"),
        ("redesign_retire", "Nothing dated later is read."),
    ):
        response = client.get(page(name, redesign))
        assert response.status_code == 200
        assert sentence in said(response)
    redesign = suspended(redesign)
    resume = said(client.get(page("resume", redesign)))

    assert f"The days since {day(redesign.stopped_at)} count in it" in resume
    assert str(redesign.current_revision.tool) in resume
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.SUSPENDED


def test_suspend_resume_and_retire_from_the_pages(client, redesign):
    for name, state in (
        ("suspend", RedesignState.SUSPENDED),
        ("resume", RedesignState.LIVE),
        ("redesign_retire", RedesignState.RETIRED),
    ):
        assert page(name, redesign) in said(client.get(redesign.get_absolute_url()))
        response = client.post(page(name, redesign), typed(redesign))
        assert (response.status_code, response.url) == (302, redesign.get_absolute_url())
        redesign.refresh_from_db()
        assert redesign.state == state
    last = said(client.get(redesign.get_absolute_url()))
    assert not any(page(name, redesign) in last for name in NAMES)
    history = said(client.get(reverse("workflows:history", args=[redesign.workflow.public_id])))
    for words in ("Suspended the redesign", "Resumed the redesign", "Retired the redesign"):
        assert words in history
    assert "State: <span" in history
    assert "Wrong &lt;b&gt;twice&lt;/b&gt;" in history


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_without_a_reason_it_is_refused(client, redesign, reason):
    response = client.post(page("suspend", redesign), typed(redesign, reason))

    assert response.status_code == 422
    assert "Say why, so that the team can act on it." in said(response)


def test_a_page_out_of_date_keeps_the_reason_and_the_next_press_works(client, redesign):
    shown = typed(redesign)
    suspended(redesign)

    response = client.post(page("redesign_retire", redesign), shown)

    assert response.status_code == 409
    assert "Someone else changed this in the meantime." in said(response)
    assert "Wrong &lt;b&gt;twice&lt;/b&gt;" in said(response)
    redesign.refresh_from_db()
    assert redesign.state == RedesignState.SUSPENDED
    again = {"reason": EVIL, "row_version": response.context["form"]["row_version"].value()}
    assert client.post(page("redesign_retire", redesign), again).status_code == 302


def test_what_is_not_possible_now_says_so_and_keeps_what_was_typed(client, redesign):
    shown = typed(redesign)
    suspended(redesign)

    looked, posted = (
        client.get(page("suspend", redesign)),
        client.post(page("suspend", redesign), shown),
    )

    assert (looked.status_code, posted.status_code) == (200, 409)
    for response in (looked, posted):
        assert "Only a redesign that is live can be suspended." in said(response)
    assert "Wrong &lt;b&gt;twice&lt;/b&gt;" in said(posted)


def test_a_changed_tool_is_refused_with_the_way_on(client, redesign):
    suspended(redesign)
    AiTool.objects.update(approved=False)

    for response, status in (
        (client.get(page("resume", redesign)), 200),
        (client.post(page("resume", redesign), typed(redesign)), 409),
    ):
        assert response.status_code == status
        assert "Propose a new redesign and submit it for sign-off." in said(response)


def test_an_approved_redesign_is_retired_before_it_went_live(client):
    row = approved().redesign
    client.force_login(row.workflow.owner)

    assert "It never goes live." in said(client.get(page("redesign_retire", row)))
    assert client.post(page("redesign_retire", row), typed(row)).status_code == 302
    assert "retired this redesign on" in said(client.get(row.get_absolute_url()))


def test_the_overseer_sees_it_and_suspends_but_does_not_retire(client):
    overseer = PersonFactory()
    row = live(overseer=overseer).redesign
    client.force_login(overseer)

    opened = said(client.get(row.get_absolute_url()))

    assert page("suspend", row) in opened
    assert page("redesign_retire", row) not in opened
    assert client.get(row.workflow.get_absolute_url()).status_code == 200
    assert client.post(page("redesign_retire", row), typed(row)).status_code == 403
    assert client.post(page("suspend", row), typed(row)).status_code == 302


def test_strangers_and_readers_stay_out(client, redesign):
    office = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person

    for person, status in ((PersonFactory(), 404), (office, 403)):
        client.force_login(person)
        for name in NAMES:
            assert client.get(page(name, redesign)).status_code == status
            assert client.post(page(name, redesign), typed(redesign)).status_code == status
    assert AuditEvent.objects.filter(verb="redesign.suspended").count() == 0


def test_suspended_shows_in_lists_inbox_and_page(client, redesign):
    suspended(redesign)
    name = redesign.workflow.name

    home = said(client.get(reverse("home")))
    own = said(client.get(redesign.get_absolute_url()))
    listed = said(client.get(reverse("workflows:redesigns"), {"state": "suspended"}))
    workflows = said(client.get(reverse("workflows:list"), {"stage": "live"}))

    assert f"<b>{name}</b> is suspended" in home
    assert "1 thing needs you." in home
    assert "suspended this redesign on" in own
    assert "Wrong &lt;b&gt;twice&lt;/b&gt;" in own
    assert "No reading while suspended" in own
    assert "Nothing is read until it is resumed." in own
    badge = '<span class="ap-tag ap-tag-warn">Suspended</span>'
    assert badge in own
    assert f">{name}</a>" in listed
    assert "Suspended" in listed.split("<tbody>")[1]
    assert name in workflows
    assert "Suspended" in workflows


def test_superseded_leads_to_the_newer_one(client, redesign):
    workflow = redesign.workflow
    workflow.refresh_from_db()
    second = approved(
        workflow=workflow, boss=redesign.routes.get().steps.get().assignments.get().person
    )
    go_live(redesign=second.redesign, actor=workflow.owner, at_instant=NOON, at=NOON)

    own = said(client.get(redesign.get_absolute_url()))

    assert f'<a href="{second.redesign.get_absolute_url()}">See the newer one</a>' in own
    assert own.count("Ended before its reading") == 2  # on the rail and beside the promise
    assert Redesign.objects.get(pk=redesign.pk).state == RedesignState.SUPERSEDED


def test_the_workflow_is_taken_out_of_use_once_nothing_is_in_the_way(client, redesign):
    workflow = redesign.workflow
    retire = reverse("workflows:retire", args=[workflow.public_id])

    refused = client.post(retire, {"reason": "Outsourced"})

    assert refused.status_code == 422
    assert "It is now: Live. Retire it first." in said(refused)
    assert f'<a href="{redesign.get_absolute_url()}">Open that redesign</a>' in said(refused)
    client.post(page("redesign_retire", redesign), typed(redesign))
    assert client.post(retire, {"reason": "Outsourced"}).status_code == 302
    workflow.refresh_from_db()
    assert workflow.retired_at is not None


def test_queries_of_the_page(client, redesign, django_assert_max_num_queries):
    client.get(page("suspend", redesign))

    with django_assert_max_num_queries(10):
        client.get(page("suspend", redesign))
