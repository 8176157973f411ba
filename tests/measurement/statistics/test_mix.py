"""Weights that hold the mix of case types as it was before, from counts made by hand."""

import numpy as np
import pytest

from measurement.statistics.mix import case_mix


def types(**counts):
    return np.repeat(sorted(counts), [counts[name] for name in sorted(counts)])


def test_after_cases_weigh_what_makes_their_types_as_frequent_as_before():
    mix = case_mix(types(a=30, b=10), types(a=10, b=10))

    # Three quarters and one quarter before, half and half after.
    assert mix.weights.tolist() == [1.5] * 10 + [0.5] * 10
    assert (mix.vanished, mix.types) == (0.0, 2)


def test_weights_keep_the_number_of_after_cases():
    mix = case_mix(types(a=31, b=17, c=52), types(a=8, b=40, c=12))

    assert mix.weights.sum() == pytest.approx(60)


def test_five_after_cases_are_a_type_of_their_own_and_four_are_not():
    five = case_mix(types(a=20, b=20, c=20), types(a=10, b=5, c=5))
    four = case_mix(types(a=20, b=20, c=20), types(a=12, b=4, c=4))

    assert five.weights.tolist() == pytest.approx([2 / 3] * 10 + [4 / 3] * 10)
    # b and c together: two thirds before, eight of twenty after.
    assert four.weights.tolist() == pytest.approx([5 / 9] * 12 + [5 / 3] * 8)


def test_a_single_rare_type_stays_alone_in_its_pool():
    mix = case_mix(types(a=30, b=10), types(a=19, b=1))

    assert mix.weights.tolist() == pytest.approx([0.75 / 0.95] * 19 + [0.25 / 0.05])


def test_types_without_an_after_case_are_pooled_and_counted():
    mix = case_mix(types(a=60, b=30, gone=10), types(a=15, b=3, new=2))

    assert mix.vanished == 0.1
    assert mix.types == 4
    # b, gone and new are "other": forty of a hundred before, five of twenty after.
    assert mix.weights.tolist() == pytest.approx([0.8] * 15 + [1.6] * 5)


def test_a_frequent_type_the_baseline_does_not_have_weighs_nothing():
    mix = case_mix(types(a=40, b=60), types(a=10, b=10, new=5))

    assert mix.weights.tolist()[-5:] == [0.0] * 5


@pytest.mark.parametrize(
    "before, after", [({"a": 5}, {"a": 5}), ({}, {"a": 5, "b": 5}), ({"a": 5, "b": 5}, {})]
)
def test_without_two_types_or_a_period_there_is_no_mix(before, after):
    assert case_mix(types(**before), types(**after)) is None


def test_one_type_before_and_another_after_are_two():
    mix = case_mix(types(a=5), types(b=5))

    assert (mix.vanished, mix.types, mix.weights.tolist()) == (1.0, 2, [0.0] * 5)
