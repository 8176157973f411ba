"""Gini and Lorenz against their definitions, and against sums over all pairs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.indicators import Count, below_weekly, gini, lorenz, spread_of, top_share
from measurement.indicators.concentration import _ginis

DAYS = st.lists(st.integers(0, 84), min_size=1, max_size=60)


@pytest.mark.parametrize(
    "days, expected",
    [([1, 2, 3, 4], 0.25), ([0, 0, 0, 10], 0.75), ([5, 5, 5], 0.0), ([3], 0.0), ([0, 1], 0.5)],
)
def test_gini_by_hand(days, expected):
    assert gini(days) == pytest.approx(expected)


@given(DAYS)
def test_gini_is_half_the_mean_difference_of_all_pairs(days):
    if not sum(days):
        assert math.isnan(gini(days))
        return
    pairs = sum(abs(a - b) for a in days for b in days)
    assert gini(days) == pytest.approx(pairs / (2 * len(days) * sum(days)))


@given(DAYS, st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_lorenz_is_the_part_of_the_least_active(days, shares):
    found = lorenz(days, shares)
    ascending = sorted(days)
    for share, value in zip(shares, found, strict=True):
        if not sum(days):
            assert math.isnan(value)
            continue
        whole, rest = divmod(share * len(days), 1)
        part = sum(ascending[: int(whole)])
        part += rest * ascending[int(whole)] if rest and int(whole) < len(days) else 0
        assert value == pytest.approx(part / sum(days), abs=1e-9)


def test_the_top_tenth_by_hand():
    days = [0] * 5 + [10] * 4 + [60]
    assert top_share(days) == pytest.approx(0.6)
    assert lorenz(days, [0, 0.5, 0.9, 1]).tolist() == pytest.approx([0, 0, 0.4, 1])


def test_below_weekly():
    assert below_weekly([0, 11, 12, 40], weeks=12) == Count(2, 4)


def test_spread_needs_thirty_people():
    with pytest.raises(ValueError, match="29"):
        spread_of([1.0] * 29)
    assert spread_of([1.0] * 30).gini == pytest.approx(0.0)


def test_spread_of_no_use_says_nothing():
    found = spread_of(np.zeros(40))
    assert math.isnan(found.gini)
    assert math.isnan(found.low)
    assert math.isnan(found.top_tenth)


def test_spread_is_the_same_every_time_and_holds_its_gini():
    days = np.random.default_rng(1).negative_binomial(1, 0.1, size=200)
    first, again = spread_of(days), spread_of(days)
    assert first == again
    assert first.low < first.gini < first.high


def test_bootstrap_interval_is_that_of_drawing_people():
    days = np.random.default_rng(2).negative_binomial(1, 0.1, size=120).astype(float)
    chance = np.random.default_rng(3)
    drawn = [gini(chance.choice(days, len(days))) for _ in range(2000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    found = spread_of(days)
    assert found.low == pytest.approx(low, abs=0.02)
    assert found.high == pytest.approx(high, abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=8))
def test_gini_of_counts_is_gini_of_people(pairs):
    values = dict(pairs)
    ascending = sorted(values)
    counts = np.array([[values[value] for value in ascending]])
    people = np.repeat(ascending, counts[0])
    found = _ginis(np.array(ascending, float), counts)[0] if len(people) else math.nan
    expected = gini(people) if len(people) else math.nan
    assert found == pytest.approx(expected, nan_ok=True)


def test_a_share_outside_is_refused():
    with pytest.raises(ValueError, match="between"):
        lorenz([1], [1.1])
