import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from core.charts import words


@pytest.mark.parametrize("seconds, told",
    [
        (None, "–"), (math.nan, "–"), ("x", "–"), (0, "0 s"), (40, "40 s"), (59.99, "60 s"), (25 * 60, "25 min"),
        (3599, "1 h"), (3 * 3600 + 600, "3 h 10"), (3900, "1 h 05"), (86_390, "1 day"), (86_400, "1 day"),
        (9.4 * 86_400, "9.4 days"), (14 * 86_400, "14 days"), (Decimal(86_400) * 200, "200 days"), (-600, "−10 min"),
    ],
)  # fmt: skip
def test_duration_as_people_say_it(seconds, told):
    assert words.duration(seconds) == told


@pytest.mark.parametrize("ratio, change, told",
    [
        (0.62, "−38%", "38% less time"), (1.12, "+12%", "12% more time"), (1.001, "0%", "the same time"),
        (math.nan, "–", "not known"), (None, "–", "not known"),
    ],
)  # fmt: skip
def test_ratio_as_change_and_in_words(ratio, change, told):
    assert (words.percent_change(ratio), words.ratio_words(ratio)) == (change, told)


def test_interval_says_open_ends():
    assert words.interval_words(0.55, 0.7) == "−45 to −30"
    assert words.interval_words(None, None) == words.NONE
    assert words.interval_words(0.81, math.inf) == "−19 to no limit"
    assert words.interval_words(math.nan, 1.06) == "no limit to +6"


def test_numbers_follow_the_language():
    with override("de"):
        assert words.duration(9.4 * 86_400).startswith("9,4")
        assert words.number(12480) == "12.480"


@pytest.mark.parametrize("p, told",
    [(0.0, "< 0.001"), (0.0009, "< 0.001"), (0.001, "0.001"), (0.05, "0.050"), (1, "1.000"), (None, "–")],
)  # fmt: skip
def test_probability_is_never_written_as_zero(p, told):
    assert words.probability(p) == told


def test_day_names_another_year():
    assert words.day(date(2026, 8, 4), today=date(2026, 11, 1)) == "4 Aug"
    assert words.day(date(2025, 8, 4), today=date(2026, 11, 1)) == "4 Aug 2025"
    assert words.day(None) == words.moment(None) == "–"


def test_moment_is_in_the_portals_zone():
    assert words.moment(datetime(2020, 11, 21, 5, 0, tzinfo=UTC)) == "21 Nov 2020 06:00"


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers() | st.none())
def test_words_survive_any_number(value):
    for told in (
        words.duration,
        words.percent_change,
        words.ratio_words,
        words.minutes,
        words.number,
        words.probability,
        words.percent,
    ):
        assert isinstance(told(value), str)
