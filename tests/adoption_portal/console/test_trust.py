"""Which waves the trend of trust pools, and which it leaves to the list."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adoption_portal.console.models import TrustRow
from adoption_portal.console.queries import trust
from adoption_portal.console.queries.chosen import Chosen
from core.ids import uuid7
from surveys.models import Instrument, Wave
from tests.factories.surveys import planned

pytestmark = pytest.mark.django_db
SUMMER = date(2026, 8, 3)
SPRING = date(2026, 5, 4)


@pytest.fixture
def wave():
    return planned().wave


@pytest.fixture
def versions(wave):
    """1.0, 2.0 and 3.0 of one questionnaire."""
    first = wave.instrument
    later = [
        Instrument.objects.create(
            code=first.code, version=number, kind=first.kind, lead_in={}, answers={}
        )
        for number in ("2.0", "3.0")
    ]
    return [first, *later]


@pytest.fixture
def counted(wave):
    """A row of a wave of ``version``, on the line of ``line``, else of itself."""

    def row(version, *, days=90, mean=3.5, closed=SUMMER, line=None, sd=0.5):
        fields = {one.attname: getattr(wave, one.attname) for one in Wave._meta.concrete_fields}
        fields |= {"id": None, "public_id": uuid7(), "instrument_id": version.pk}
        [other] = Wave.objects.bulk_create([Wave(**fields)])
        return TrustRow.objects.create(
            wave=other,
            instrument=line or version,
            name=wave.workflow.name,
            unit=wave.workflow.unit,
            closed_date=closed,
            days_after=days,
            n=10,
            mean=mean,
            sd=sd,
        )

    return row


def means(chosen=None):
    told = trust.trust_by_quarter(chosen or Chosen())
    return [(row["quarter"], row["waves"], round(row["mean"], 2)) for row in told]


@pytest.mark.parametrize(
    "days, pooled",
    [(30, False), (59, False), (60, True), (90, True), (134, True), (135, False), (180, False)],
)
def test_only_the_wave_of_the_ninetieth_day_is_pooled(versions, counted, days, pooled):
    counted(versions[0], days=days)

    assert bool(means()) is pooled
    assert trust.trust_rows(Chosen()).count() == 1


def test_a_wave_without_go_live_or_spread_is_not_pooled(versions, counted):
    counted(versions[0], days=None)
    counted(versions[0], sd=None)

    assert means() == []


def test_two_versions_are_never_on_one_line(versions, counted):
    first, second, _third = versions
    counted(first, mean=2.0, closed=SPRING)
    counted(first, mean=2.0)
    counted(second, mean=4.0)

    assert means() == [(date(2026, 7, 1), 1, 4.0)]
    assert trust.trust_rows(Chosen()).count() == 3


def test_versions_marked_as_comparable_are(versions, counted):
    first, second, third = versions
    counted(first, mean=2.0, closed=SPRING)
    counted(second, mean=5.0)
    counted(third, mean=3.0, line=first)
    counted(first, mean=4.0)

    assert means() == [(date(2026, 4, 1), 1, 2.0), (date(2026, 7, 1), 2, 3.5)]


def test_the_newest_version_is_that_of_the_waves_that_can_be_pooled(versions, counted):
    first, second, third = versions
    counted(first, mean=2.0, closed=SPRING)
    counted(second, mean=4.0, days=30)
    counted(third, mean=4.0, sd=None)

    assert means() == [(date(2026, 4, 1), 1, 2.0)]


def test_the_newest_version_is_that_of_the_period(versions, counted):
    first, second, _third = versions
    counted(second, mean=4.0, closed=SPRING)
    counted(first, mean=2.0)
    since = datetime.combine(SPRING + timedelta(days=1), datetime.min.time(), UTC)

    assert means() == [(date(2026, 4, 1), 1, 4.0)]
    assert means(Chosen(since=since)) == [(date(2026, 7, 1), 1, 2.0)]


def test_pooling_asks_once(versions, counted, django_assert_num_queries):
    counted(versions[0])
    with django_assert_num_queries(1):
        trust.trust_by_quarter(Chosen())
