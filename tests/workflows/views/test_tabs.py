"""One bar of tabs: the same entries in the same order on every page of a workflow."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.measurement import CaseImportFactory, CaseSourceFactory
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import in_review, live
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from workflows.views.tabs import tabs_of

pytestmark = pytest.mark.django_db
BAR = re.compile(r'<nav class="ap-tabs".*?</nav>', re.DOTALL)
ENTRY = re.compile(r'<a href="([^"]*)"( aria-current="page")?>([^<]*)</a>')


def bar_of(client, address):
    """(address, whether it is this page, word) of each entry; a page has one bar."""
    (bar,) = BAR.findall(client.get(address).content.decode())
    return [(to, bool(here), word) for to, here, word in ENTRY.findall(bar)]


def words(bar):
    return [word for _to, _here, word in bar]


def test_every_page_of_live_work_has_the_same_bar(client):
    redesign = live(at=timezone.now()).redesign
    workflow = redesign.workflow
    delivery = CaseImportFactory(source=CaseSourceFactory(workflow=workflow))
    client.force_login(workflow.owner)
    pages = {
        reverse("workflows:workflow", args=[workflow.public_id]): "Overview",
        reverse("workflows:redesign", args=[redesign.public_id]): "Redesign",
        f"{redesign.get_absolute_url()}?part=revisions": "Redesign",
        reverse("measurement:evidence", args=[redesign.public_id]): "Evidence",
        reverse("workflows:decide", args=[redesign.public_id]): "Sign-offs",
        reverse("measurement:cases", args=[workflow.public_id]): "Cases",
        reverse("measurement:upload", args=[workflow.public_id]): "Cases",
        reverse("measurement:import", args=[delivery.public_id]): "Cases",
        reverse("workflows:history", args=[workflow.public_id]): "History",
    }

    bars = {page: bar_of(client, page) for page in pages}

    first = [(to, word) for to, _here, word in next(iter(bars.values()))]
    assert [word for _to, word in first] == [
        "Overview",
        "Redesign",
        "Evidence",
        "Sign-offs",
        "Cases",
        "History",
    ]
    for page, bar in bars.items():
        assert [(to, word) for to, _here, word in bar] == first
        assert [word for _to, here, word in bar if here] == [pages[page]]
    for to, _word in first:
        assert client.get(to).status_code == 200


def test_what_does_not_exist_yet_has_no_entry(client):
    workflow = WorkflowFactory()
    client.force_login(workflow.owner)
    assert words(bar_of(client, workflow.get_absolute_url())) == ["Overview", "Cases", "History"]

    review = in_review()
    client.force_login(review.redesign.workflow.owner)
    assert words(bar_of(client, review.redesign.get_absolute_url())) == [
        "Overview",
        "Redesign",
        "Sign-offs",
        "Cases",
        "History",
    ]


def test_a_draft_of_others_has_no_entry():
    workflow = RedesignFactory().workflow

    assert [label for label, _to, _here in tabs_of(workflow, workflow.owner, "overview")] == [
        "Overview",
        "Redesign",
        "Cases",
        "History",
    ]
    assert [label for label, _to, _here in tabs_of(workflow, PersonFactory(), "overview")] == [
        "Overview",
        "Cases",
        "History",
    ]
