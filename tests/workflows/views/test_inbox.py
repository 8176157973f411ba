"""The page a day starts with: what needs a person, the same number beside the navigation."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.charts import words
from measurement.models import CaseSummary
from people.choices import Role
from tests.factories.measurement import reading_of
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import approved, in_review, live, workflow_below
from tests.factories.workflows import WorkflowFactory
from workflows.models import Workflow

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
    # The inbox counts by windows, every other page in a query of its own.
    assert inbox_count(client.get(reverse("workflows:list"))) == inbox_count(response) == 21


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


def offers_to_log(client, person):
    client.force_login(person)
    return reverse("workflows:new") in client.get(reverse("home")).content.decode()


def test_logging_is_offered_to_those_who_may_alone(client):
    office, auditor = (
        RoleGrantFactory(role=Role.PROGRAM_OFFICE),
        RoleGrantFactory(role=Role.AUDITOR),
    )

    assert offers_to_log(client, OrgUnitFactory().head)
    assert offers_to_log(client, office.person)
    assert not offers_to_log(client, auditor.person)
    assert not offers_to_log(client, PersonFactory())


def read(owner, name, days_ago, **facts):
    """A workflow of ``owner``, read so many days ago."""
    workflow = WorkflowFactory(name=name, owner=owner, unit=owner.heads.get(), steps=1)
    redesign = live(workflow=workflow, boss=workflow.unit.parent.head).redesign
    reading_of(redesign, **{"cutoff": timezone.now() - timedelta(days=days_ago), **facts})
    return redesign


@pytest.fixture
def owner():
    return OrgUnitFactory(parent=OrgUnitFactory()).head


def news(client, person):
    client.force_login(person)
    inbox = client.get(reverse("home")).context["inbox"]
    return [(redesign.workflow.name, fact["verdict"]) for redesign, fact in inbox.evidence]


def test_news_are_the_newest_of_all_workflows_not_of_the_first_by_name(client, owner):
    for number in range(21):
        WorkflowFactory(name=f"A {number:02}", owner=owner, unit=owner.heads.get(), steps=1)
    read(owner, "Zeal", 3, verdict="worse")
    read(owner, "Mean", 1)

    assert news(client, owner) == [("Mean", "improved"), ("Zeal", "worse")]


def test_a_reading_is_news_for_two_weeks_and_an_early_look_is_none(client, owner):
    read(owner, "Old", 14.001)
    read(owner, "Early", 1, kind="early")
    read(owner, "Last day", 13.999)

    assert news(client, owner) == [("Last day", "improved")]


def test_news_of_another_unit_are_not_told(client, owner):
    read(owner, "Mine", 1)

    assert news(client, OrgUnitFactory().head) == []


def test_the_newest_twenty_news_are_told(client, owner):
    for days in range(21):
        read(owner, f"Work {days:02}", days / 2)

    assert [name for name, _verdict in news(client, owner)] == [f"Work {n:02}" for n in range(20)]


def test_one_case_short_is_told_in_the_singular(client, owner):
    work = WorkflowFactory(name="Zeal", owner=owner, unit=owner.heads.get())
    CaseSummary.objects.create(workflow=work, completed=39, refreshed_at=timezone.now())
    client.force_login(owner)

    text = client.get(reverse("home")).content.decode()

    assert "<b>Zeal</b> needs 1 more finished case" in text
    assert "more finished cases" not in text


@pytest.mark.parametrize("many", [1, 12])
def test_inbox_asks_the_same_for_few_and_many_workflows(client, many, django_assert_num_queries):
    first = workflow_below(PersonFactory(), steps=1)
    for _ in range(many - 1):
        WorkflowFactory(steps=1, owner=first.owner, unit=first.unit)
    for workflow in [first, *Workflow.objects.exclude(pk=first.pk)[: many - 1]]:
        redesign = live(workflow=workflow, boss=workflow.unit.parent.head).redesign
        reading_of(redesign, cutoff=timezone.now())
        WorkflowFactory(steps=1, owner=first.owner, unit=first.unit)
    client.force_login(first.owner)
    client.get(reverse("home"))

    with django_assert_num_queries(15):
        client.get(reverse("home"))


def test_a_clear_inbox_names_what_comes_next(client, owner):
    workflow = WorkflowFactory(owner=owner, unit=owner.heads.get(), steps=1)
    boss = workflow.unit.parent.head
    redesign = live(at=timezone.now(), workflow=workflow, boss=boss).redesign
    client.force_login(boss)

    text = client.get(reverse("home")).content.decode()

    day = words.day(redesign.go_live.reading_at)
    assert f"Next: the evidence of {workflow.name} is read on {day}." in text


def test_a_colleague_sees_the_workflows_of_the_unit(client, owner):
    workflow = WorkflowFactory(owner=owner, unit=owner.heads.get(), steps=1)
    elsewhere = WorkflowFactory(steps=1)
    client.force_login(AssignmentFactory(unit=workflow.unit).person)

    text = client.get(reverse("home")).content.decode()

    assert "Workflows of your unit" in text
    assert workflow.name in text
    assert elsewhere.name not in text


@pytest.mark.parametrize("many", [1, 4])
def test_overseers_see_verdicts_and_what_waits_longest(client, many, django_assert_num_queries):
    for number in range(many):
        workflow = workflow_below(PersonFactory(), steps=1)
        redesign = live(workflow=workflow, boss=workflow.unit.parent.head).redesign
        reading_of(redesign, verdict="worse")
        in_review(
            at=timezone.now() - timedelta(days=number),
            boss=(boss := PersonFactory()),
            workflow=workflow_below(boss, name=f"Waits {number} days"),
        )
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)
    client.get(reverse("home"))

    with django_assert_num_queries(14):
        text = client.get(reverse("home")).content.decode()

    card = " ".join(text[text.index('id="oversight"') :].split())
    assert "?verdict=worse" in card
    assert f'<b class="ap-num">{many}</b>' in card
    shown = re.findall(r">Waits (\d) days<", card)
    assert shown == [str(number) for number in reversed(range(many))][:3]


def test_overseers_see_early_readings_apart(client):
    reading_of(live().redesign, kind="early")
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)

    text = client.get(reverse("home")).content.decode()

    card = text[text.index('id="oversight"') :]
    assert "1 early reading does not count yet." in card
    assert "?verdict=" not in card


def test_others_see_nothing_of_the_whole_organisation(client, owner):
    client.force_login(owner)

    assert client.get(reverse("home")).context["oversight"] is None
