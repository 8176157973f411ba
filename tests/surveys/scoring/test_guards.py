import numpy as np
import pytest

from surveys.scoring.cells import TreeNode, cells_of
from surveys.scoring.groups import Groups
from surveys.scoring.guards import cells_with_mean, cells_with_share, mean_words, side_words
from surveys.scoring.suppression import remainders


def groups_of(tree, people):
    """Everything published, ``people`` (unit, scores); the groups and the scores of all."""
    cells = cells_of([TreeNode(*one) for one in tree])
    atoms = [cells.home[unit] for unit, scores in people for _ in scores]
    values = np.array([score for _, scores in people for score in scores], dtype=float)
    return Groups(cells, np.arange(len(values)), np.array(atoms)).published(5), values


def left_of(groups, chosen, values):
    """The scores in each remainder."""
    place = groups.cells.nearest(chosen)
    return [values[groups.rows[np.array(place)[groups.atoms] == cell]] for cell in sorted(chosen)]


@pytest.mark.parametrize("seed", range(40))
def test_no_remainder_calls_for_words(seed):
    rng = np.random.default_rng(seed)
    tree = [(1, None), *((unit, int(rng.integers(1, unit))) for unit in range(2, 12))]
    people = [
        (
            unit,
            np.clip(np.round(rng.normal(rng.choice([1, 3, 4, 5]), 0.5, rng.integers(0, 9))), 1, 5),
        )
        for unit in range(1, 12)
    ]
    groups, values = groups_of(tree, people)

    means, shares = cells_with_mean(groups, values), cells_with_share(groups, values)

    for left in left_of(groups, means, values):
        assert len(left) == 0 or mean_words(left) is None
    for left in left_of(groups, shares, values):
        assert len(left) == 0 or side_words(int((left >= 4).sum()), len(left)) is None
    for cell, scores in groups.by_cell(values):
        assert not (cell in means and mean_words(scores))
    assert all(n == 0 or n >= 5 for n in remainders(groups.cells, groups.own(), means).values())


def test_means_are_all_numbers_where_none_is_extreme():
    groups, values = groups_of([(1, None), (2, 1), (3, 1)], [(2, [3, 4] * 3), (3, [2, 3] * 3)])

    assert cells_with_mean(groups, values) == {0, 1, 2}
    assert cells_with_share(groups, values) == {0}  # unit 3 has nobody in favour


def test_a_part_that_is_nearly_extreme_does_not_stand_in_for_one_that_is():
    # Units 3 (4.83) and 4 (4.67) are left of the company beside unit 2: together 4.75, and with
    # unit 4 at 4.79 still 4.8: then unit 2 gives way too.
    tree = [(1, None), (2, 1), (3, 1)]
    both = [(1, [5] * 9 + [4] * 3), (2, [2, 3, 4] * 4), (3, [5] * 11 + [4])]

    groups, values = groups_of(tree, both)
    found = cells_with_mean(groups, values)

    assert [mean_words(left) for left in left_of(groups, found, values)] == [None] * len(found)
    assert 0 in found


def test_words_of_means_and_sides():
    assert mean_words(np.array([])) is None
    assert [side_words(f, 10) for f in (0, 1, 2, 8, 9, 10)] == [
        "nearly_none",
        "nearly_none",
        None,
        None,
        "nearly_all",
        "nearly_all",
    ]
