"""Against the arithmetic by hand, and properties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.indicators.pooling import pooled


def test_two_equal_effects_pool_to_themselves():
    found = pooled([(math.log(0.8), 0.1), (math.log(0.8), 0.1)])
    assert found.ratio == pytest.approx(0.8)
    # 1 / sqrt(2 / 0.01) = 0.0707
    assert found.low == pytest.approx(0.8 * math.exp(-1.959964 * 0.0707107), rel=1e-5)
    assert (found.spread, found.of) == (0.0, 2)


def test_spread_of_true_effects_widens_the_interval():
    """By hand: w = 100 each, mean 0, Q = 100 (0.5^2 + 0.5^2) = 50, C = 200 - 100 = 100, tau^2 = 49 / 100."""
    found = pooled([(-0.5, 0.1), (0.5, 0.1)])
    assert found.spread == pytest.approx(0.7)
    assert found.ratio == pytest.approx(1.0)
    half = 1.959964 * math.sqrt((0.01 + 0.49) / 2)
    assert (found.low, found.high) == pytest.approx((math.exp(-half), math.exp(half)))


@pytest.mark.parametrize("effects", [[], [(0.1, 0.2)]])
def test_fewer_than_two_are_not_pooled(effects):
    assert pooled(effects) is None


def test_an_error_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        pooled([(0.1, 0.0), (0.1, 0.2)])


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 1)), min_size=2, max_size=20))
def test_the_pooled_effect_lies_among_the_effects_whatever_their_order(effects):
    found, back = pooled(effects), pooled(effects[::-1])
    low, high = min(effect for effect, _e in effects), max(effect for effect, _e in effects)
    assert low - 1e-9 <= math.log(found.ratio) <= high + 1e-9
    assert found.low <= found.ratio <= found.high
    assert found.ratio == pytest.approx(back.ratio)
