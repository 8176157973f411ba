from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.scoring.cells import CellId, TreeNode, cells_of
from surveys.scoring.suppression import is_safe, published_cells, remainders
from tests.surveys.scoring.derivable import few_who_leak


@st.composite
def organisations(draw, units=7, people=6):
    """(tree, people by unit): unit numbers and parents in no order."""
    count = draw(st.integers(1, units))
    numbers = draw(st.permutations(range(1, count + 1)))
    tree = [TreeNode(numbers[0], None)]
    tree += [
        TreeNode(numbers[place], numbers[draw(st.integers(0, place - 1))])
        for place in range(1, count)
    ]
    inside = {unit: draw(st.integers(0, people)) for unit in sorted(numbers)}
    return tree, inside


def own_of(cells, inside):
    own = [0] * len(cells.ids)
    for unit, people in inside.items():
        own[cells.home[unit]] += people
    return own


def choices(cells, own, k):
    """All sets of cells of k and more people that leave no small remainder, by trying them all."""
    large = [place for place, total in enumerate(cells.totals(own)) if total >= k]
    for bits in product((False, True), repeat=len(large)):
        chosen = {place for place, bit in zip(large, bits, strict=True) if bit}
        if is_safe(cells, own, chosen, k):
            yield chosen


def best(cells, own, k):
    """As the rule is worded: most weight, then the lowest id on which two choices differ."""
    return max(
        choices(cells, own, k),
        key=lambda chosen: (
            sum(cells.weights[place] for place in chosen),
            [place in chosen for place in range(len(cells.ids))],
        ),
    )


def sums_of(cells, chosen):
    return [
        [1 if place in above(cells, home) else 0 for home in range(len(cells.ids))]
        for place in sorted(chosen)
    ]


def above(cells, cell):
    found = set()
    while cell >= 0:
        found.add(cell)
        cell = cells.parent[cell]
    return found


@settings(max_examples=150, deadline=None)
@given(organisations(), st.integers(2, 5))
def test_nothing_about_a_small_group_follows_from_what_is_published(organisation, k):
    tree, inside = organisation
    cells = cells_of(tree)
    own = own_of(cells, inside)

    chosen = published_cells(cells, own, k)

    assert is_safe(cells, own, chosen, k)
    people = [(home, own[home]) for home in range(len(own)) if own[home]]
    sums = [[row[home] for home, _ in people] for row in sums_of(cells, chosen)]
    assert list(few_who_leak(sums, people, k)) == []


@settings(max_examples=150, deadline=None)
@given(organisations(), st.integers(2, 5))
def test_the_rule_tells_safe_from_unsafe(organisation, k):
    # A remainder is safe exactly when algebra finds nothing: any choice, not only the best.
    tree, inside = organisation
    cells = cells_of(tree)
    own = own_of(cells, inside)
    some = {place for place, total in enumerate(cells.totals(own)) if total >= k and place % 3 != 1}

    people = [(home, own[home]) for home in range(len(own)) if own[home]]
    sums = [[row[home] for home, _ in people] for row in sums_of(cells, some)]
    # Kinds of people are cells; split each so that parts of a cell count too: they never follow.
    assert is_safe(cells, own, some, k) == (list(few_who_leak(sums, people, k)) == [])


@settings(max_examples=120, deadline=None)
@given(
    organisations(units=6),
    st.integers(2, 5),
    st.sets(st.tuples(st.integers(1, 6), st.sampled_from(["roll", "direct"]))),
)
def test_the_choice_is_the_best_of_all_choices(organisation, k, previous):
    tree, inside = organisation
    cells = cells_of(tree, {CellId(*one) for one in previous})
    own = own_of(cells, inside)

    assert published_cells(cells, own, k) == best(cells, own, k)


@settings(max_examples=50, deadline=None)
@given(organisations(), st.randoms(use_true_random=False))
def test_the_order_of_the_tree_does_not_matter(organisation, chance):
    tree, _ = organisation
    shuffled = tree.copy()
    chance.shuffle(shuffled)

    assert cells_of(shuffled) == cells_of(tree)


def published(tree, inside, k=5, previous=frozenset()):
    cells = cells_of([TreeNode(*one) for one in tree], previous)
    own = own_of(cells, inside)
    chosen = published_cells(cells, own, k)
    return [tuple(cells.ids[place]) for place in sorted(chosen)]


PAIR = [(1, None), (2, 1), (3, 1)]


def test_a_unit_beside_a_small_one_is_hidden():
    # 20 less 16 would give the 4 away; the company is worth more than the unit.
    assert published(PAIR, {2: 16, 3: 4}) == [(1, "roll")]
    assert published(PAIR, {2: 16, 3: 5}) == [(1, "roll"), (2, "roll"), (3, "roll")]


