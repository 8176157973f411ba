"""The frame's counts: one query for all of them, whoever asks first."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from adoption_portal import shell
from core import frame
from people.models import Person
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db

QUESTIONS = {
    "all": lambda _person, _at: Person.objects.order_by("family_name"),
    "none": lambda _person, _at: Person.objects.none(),
    "self": lambda person, _at: Person.objects.filter(pk=person.pk),
    "older": lambda _person, at: Person.objects.filter(created_at__lt=at),
    "on": lambda _person, at: Person.objects.filter(created_at__date=timezone.localdate(at)),
}


@pytest.fixture
def asked(rf, monkeypatch):
    monkeypatch.setattr(frame, "_questions", {})
    people = PersonFactory.create_batch(4)
    request = rf.get("/")
    request.user = people[0]
    return request


def test_all_questions_are_one_query(asked, django_assert_num_queries):
    frame.questions(QUESTIONS)
    with django_assert_num_queries(1):
        counts = {key: frame.counted(asked, key) for key in QUESTIONS}
    assert counts == {"all": 4, "none": 0, "self": 1, "older": 4, "on": 4}


def test_each_person_and_moment_has_its_own_answer(asked, time_machine):
    frame.questions(QUESTIONS)
    assert frame.counted(asked, "self") == 1
    time_machine.move_to(datetime(2020, 1, 1, 12, tzinfo=UTC))
    del asked.frame_counts
    asked.user = Person(pk=asked.user.pk + 1_000_000, is_active=True)
    counts = [frame.counted(asked, key) for key in ("self", "older", "on", "all")]
    assert counts == [0, 0, 0, 4]


def test_a_moment_of_its_own_is_refused(asked):
    for own in (
        {"created_at__gt": timezone.now()},
        {"created_at__date": date(2026, 3, 2)},
        {"created_at__date": frame.NEVER.date()},
    ):
        frame.questions({"own": lambda _person, _at, own=own: Person.objects.filter(**own)})
        with pytest.raises(TypeError, match="use the moment"):
            frame.counted(asked, "own")


def test_nothing_to_ask_is_not_asked(asked, django_assert_num_queries):
    frame.questions({"none": QUESTIONS["none"]})
    with django_assert_num_queries(0):
        assert frame.counted(asked, "none") == 0


def test_a_count_ends_somewhere(asked, monkeypatch):
    monkeypatch.setattr(frame, "MOST_COUNTED", 2)
    frame.questions({"many": lambda _person, _at: Person.objects.all()})
    assert frame.counted(asked, "many") == 2


def test_the_questions_of_all_apps_can_be_put():
    shell.nav_modules()
    assert {"turns", "redesigns", "surveys", "program_office", "auditor"} <= set(frame._questions)
    assert set(frame._answers(1, timezone.now()).values()) == {0}
