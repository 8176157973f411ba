"""What a count takes for counted, and whose reading makes work ready."""

from datetime import timedelta

import pytest

from adoption_portal.console.operations import counting
from adoption_portal.console.queries.pages.overview import hours_stat
from tests.adoption_portal.console import scene as scenes
from tests.factories.cases import NOW
from tests.factories.measurement import reading_of
from tests.factories.sign_offs import live

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return scenes.build(sizes=(("Quality", 6),))


def test_a_reading_that_comes_while_a_count_runs_is_news(scene, monkeypatch):
    (redesign,) = scenes.worked(scene, count=1)
    quality_now = counting.counting.quality_now

    def meanwhile(**given):
        reading_of(redesign, kind="day_90", cutoff=NOW + timedelta(days=90))
        return quality_now(**given)

    monkeypatch.setattr(counting.counting, "quality_now", meanwhile)
    counting.refresh(at=NOW + timedelta(days=100))
    monkeypatch.undo()
    later = NOW + timedelta(days=100, minutes=2)
    assert counting.refresh_after_news(at=later) is not None
    assert counting.refresh_after_news(at=later + timedelta(minutes=2)) is None


def test_a_reading_of_a_superseded_redesign_makes_nothing_ready(scene):
    (old,) = scenes.worked(scene, count=1, result={"gates": {"G1": {"passed": True}}})
    assert counted(NOW) == (1, 1)
    live(boss=scene.boss, tool=scene.tool, workflow=old.workflow, at=NOW - timedelta(weeks=5))
    old.refresh_from_db()
    assert old.state == "superseded"
    assert counted(NOW + timedelta(days=1)) == (1, 0)


def counted(at):
    quality = scenes.counted(at).quality
    return quality["live"], quality["enough"]


def test_hours_a_year_are_empty_while_no_case_says_how_it_was_done():
    stat = hours_stat()
    assert (stat.value, stat.note) == ("–", "no source says which cases were done the new way")