def test_two_small_ones_hide_each_other():
    tree = [*PAIR, (4, 1)]

    assert published(tree, {2: 16, 3: 2, 4: 3}) == [(1, "roll"), (2, "roll")]


def test_direct_reports_are_a_cell_of_their_own():
    assert published(PAIR, {1: 5, 2: 5, 3: 5}) == [
        (1, "roll"),
        (1, "direct"),
        (2, "roll"),
        (3, "roll"),
    ]
    assert published(PAIR, {1: 4, 2: 5, 3: 1}) == [(1, "roll"), (2, "roll")]


def test_of_equal_choices_the_lowest_unit_wins():
    tree = [*PAIR, (4, 1)]

    assert published(tree, {2: 6, 3: 6, 4: 3}) == [(1, "roll"), (2, "roll")]
    assert published([(1, None), (3, 1), (2, 1), (4, 1)], {2: 6, 3: 6, 4: 3}) == [
        (1, "roll"),
        (2, "roll"),
    ]


def test_what_was_published_before_is_kept_where_there_is_a_choice():
    tree, inside = [*PAIR, (4, 1)], {2: 6, 3: 6, 4: 3}
    before = frozenset([CellId(3, "roll")])

    assert published(tree, inside, previous=before) == [(1, "roll"), (3, "roll")]


def test_the_company_outweighs_its_units_and_a_first_level_unit_those_below_it():
    tree = [*PAIR, *((unit, 2) for unit in range(10, 60))]
    inside = dict.fromkeys(range(10, 60), 5) | {2: 3}

    # For the company unit 2 gives way: the four of unit 3 hide with its three direct reports.
    assert published(tree, inside | {3: 4}) == [
        (1, "roll"),
        *((unit, "roll") for unit in range(10, 60)),
    ]
    # For unit 2 one of its fifty teams gives way to hide the three, the last of equals.
    assert published(tree, inside | {3: 5}) == [
        (1, "roll"),
        (2, "roll"),
        (3, "roll"),
        *((unit, "roll") for unit in range(10, 59)),
    ]


def test_weights():
    cells = cells_of(
        [TreeNode(1, None), TreeNode(2, 1), TreeNode(3, 2)],
        [CellId(1, "direct"), CellId(2, "roll")],
    )

    assert dict(zip(cells.ids, cells.weights, strict=True)) == {
        (1, "roll"): 2000,
        (1, "direct"): 3,
        (2, "roll"): 201,
        (2, "direct"): 2,
        (3, "roll"): 2,
    }


def test_fewer_than_k_publish_nothing():
    assert published(PAIR, {2: 2, 3: 2}) == []
    assert published(PAIR, {}) == []
    assert published([], {}) == []


def test_remainders_are_what_is_left():
    cells = cells_of([TreeNode(1, None), TreeNode(2, 1), TreeNode(3, 2)])
    own = own_of(cells, {1: 1, 2: 2, 3: 4})

    assert cells.ids == ((1, "roll"), (1, "direct"), (2, "roll"), (2, "direct"), (3, "roll"))
    assert remainders(cells, own, {0, 4}) == {0: 3, 4: 4}
    assert is_safe(cells, own, {0, 4}, 3)
    assert not is_safe(cells, own, {0, 4}, 4)
    assert is_safe(cells, own, {0, 2, 3, 4, 1}, 1)


def test_a_tree_as_deep_as_it_is_long_is_no_trouble():
    tree = [TreeNode(1, None), *(TreeNode(unit, unit - 1) for unit in range(2, 3001))]
    inside = {unit: (0, 0, 1, 3, 7)[unit * unit % 5] for unit in range(1, 3001)}
    cells = cells_of(tree)
    own = own_of(cells, inside)

    chosen = published_cells(cells, own, 5)

    assert is_safe(cells, own, chosen, 5)
    assert 0 in chosen


@pytest.mark.parametrize(
    "tree, words",
    [
        ([(1, None), (1, None)], "twice"),
        ([(1, None), (2, 7)], "no unit 7"),
        ([(1, None), (2, 3), (3, 2)], "circle"),
        ([(1, 1)], "circle"),
    ],
)
def test_a_broken_tree_is_refused(tree, words):
    with pytest.raises(ValueError, match=words):
        cells_of([TreeNode(*one) for one in tree])


def test_the_smallest_group_is_one_at_least():
    with pytest.raises(ValueError, match="1 or more"):
        published_cells(cells_of([TreeNode(1, None)]), [3], 0)
