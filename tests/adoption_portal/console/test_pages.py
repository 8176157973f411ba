"""Who gets in, what the pages say, and what they say where there is nothing to say."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adoption_portal.console.models import ScopeFigures, Snapshot
from people.choices import Role
from tests.adoption_portal.console import scene as scenes
from tests.factories.cases import NOW
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.workflows import WorkflowFactory

pytestmark = pytest.mark.django_db

PAGES = ("", "evidence/", "adoption/", "trust/", "sign-offs/", "quality/")
SESSION = re.compile(r'"django_session"|"people_person"."id", "people_person"."password"')


@pytest.fixture
def scene():
    return scenes.build()


@pytest.fixture
def office(client, scene):
    client.force_login(scene.office)
    return client


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize("path", [*PAGES, "evidence/compare/", "export/overview.csv"])
@pytest.mark.parametrize(
    "role, status",
    [(None, 404), (Role.QUALITY, 404), (Role.ADMINISTRATOR, 404), (Role.AUDITOR, 200)],
)
def test_only_who_sees_the_whole_organisation_gets_in(client, path, role, status):
    person = PersonFactory()
    if role is not None:
        RoleGrantFactory(person=person, role=role)
    scenes.counted()
    client.force_login(person)
    assert client.get(f"/console/{path}").status_code == status


@pytest.mark.parametrize("path", PAGES)
def test_before_the_first_count_the_page_says_so(office, path):
    assert "Nothing has been counted yet" in text_of(office.get(f"/console/{path}"))


def test_a_file_before_the_first_count_is_refused_with_words(office):
    answer = office.get("/console/export/overview.csv")
    assert answer.status_code == 409
    assert "Nothing has been counted yet" in text_of(answer)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_opens_with_nothing_in_it(client, path):
    client.force_login(RoleGrantFactory(role=Role.PROGRAM_OFFICE).person)
    scenes.counted()
    assert client.get(f"/console/{path}").status_code == 200


def test_the_overview_answers_in_one_sentence(office, scene):
    scenes.worked(scene, count=2)
    scenes.worked(scene, count=1, verdict="no_measurable_change", ratio=0.98, low=0.9, high=1.05)
    WorkflowFactory(unit=scene.units["Supply"])
    scenes.counted()

    told = text_of(office.get("/console/"))

    assert "<b>2 of 4</b> logged workflows have measurably changed." in told
    assert "3 of 3 readings" in told
    assert "Data to 29 Sep 14:00." in told


def test_filters_lie_in_the_address_and_combine_for_work(office, scene):
    scenes.worked(scene, name="Quality", count=2)
    scenes.worked(scene, name="Supply", count=1)
    scenes.counted()
    quality = scene.units["Quality"]

    def funnel(query):
        return office.get(f"/console/?{query}").context["page"].funnel.rows[0].count

    assert funnel("") == 3
    assert funnel(f"unit={quality.public_id}") == 2
    assert funnel("function=Supply") == 1
    assert funnel(f"site={quality.site.public_id}&function=Supply") == 0


def test_two_filters_together_show_no_people(office, scene):
    scenes.counted()
    quality = scene.units["Quality"]
    one = office.get(f"/console/?unit={quality.public_id}")
    both = office.get(f"/console/?unit={quality.public_id}&function=Quality")
    assert one.context["page"].ladder
    assert both.context["page"].ladder == []
    assert "One filter at a time for people" in text_of(both)


@pytest.mark.parametrize(
    "query",
    ["unit=nothing", "period=7", "site=%00", "function=%F0%9F%92%A5", "tool=1&tool=2", "page=x"],
)
def test_an_address_that_makes_no_sense_is_said_beside_the_field(office, scene, query):
    scenes.counted()
    answer = office.get(f"/console/?{query}")
    assert answer.status_code == 200
    if not query.startswith("page"):
        assert "is not one of the available choices" in text_of(answer)


def test_the_time_before_is_drawn_beside(office, scene):
    old = WorkflowFactory(unit=scene.units["Supply"])
    type(old).objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=500))
    WorkflowFactory(unit=scene.units["Supply"])
    scenes.counted()
    page = office.get("/console/?compare=before").context["page"]
    assert (page.funnel.rows[0].count, page.funnel.rows[0].earlier) == (2, 1)


def test_the_evidence_page_says_how_sure_and_how_lucky(office, scene):
    scenes.worked(scene, count=2)
    scenes.worked(scene, count=2, verdict="no_measurable_change", ratio=0.98, low=0.9, high=1.05)
    scenes.counted()

    told = text_of(office.get("/console/evidence/"))

    # Wilson's interval of 2 of 4, from R: prop.test(2, 4, correct = FALSE)
    assert "15% to 85% change the work (95% interval of 2 of 4)" in told
    assert "about 1 of them may be chance" in told


def test_the_evidence_page_turns_by_verdict_and_order(office, scene):
    scenes.worked(scene, count=1, ratio=0.9, low=0.7, high=1.1, verdict="insufficient_evidence")
    scenes.worked(scene, count=1, ratio=0.7, low=0.65, high=0.75)
    scenes.counted()

    def ratios(query):
        return [row.ratio for row in office.get(f"/console/evidence/?{query}").context["rows"]]

    assert ratios("") == [0.7, 0.9]
    assert ratios("sort=precision") == [0.7, 0.9]
    assert ratios("verdict=insufficient_evidence") == [0.9]
    assert ratios("verdict=none") == []
    assert ratios("sort=nonsense&verdict=nonsense") == [0.7, 0.9]


def test_two_to_four_readings_stand_side_by_side(office, scene):
    redesigns = scenes.worked(scene, count=5)
    scenes.counted()
    ids = "&".join(f"id={redesign.public_id}" for redesign in redesigns)
    assert len(office.get(f"/console/evidence/compare/?{ids}").context["compared"]) == 4
    for query in ("", f"id={redesigns[0].public_id}", "id=x&id=y"):
        told = office.get(f"/console/evidence/compare/?{query}")
        assert "Choose two to four readings" in text_of(told)


def test_sign_offs_are_told_by_role_and_name_nobody(office, scene):
    scenes.waiting(scene, count=2)
    scenes.counted()
    answer = office.get("/console/sign-offs/")
    told = text_of(answer)
    assert "2 signatures are open, 2 of them for 15 days or more." in told
    assert scene.boss.family_name not in told
    assert answer.context["page"].curves is None  # one person was asked: no latency of one


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_as_often_whatever_there_is(office, scene, path):
    scenes.worked(scene, count=1)
    scenes.waiting(scene, count=1)
    scenes.counted(NOW)
    few = asked(office, path)
    scenes.worked(scene, count=5)
    scenes.waiting(scene, count=5)
    scenes.counted(NOW + timedelta(hours=1))
    many = asked(office, path)
    assert len(many) == len(few), many
    assert len(many) <= 12, "\n".join(sql[:200] for sql in many)
    filtered = asked(office, f"{path}?function=Quality&compare=before&period=2")
    assert len(filtered) <= 12, "\n".join(sql[:200] for sql in filtered)


def asked(client, path):
    client.get(f"/console/{path}")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/console/{path}")
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    return [query["sql"] for query in queries if not SESSION.search(query["sql"])]


def test_the_frame_offers_the_console_to_those_it_is_for(office, client):
    assert 'href="/console/"' in text_of(office.get("/help/"))
    client.force_login(PersonFactory())
    assert 'href="/console/"' not in text_of(client.get("/help/"))


def test_an_old_count_is_said_to_be_old(office):
    Snapshot.objects.create(taken_at=NOW, minimum_group=5)
    ScopeFigures.objects.create(snapshot=Snapshot.objects.get(), kind="all", name="")
    assert "older than three hours" in text_of(office.get("/console/"))
