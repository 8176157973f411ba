import math

import pytest

from measurement.statistics.early import always_valid_half_width
from measurement.statistics.jackknife import Error


def test_half_width_by_hand():
    # 30 degrees of freedom: t = 2.0423; SE' = 0.1 x 2.0423 / 1.96.
    half = always_valid_half_width(0.1, Error(0.1, 30.0, 0.0), 80.0)

    information = (1.959963984540054 / (0.1 * 2.042272456301238)) ** 2
    rho = 80 / 8.78
    expected = math.sqrt((information + rho) * math.log((information + rho) / (rho * 0.0025)))
    assert half == pytest.approx(expected / information, rel=1e-9)
    assert half == pytest.approx(0.3166, abs=1e-4)


def test_half_width_is_always_wider_than_the_plain_one():
    for information in (1.0, 50.0, 1000.0):
        error = Error(0.1, 20.0, 0.0)

        assert always_valid_half_width(0.1, error, information) > 0.1 * error.t


def test_without_planned_information_there_is_none():
    assert math.isnan(always_valid_half_width(0.1, Error(0.1, 20.0, 0.0), math.nan))
