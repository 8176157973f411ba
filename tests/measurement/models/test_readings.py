"""What the database refuses of a reading, whoever writes it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.factories.measurement import reading_of
from tests.factories.people import WorkCalendarVersionFactory
from tests.factories.sign_offs import NOON, live

pytestmark = pytest.mark.django_db


def refused(rule, redesign, **facts):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        reading_of(redesign, **facts)
    assert error.value.__cause__.diag.constraint_name == rule


@pytest.mark.parametrize("kind", ["primary", "day_90", "day_180"])
def test_there_is_one_final_reading_of_a_kind(kind):
    redesign = live().redesign
    reading_of(redesign, kind=kind)

    refused("reading_final_once", redesign, kind=kind, verdict="worse")

    for _ in range(2):
        reading_of(redesign, kind="early")


def test_a_reading_says_what_its_go_live_says():
    redesign = live().redesign
    other = live().redesign
    rule = "reading_fits_its_go_live"

    refused(rule, redesign, go_live=other.go_live)
    refused(rule, redesign, is_simulated=False)
    refused(rule, redesign, calendar_version=WorkCalendarVersionFactory())
    reading_of(redesign)
    # The source may say something else now than at go-live: then a reading is post-hoc by itself.
    reading_of(redesign, kind="early", post_hoc=True, grade="C")


def test_post_hoc_is_at_most_grade_c():
    redesign = live(live_at=NOON - timedelta(days=300)).redesign

    refused("reading_fits_its_go_live", redesign, post_hoc=False)
    refused("reading_post_hoc_at_most_c", redesign, grade="B")
    reading_of(redesign, grade="C")
