"""The frame's counts: one query for all of them, whoever asks first."""

import pytest

from core import frame
from people.models import Person
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(rf, monkeypatch):
    everybody, nobody = Person.objects.order_by("family_name"), Person.objects.none()
    monkeypatch.setattr(frame, "_questions", {})
    frame.questions({"all": lambda _request: everybody, "none": lambda _request: nobody})
    frame.questions({"some": lambda _request: everybody.filter(is_staff=True)})
    PersonFactory.create_batch(3)
    PersonFactory(is_staff=True)
    return rf.get("/")


def test_all_questions_are_one_query(asked, django_assert_num_queries):
    with django_assert_num_queries(1):
        counts = [frame.counted(asked, key) for key in ("some", "all", "none", "all")]
    assert counts == [1, 4, 0, 4]


def test_a_count_ends_somewhere(asked, monkeypatch):
    monkeypatch.setattr(frame, "MOST_COUNTED", 2)
    assert (frame.counted(asked, "all"), frame.counted(asked, "some")) == (2, 1)
