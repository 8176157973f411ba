"""The page a day starts with: what needs a person, the same number beside the navigation."""

import pytest
from django.urls import reverse

from tests.factories.people import PersonFactory
from tests.factories.sign_offs import approved, in_review, workflow_below
from tests.factories.workflows import WorkflowFactory

pytestmark = pytest.mark.django_db


def inbox_count(response):
    entries = response.context["shell"].entries
    return next(entry.count for entry in entries if entry.label == "Inbox")


def test_inbox_counts_what_waits_and_the_navigation_agrees(client):
    review = in_review()
    client.force_login(review.boss)

    response = client.get(reverse("home"))

    text = response.content.decode()
    name = review.redesign.workflow.name
    assert f"Sign the redesign of <b>{name}</b>" in text
    assert "1 thing needs you." in text
    assert inbox_count(client.get(reverse("workflows:list"))) == inbox_count(response) == 1


def test_inbox_counts_more_than_it_lists(client):
    boss = PersonFactory()
    for _ in range(21):
        in_review(boss=boss, workflow=workflow_below(boss))
    client.force_login(boss)

    response = client.get(reverse("home"))

    assert "21 things need you." in response.content.decode()
    assert inbox_count(response) == 21


def test_inbox_counts_an_own_redesign_that_may_go_live(client):
    review = approved()
    owner = review.redesign.workflow.owner
    client.force_login(owner)

    response = client.get(reverse("home"))

    assert f"<b>{review.redesign.workflow.name}</b> can go live" in response.content.decode()
    assert inbox_count(client.get(reverse("workflows:list"))) == inbox_count(response) == 1


def test_inbox_with_nothing_to_do_says_so(client):
    client.force_login(PersonFactory())

    assert "Nothing needs you now." in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("many", [1, 12])
def test_inbox_asks_the_same_for_few_and_many_workflows(client, many, django_assert_num_queries):
    first = WorkflowFactory(steps=1)
    for _ in range(many - 1):
        WorkflowFactory(steps=1, owner=first.owner, unit=first.unit)
    client.force_login(first.owner)
    client.get(reverse("home"))

    with django_assert_num_queries(9):
        client.get(reverse("home"))
