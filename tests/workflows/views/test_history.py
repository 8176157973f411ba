"""A workflow's history in the reader's words."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from adoption_portal.launcher.folders import ROOT
from core.audit import record, record_export
from people.choices import Role
from tests.factories.people import AssignmentFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import approved, in_review
from tests.factories.workflows import WorkflowFactory
from workflows.operations.notify import tell_signers
from workflows.operations.workflows import retire_workflow
from workflows.views.history_words import VERBS

pytestmark = pytest.mark.django_db


def recorded_verbs():
    """Every verb the code records about a workflow or a redesign."""
    found = set()
    for app in ("workflows", "measurement"):
        for path in Path(ROOT / app).glob("operations/**/*.py"):
            found |= set(
                re.findall(
                    r'"((?:workflow|redesign|step|signing|reading|cases)\.[a-z_]+)"',
                    path.read_text("utf-8"),
                )
            )
    return found - {"workflow.base_version", "workflow.revision"}


def test_every_recorded_verb_has_words():
    # A mistyped password is nobody else's to read.
    assert recorded_verbs() - set(VERBS) == {"signing.refused", "signing.locked"}


def text_of(client, workflow):
    response = client.get(reverse("workflows:history", args=[workflow.public_id]))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_history_tells_the_acts_on_the_redesigns_too(client):
    review = approved()
    client.force_login(review.redesign.workflow.owner)

    said = text_of(client, review.redesign.workflow)

    assert "Submitted it for sign-off" in said
    assert "Signed: approved" in said
    assert "State: In review → Approved" in said
    assert review.boss.full_name in said
    assert "redesign." not in said
    assert "None" not in said


def test_history_gives_the_reason_and_hides_other_workflows(client):
    workflow, other = WorkflowFactory(), WorkflowFactory()
    retire_workflow(
        workflow=workflow, actor=workflow.owner, reason="Done elsewhere", at=workflow.created_at
    )
    retire_workflow(workflow=other, actor=other.owner, reason="Secret", at=other.created_at)
    client.force_login(workflow.owner)

    said = text_of(client, workflow)

    assert "Took it out of use" in said
    assert "“Done elsewhere”" in said
    assert "Secret" not in said


def test_history_keeps_drafts_and_mistyped_passwords_from_those_who_only_read(client):
    review = approved()
    workflow = review.redesign.workflow
    record("signing.refused", subject=review.redesign, actor=review.boss)
    record_export("manifest.json", subject=review.redesign, actor=review.boss)
    record("redesign.draft_saved", subject=review.redesign, actor=workflow.owner)
    auditor = PersonFactory()
    RoleGrantFactory(person=auditor, role=Role.AUDITOR)

    client.force_login(auditor)
    read = text_of(client, workflow)
    client.force_login(workflow.owner)
    own = text_of(client, workflow)

    assert "Submitted it for sign-off" in read
    assert "Saved the draft" not in read
    assert "Saved the draft" in own
    assert "signing.refused" not in read + own
    assert "export" not in (read + own).lower()


def test_history_of_a_redesign_out_of_reach_is_not_told(client):
    review = approved()
    member = PersonFactory()
    AssignmentFactory(person=member, unit=review.redesign.workflow.unit)
    client.force_login(member)

    assert "Submitted it for sign-off" not in text_of(client, review.redesign.workflow)


def test_a_mail_is_told_in_words(client):
    review = in_review()
    tell_signers(route_id=review.route.pk)
    workflow = review.redesign.workflow
    client.force_login(workflow.owner)

    text = client.get(reverse("workflows:history", args=[workflow.public_id])).content.decode()

    assert "mail.sent" not in text
    assert "Told somebody by mail" in text
