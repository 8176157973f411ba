from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.scoring.attributes import (
    cross,
    grouped,
    is_safe_pair,
    is_safe_table,
    safe_grouping,
    safe_groupings,
    smallest_leak,
)
from tests.surveys.scoring.derivable import few_who_leak


@st.composite
def tables(draw, rows=4, columns=4, k=3):
    """Counts (atoms, categories); as published, every atom has nobody or k people."""
    shape = (draw(st.integers(1, rows)), draw(st.integers(1, columns)))
    table = np.array([[draw(st.integers(0, 4)) for _ in range(shape[1])] for _ in range(shape[0])])
    table[table.sum(axis=1) < k] = 0
    return table


def leaks(table, k):
    """By algebra: sums over rows and sums over columns are known."""
    places = [place for place in product(*map(range, table.shape)) if table[place]]
    sums = [[float(row == r) for r, _ in places] for row in range(table.shape[0])]
    sums += [[float(column == c) for _, c in places] for column in range(table.shape[1])]
    return few_who_leak(sums, [(place, int(table[place])) for place in places], k)


@settings(max_examples=300, deadline=None)
@given(tables())
def test_the_rule_tells_safe_from_unsafe(table):
    # A category of too few is a leak by itself; with enough people only cuts are left.
    assert is_safe_table(table, 3) == (leaks(table, 3) == [])


@settings(max_examples=100, deadline=None)
@given(tables(rows=5, columns=5), st.integers(3, 6))
def test_nothing_follows_from_what_is_grouped(table, floor):
    grouping = safe_grouping(table, k=3, floor=floor)

    if grouping:
        shown = grouped(table, grouping)
        assert leaks(shown, 3) == []
        assert (shown.sum(axis=0) >= floor).all()
        assert sorted(sum(grouping, ())) == list(range(table.shape[1]))
        assert list(grouping) == sorted(grouping)
        assert len(grouping) > 1


def test_a_cut_is_of_the_fewest():
    # Atom 0 is of category 0 but for two people; atom 1 of category 1 but for one.
    table = np.array([[20, 2], [1, 30]])

    cut = smallest_leak(table, 5)

    assert cut.people == 3
    assert cut.side.tolist() == [True, False]
    assert smallest_leak(table, 3) is None
    assert smallest_leak(np.array([[20, 0], [0, 30]]), 5) is None
    assert smallest_leak(np.array([[20, 0], [30, 0]]), 5) is None


def test_an_empty_category_is_on_no_side():
    table = np.array([[20, 0, 2], [1, 0, 30]])

    assert smallest_leak(table, 5).side.tolist() == [True, False, False]


def test_categories_that_share_most_of_a_cut_are_joined():
    # Sites 1 and 2 share a team of 20 and 3; site 0 is by itself.
    table = np.array([[40, 0, 0], [0, 20, 3], [0, 0, 30]])

    assert safe_grouping(table, k=5, floor=10) == ((0,), (1, 2))


def test_small_categories_join_the_next_smallest():
    table = np.array([[40, 9, 4, 12]])

    assert safe_grouping(table, k=5, floor=10) == ((0,), (1, 2), (3,))
    assert safe_grouping(np.array([[40, 9]]), k=5, floor=10) == ()
    assert safe_grouping(np.array([[40]]), k=5, floor=10) == ()


def test_more_than_twelve_categories_are_joined_first():
    table = np.arange(20, 34)[np.newaxis]

    assert safe_grouping(table, k=5, floor=10) == (
        (0, 1),
        (2, 3),
        *((category,) for category in range(4, 14)),
    )
    with pytest.raises(ValueError, match="too many"):
        smallest_leak(np.full((1, 13), 20), 5)
    assert not is_safe_table(np.full((1, 13), 20), 5)
    assert is_safe_table(np.full((1, 12), 20), 5)


def coded(*counts):
    """(atoms, codes) of people from (atom, code, code, .., how many)."""
    rows = [row[:-1] for row in counts for _ in range(row[-1])]
    table = np.array(rows)
    return table[:, 0], table[:, 1:]


def test_a_pair_of_attributes_is_tested_too():
    # One team, so each attribute is safe alone; site and job family are nearly the same.
    atoms, codes = coded((0, 0, 0, 30), (0, 1, 1, 28), (0, 1, 0, 2), (0, 2, 1, 20))

    assert safe_groupings(atoms, codes, [3, 2], k=5, floor=10) == (((0,), (1,), (2,)), ())
    assert safe_groupings(atoms, codes, [3, 2], k=2, floor=10)[1] == ((0,), (1,))
    pair = cross(codes[:, 0], codes[:, 1], 3, 2)
    assert not is_safe_pair(pair, ((0,), (1,), (2,)), ((0,), (1,)), 5)
    assert is_safe_pair(pair, ((0,), (1,), (2,)), (), 5)
    assert is_safe_pair(pair, ((0, 1), (2,)), ((0,), (1,)), 5) is True


def test_a_pair_joins_as_little_as_it_can():
    atoms, codes = coded((0, 0, 0, 30), (0, 1, 1, 28), (0, 1, 0, 2), (0, 1, 2, 15))

    assert safe_groupings(atoms, codes, [2, 3], k=5, floor=10) == (((0,), (1,)), ((0, 1), (2,)))


@pytest.mark.parametrize("seed", range(20))
def test_three_attributes_are_safe_alone_and_in_pairs(seed):
    rng = np.random.default_rng(seed)
    atoms = rng.integers(0, 8, 200)
    # Nearly what the team is, as sites and job families are.
    codes = np.column_stack(
        [np.where(rng.random(200) < 0.97, atoms % n, rng.integers(0, n, 200)) for n in (2, 3, 5)]
    )

    groupings = safe_groupings(atoms, codes, [2, 3, 5], k=5, floor=10)

    for number, (grouping, n) in enumerate(zip(groupings, (2, 3, 5), strict=True)):
        if grouping:
            shown = grouped(cross(atoms, codes[:, number], 8, n), grouping)
            assert is_safe_table(shown, 5)
            assert (shown.sum(axis=0) >= 10).all()
    for one, other in ((0, 1), (0, 2), (1, 2)):
        pair = cross(codes[:, one], codes[:, other], (2, 3, 5)[one], (2, 3, 5)[other])
        assert is_safe_pair(pair, groupings[one], groupings[other], 5)


@pytest.mark.parametrize(
    "codes, categories, words",
    [
        ([[0, 0, 0, 0]], [1] * 4, "up to three"),
        ([[0, 0]], [1], "a column of codes each"),
        ([0], [1], "a column of codes each"),
        ([[2]], [2], "not among the categories"),
        ([[-1]], [2], "not among the categories"),
    ],
)
def test_what_is_no_code_is_refused(codes, categories, words):
    with pytest.raises(ValueError, match=words):
        safe_groupings(np.zeros(1, dtype=int), np.array(codes), categories, k=5, floor=10)


def test_nobody_has_no_table():
    none = np.zeros((0, 1), dtype=int)

    assert safe_groupings(np.zeros(0, dtype=int), none, [3], k=5, floor=10) == ((),)
