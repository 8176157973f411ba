"""Who has access, is active, has a habit: examples counted by hand, and a slow counter beside."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.indicators import (
    Count,
    access,
    active,
    habitual,
    in_changed_work,
    translation_gap,
    wilson,
)


def weeks(text):
    """ "x.-" a character a week: used, worked without, leave; 12 of them."""
    assert len(text) == 12
    return [sign == "x" for sign in text], [sign != "-" for sign in text]


def habit_of(*people, before=None):
    used, worked = zip(*map(weeks, people), strict=True)
    entitled = [True] * len(people) if before is None else before
    return habitual(np.array(used), np.array(worked), np.array(entitled))


def test_access_is_of_everybody_present():
    assert access([True, False, True, True]) == Count(3, 4)


def test_active_needs_one_day():
    assert active([0, 1, 0, 20, 3]) == Count(3, 5)


def test_nine_of_twelve_weeks_are_a_habit_and_eight_are_none():
    found = habit_of("xxxxxxxxx...", "xxxxxxxx....")
    assert found.habitual.tolist() == [True, False]
    assert found.count == Count(1, 2)


def test_leave_does_not_punish():
    # 6 of 8 worked weeks are 75 %; 5 of 8 are less
    found = habit_of("xxxxxx..----", "xxxxx...----")
    assert found.habitual.tolist() == [True, False]


def test_under_six_worked_weeks_nothing_is_said():
    found = habit_of("xxxxx-------", "xxxxxx------")
    assert found.away.tolist() == [True, False]
    assert found.count == Count(1, 1)


def test_new_people_stand_beside():
    found = habit_of("xxxxxxxxxxxx", "............", before=[False, True])
    assert (found.new.tolist(), found.count) == ([True, False], Count(0, 1))


def test_a_week_of_use_was_worked_whatever_the_source_says():
    used = np.ones((1, 12), bool)
    assert habitual(used, np.zeros((1, 12), bool), [True]).count == Count(1, 1)


@given(
    st.lists(
        st.tuples(st.text("x.-", min_size=12, max_size=12), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
def test_habitual_is_what_counting_one_by_one_gives(people):
    found = habit_of(*(text for text, _before in people), before=[b for _text, b in people])
    for place, (text, before) in enumerate(people):
        worked = sum(sign != "-" for sign in text)
        judged = before and worked >= 6
        assert found.judged[place] == judged
        assert found.habitual[place] == (judged and text.count("x") / worked >= 0.75)
        assert found.new[place] == (not before)


def test_in_changed_work_and_the_gap():
    changed = in_changed_work([True, False, False, True])
    assert changed == Count(2, 4)
    assert translation_gap(Count(3, 4), changed) == pytest.approx(0.25)
    assert math.isnan(translation_gap(Count(0, 0), changed))


@pytest.mark.parametrize(
    "call",
    [
        lambda: habitual(np.ones((1, 11), bool), np.ones((1, 11), bool), [True]),
        lambda: habitual(np.ones((1, 12), bool), np.ones((2, 12), bool), [True]),
        lambda: access([1, 0]),
        lambda: active([-1]),
        lambda: active([math.nan]),
        lambda: active([[1]]),
        lambda: Count(3, 2),
        lambda: wilson(3, 2),
    ],
)
def test_wrong_shapes_are_errors(call):
    with pytest.raises(ValueError, match=r"."):
        call()


def test_wilson_agrees_with_r():
    # R: binom::binom.confint(7, 20, methods = "wilson")
    low, high = wilson(7, 20)
    assert (low, high) == (pytest.approx(0.1811918, abs=1e-6), pytest.approx(0.5671457, abs=1e-6))
    assert wilson(0, 10)[0] == pytest.approx(0.0)
    assert math.isnan(wilson(0, 0)[0])
    assert math.isnan(Count(0, 0).share)
