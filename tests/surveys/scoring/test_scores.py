import numpy as np
import pytest
from numpy.testing import assert_array_equal

from surveys.scoring.scores import (
    QUADRANTS,
    ItemKey,
    answer_array,
    mean_of_answered,
    quadrants,
    score,
)
from tests.surveys.scoring.instruments import AWB, AWT, SCALES, answered


def scored(*people):
    return score(answer_array(people, len(AWT)), AWT)


def without(answers, *keys):
    return tuple(
        None if item.key in keys else answer for item, answer in zip(AWT, answers, strict=True)
    )


def test_four_items_are_reversed():
    scores = scored((5,) * 16)

    assert [item.key for item, one in zip(AWT, scores.items[0], strict=True) if one == 1] == [
        "REL2",
        "CTL2",
        "FAI2",
        "CAL2",
    ]
    assert {name: values[0] for name, values in scores.scales.items()} == {
        name: 3 if name in ("REL", "CTL", "FAI", "CAL") else 5 for name in SCALES
    }
    assert scores.index[0] == (11 * 5 + 3) / 14


def test_a_scale_needs_one_of_its_two_items():
    one, none = without(answered(4), "REL1"), without(answered(4), "REL1", "REL2")

    assert_array_equal(scored(answered(4), one, none).scales["REL"], [4, 4, np.nan])


def test_calibration_is_no_part_of_the_index():
    low_calibration = (*answered(4)[:14], 1, 5)

    assert scored(low_calibration).index[0] == 4
    assert scored(low_calibration).scales["CAL"][0] == 1


def test_the_index_needs_ten_of_its_fourteen_items():
    nine = without(answered(4), "REL1", "UND1", "CTL1", "FAI1", "MGR1")
    ten = without(answered(4), "REL1", "UND1", "CTL1", "FAI1")
    # Calibration does not make up for what is missing.
    assert_array_equal(scored(ten, nine).index, [4, np.nan])


def test_the_index_needs_a_score_on_five_scales():
    # Ten items on five scales are enough; an instrument with ten items on four is not.
    five = without(answered(4), "REL1", "REL2", "UND1", "UND2")
    assert scored(five).index[0] == 4
    items = [
        ItemKey(f"Q{number}", "ABCD"[number % 4], in_index=True, is_reversed=False)
        for number in range(12)
    ]
    assert np.isnan(score(np.full((1, 12), 4.0), items).index[0])


def test_an_instrument_of_single_items_has_no_index():
    scores = score(answer_array([(1, 2, 1, None, 5)], 5), AWB)

    assert_array_equal(scores.items, [[1, 2, 5, np.nan, 5]])
    assert (scores.scales, scores.index) == ({}, None)


def test_a_mean_is_over_what_was_answered():
    rows = np.array([[1, 2, np.nan], [np.nan, np.nan, 3], [np.nan] * 3])

    assert_array_equal(mean_of_answered(rows, fewest=2), [1.5, np.nan, np.nan])
    assert_array_equal(mean_of_answered(rows, fewest=1), [1.5, 3, np.nan])
    with pytest.raises(ValueError, match="one answer"):
        mean_of_answered(rows, fewest=0)


def test_quadrants_begin_at_three_and_a_half():
    relies = np.array([3.5, 3.5, 3.4, 3.4, np.nan, 5])
    checks = np.array([3.5, 3.4, 3.5, 3.4, 5, np.nan])

    found = quadrants(relies, checks)

    assert [QUADRANTS[place] for place in found[:4]] == [
        "calibrated",
        "over_reliant",
        "cautious",
        "withdrawn",
    ]
    assert found[4:].tolist() == [-1, -1]


@pytest.mark.parametrize("row", [(0,) * 5, (6,) * 5, (1, 2, 3, 4, 2.5), ("1",) * 5])
def test_an_answer_is_one_to_five_or_nothing(row):
    with pytest.raises(ValueError, match="1 to 5 or None"):
        answer_array([row], 5)


def test_an_answer_has_a_value_for_each_item():
    with pytest.raises(ValueError, match="4 values for 5 items"):
        answer_array([(1,) * 4], 5)
    with pytest.raises(ValueError, match="for 16 items"):
        score(np.ones((2, 5)), AWT)
    assert answer_array([], 5).shape == (0, 5)


def test_an_item_of_the_index_belongs_to_a_scale():
    with pytest.raises(ValueError, match="belongs to a scale"):
        score(np.ones((2, 16)), [item._replace(scale=None) for item in AWT])
