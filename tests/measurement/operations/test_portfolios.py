"""All redesigns due in a quarter, read together and kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from measurement.models import PortfolioMember, PortfolioReading
from measurement.operations.portfolios import ask_for_open_portfolios, read_portfolio
from measurement.queries.portfolios import open_quarters, quarter_now, survivors_of_quarters
from measurement.queries.quarters import state_of
from tests.factories.measurement import reading_of
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live
from workflows.operations.stopping import retire_redesign

pytestmark = pytest.mark.django_db
QUARTER = date(2026, 1, 1)
DUE = datetime(2026, 2, 10, tzinfo=UTC)
WITHIN, AFTER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
MUCH_LATER = AFTER + timedelta(days=91)


def due_redesign(*, due=DUE, decided=None):
    at = due - timedelta(days=14 + 84 + 28)
    return live(at=decided or at - timedelta(days=1), live_at=at).redesign


def read(redesign, p=0.001, **facts):
    return reading_of(redesign, cutoff=DUE, p=p, measured_at=DUE, **facts)


def test_a_quarter_is_provisional_until_its_last_reading_is_in():
    first, second = due_redesign(), due_redesign()
    read(first)

    early = read_portfolio(quarter=QUARTER, at=WITHIN)
    over = read_portfolio(quarter=QUARTER, at=AFTER)
    assert over == early  # nothing new to say
    assert (early.is_final, early.due, early.outstanding, early.improved) == (False, 2, 1, 1)
    read(second, p=0.6, verdict="no_measurable_change")
    final = read_portfolio(quarter=QUARTER, at=AFTER)

    assert (final.is_final, final.due, final.outstanding, final.improved) == (True, 2, 0, 1)
    assert final.expected_false == pytest.approx(0.05)
    assert (final.pooled_of, final.pooled_ratio) == (2, pytest.approx(0.7))
    assert read_portfolio(quarter=QUARTER, at=MUCH_LATER) == final
    assert PortfolioReading.objects.count() == 2
    assert open_quarters(at=AFTER) == []


def test_who_was_not_read_takes_part_as_no_effect_and_is_final_in_the_end():
    first, second = due_redesign(), due_redesign()
    read(first, p=0.03)

    late = read_portfolio(quarter=QUARTER, at=MUCH_LATER)

    assert (late.is_final, late.outstanding, late.improved) == (True, 1, 0)
    assert state_of(late, at=MUCH_LATER).startswith("Final: 1 reading never came")
    unread = PortfolioMember.objects.get(portfolio=late, redesign=second)
    assert (unread.p, unread.survived, unread.reading) == (1.0, False, None)
    read(second, p=0.0001)
    assert survivors_of_quarters({first.pk, second.pk}) == set()


def test_what_ended_before_its_date_keeps_no_quarter_open():
    first, ended = due_redesign(), due_redesign()
    read(first)
    retire_redesign(
        redesign=ended,
        actor=ended.workflow.owner,
        reason="Not used",
        row_version=ended.row_version,
        at=DUE - timedelta(days=30),
    )

    now = quarter_now(QUARTER, at=AFTER)

    assert (now.is_final, now.outstanding, now.read.control.due) == (True, 0, 2)


def test_a_go_live_entered_later_joins_no_quarter_that_is_over():
    read(due_redesign())
    assert read_portfolio(quarter=QUARTER, at=AFTER).is_final
    late = due_redesign(decided=datetime(2026, 5, 5, tzinfo=UTC))

    assert quarter_now(QUARTER, at=AFTER).read.control.due == 1
    assert [member.redesign_id for member in quarter_now(date(2026, 4, 1), at=AFTER).members] == [
        late.pk
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"grade": "C"},
        {"negligible": True},
        {"verdict": "faster_but_worse"},
        {"verdict": "refused", "p": 1.0},
    ],
)
def test_only_what_bears_is_counted(facts):
    read(due_redesign(), **facts)

    assert read_portfolio(quarter=QUARTER, at=AFTER).improved == 0


def test_a_quarter_recomputes_to_its_hash_and_never_changes():
    read(due_redesign())
    stored = read_portfolio(quarter=QUARTER, at=AFTER)

    assert quarter_now(QUARTER, at=AFTER).sha256() == stored.result_sha256
    for act in (
        lambda: PortfolioReading.objects.update(improved=0),
        lambda: PortfolioMember.objects.all().delete(),
        lambda: PortfolioReading.objects.create(
            quarter=QUARTER, is_final=True, due=1, outstanding=0, improved=0, expected_false=0,
            result={}, result_sha256="0" * 64, code_version="1", measured_at=AFTER,
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_every_open_quarter_is_asked_for_at_night():
    read(due_redesign())
    due_redesign(due=DUE + timedelta(days=90))

    assert ask_for_open_portfolios(at=WITHIN) == 1
    assert ask_for_open_portfolios(at=AFTER) == 2
    assert read_portfolio(quarter=date(2020, 1, 1), at=AFTER) is None


def test_the_page_says_it_in_words_and_names_what_is_within_reach(client):
    seen, *hidden = (due_redesign() for _number in range(6))
    read(seen)
    for one in hidden:
        read(one, p=0.9, verdict="no_measurable_change")
    read_portfolio(quarter=QUARTER, at=AFTER)
    client.force_login(seen.workflow.owner)

    page = client.get(reverse("measurement:quarter", args=[2026, 1])).content.decode()
    file = client.get(reverse("measurement:quarter_csv", args=[2026, 1])).getvalue().decode()

    assert "1 of 6 redesigns measurably improved. About 0.1 of these may be chance." in page
    assert "5 more redesigns are counted that are not within your reach." in page
    for told in (page, file):
        assert f">{seen.workflow.name}<" in told or f"{seen.workflow.name}," in told
        assert str(hidden[0].public_id) not in told
    assert "1 of 6 redesigns" in client.get(reverse("measurement:quarters")).content.decode()
    assert client.get("/evidence/quarters/2026-q5/").status_code == 404
    client.force_login(PersonFactory())
    assert (
        "No reading within your reach"
        in client.get(reverse("measurement:quarter", args=[2026, 1])).content.decode()
    )


@pytest.mark.parametrize("beyond, told", [(0, True), (1, False), (4, False), (5, True)])
def test_totals_never_tell_of_the_few_beyond_reach(client, beyond, told):
    """One's own taken off, the others' verdicts would be left."""
    seen, *hidden = (due_redesign() for _number in range(1 + beyond))
    read(seen)
    for one in hidden:
        read(one)
    read_portfolio(quarter=QUARTER, at=AFTER)
    client.force_login(seen.workflow.owner)
    claim = f"{1 + beyond} of {1 + beyond} redesign"

    page = client.get(reverse("measurement:quarter", args=[2026, 1])).content.decode()
    listed = client.get(reverse("measurement:quarters")).content.decode()
    file = client.get(reverse("measurement:quarter_csv", args=[2026, 1])).getvalue().decode()

    assert (claim in page) is (claim in listed) is told
    assert ("Over all" in page) is ("Over all" in listed) is (told and beyond > 0)
    assert (f"improved,{1 + beyond}\r\n" in file) is told
    assert ("pooled_ratio,\r\n" in file) is not (told and beyond > 0)
