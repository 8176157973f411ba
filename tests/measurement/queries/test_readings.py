"""The false-discovery control of a quarter: over all its redesigns, whoever looks."""

from datetime import UTC, datetime, timedelta

import pytest

from measurement.queries.portfolios import survivors_of_quarters
from tests.factories.measurement import reading_of
from tests.factories.sign_offs import live
from workflows.models import GoLive

pytestmark = pytest.mark.django_db
JUST_BEFORE_APRIL = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)


def read(p, *, due, verdict="improved", kind="primary"):
    """A redesign whose reading fell due at ``due`` and came out with ``p``."""
    at = due - timedelta(days=14 + 84 + 28)
    redesign = live(at=at - timedelta(days=1), live_at=at).redesign
    go_live = GoLive.objects.get(redesign=redesign)
    assert go_live.reading_at == due
    reading_of(redesign, kind=kind, cutoff=due, verdict=verdict, p=p, measured_at=due)
    return redesign.pk


def test_the_whole_quarter_decides_not_only_what_was_asked_for():
    """0.03 survives alone; among three without effect it needs 0.0125."""
    due = datetime(2026, 2, 10, tzinfo=UTC)
    asked = read(0.03, due=due)
    assert survivors_of_quarters({asked}) == {asked}

    for days in range(3):
        read(0.9, due=due + timedelta(days=days), verdict="no_measurable_change")

    assert survivors_of_quarters({asked}) == set()


def test_nobody_survives_who_was_not_asked_for():
    due = datetime(2026, 2, 10, tzinfo=UTC)
    asked, other = read(0.001, due=due), read(0.001, due=due)

    assert survivors_of_quarters({asked}) == {asked}
    assert survivors_of_quarters({asked, other}) == {asked, other}
    assert survivors_of_quarters(set()) == set()


@pytest.mark.parametrize(
    "first, second, together",
    [
        (datetime(2026, 1, 1, tzinfo=UTC), JUST_BEFORE_APRIL, True),
        (JUST_BEFORE_APRIL, datetime(2026, 4, 1, tzinfo=UTC), False),
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), False),
        (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, 59, tzinfo=UTC), True),
    ],
)
@pytest.mark.parametrize("asked_first", [True, False])
def test_a_quarter_begins_and_ends_at_midnight(first, second, together, asked_first):
    one, other = (first, second) if asked_first else (second, first)
    asked = read(0.03, due=one)
    read(0.9, due=other, verdict="no_measurable_change")

    assert survivors_of_quarters({asked}) == (set() if together else {asked})


def test_several_quarters_are_judged_apart():
    early = read(0.03, due=datetime(2026, 2, 10, tzinfo=UTC))
    late = read(0.03, due=datetime(2026, 8, 10, tzinfo=UTC))
    read(0.9, due=datetime(2026, 5, 10, tzinfo=UTC), verdict="no_measurable_change")

    assert survivors_of_quarters({early, late}) == {early, late}


def test_what_is_not_read_yet_takes_part_as_no_effect():
    """So that nobody who survives today is lost as the other readings come in."""
    due = datetime(2026, 2, 10, tzinfo=UTC)
    asked = read(0.03, due=due)
    read(0.0001, due=due, verdict="improved", kind="early")

    assert survivors_of_quarters({asked}) == set()


def test_a_reading_without_p_counts_as_no_effect():
    due = datetime(2026, 2, 10, tzinfo=UTC)
    asked = read(0.03, due=due)
    read(None, due=due, verdict="insufficient_evidence")

    assert survivors_of_quarters({asked}) == set()
