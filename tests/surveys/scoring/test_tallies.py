from collections import Counter

import numpy as np
import pytest

from surveys.scoring.tallies import Tally, attribute_tallies
from tests.surveys.scoring.derivable import few_who_leak
from tests.surveys.scoring.instruments import AWB
from tests.surveys.scoring.waves import ballots, random_wave, tree

ONE = tree((1, None))
TWO = tree((1, None), (2, 1), (3, 1))


def tallied(nodes, answers, codes, categories, k=5):
    return attribute_tallies(
        tree=nodes, answers=answers, codes=codes, categories=categories, items=AWB, k=k
    )


def various(count):
    return [tuple(1 + (person + place) % 5 for place in range(5)) for person in range(count)]


def blocks(found):
    return sorted({one.block for one in found})


def test_answers_are_counted_by_category():
    answers = ballots(1, *various(60))
    codes = [(person % 2,) for person in range(60)]

    found = tallied(ONE, answers, codes, [2])

    wanted = Counter(
        (1, 0, code, item.key, ballot.answers[place])
        for ballot, code in zip(answers, codes, strict=True)
        for place, item in enumerate(AWB)
    )
    assert found == sorted(Tally(*key, count) for key, count in wanted.items())


def test_a_block_has_fifty_people():
    def found(people):
        return tallied(ONE, ballots(1, *various(people)), [(n % 2,) for n in range(people)], [2])

    assert found(49) == []
    assert blocks(found(50)) == [1]
    assert tallied(ONE, [], [], [2]) == []


def test_who_could_not_say_is_counted_as_nought():
    rows = various(60)
    rows[0] = (None, *rows[0][1:])

    found = tallied(ONE, ballots(1, *rows), [(n % 2,) for n in range(60)], [2])

    assert [one for one in found if one.value == 0] == [Tally(1, 0, (0,), "NOW", 0, 1)]


def test_a_category_with_few_valid_answers_loses_the_item():
    # Category 1 has 12 people, of whom 9 have an opinion on NOW.
    rows = various(60)
    for place in (0, 1, 2):
        rows[place] = (None, *rows[place][1:])
    codes = [(int(person < 12),) for person in range(60)]

    found = tallied(ONE, ballots(1, *rows), codes, [2])

    assert {one.item for one in found} == {"HLP", "WOR", "PRE", "ASK"}


def test_an_item_without_a_distribution_is_in_no_table():
    rows = [(4, *row[1:]) for row in various(60)]

    found = tallied(ONE, ballots(1, *rows), [(n % 2,) for n in range(60)], [2])

    assert {one.item for one in found} == {"HLP", "WOR", "PRE", "ASK"}


def test_a_unit_below_is_a_block_where_it_gives_nothing_away():
    # Both units of both sites: unit 2 may have the table too, and unit 3 is what is left.
    def found(in_third):
        answers = ballots(2, *various(60)) + ballots(3, *various(40))
        codes = [(n % 2,) for n in range(60)] + [(int(n < in_third),) for n in range(40)]
        return blocks(tallied(TWO, answers, codes, [2]))

    assert found(20) == [1, 2]
    assert found(0) == [1, 2]  # unit 3 is all of site 0, which its own figures say
    assert found(3) == [1]  # the company's less unit 2's would be three people's


def test_a_unit_with_few_of_a_category_is_no_block():
    answers = ballots(2, *various(60)) + ballots(3, *various(60))
    codes = [(int(n < 9),) for n in range(60)] + [(n % 2,) for n in range(60)]

    assert blocks(tallied(TWO, answers, codes, [2])) == [1, 3]


def test_units_of_different_trees_have_tables_of_their_own():
    nodes = tree((1, None), (2, None))
    answers = ballots(1, *various(60)) + ballots(2, *various(60))
    # In unit 2 the third category is too small to stand alone.
    codes = [(n % 3,) for n in range(60)] + [(min(n % 12, 2),) for n in range(60)]

    found = tallied(nodes, answers, codes, [3])

    assert {one.group for one in found if one.block == 1} == {(0,), (1,), (2,)}
    assert {one.group for one in found if one.block == 2} == {(0, 1), (2,)}


def test_an_attribute_of_one_category_has_no_table():
    answers = ballots(1, *various(60))

    assert tallied(ONE, answers, [(0,)] * 60, [1]) == []
    both = tallied(ONE, answers, [(0, n % 2) for n in range(60)], [1, 2])
    assert {one.attribute for one in both} == {1}


@pytest.mark.parametrize("seed", range(6))
def test_nothing_about_few_people_follows_from_tables_and_atoms(seed):
    rng = np.random.default_rng(seed)
    nodes, answers = random_wave(seed, people=220, units=5, missing=0.02, items=AWB)
    codes = [(int(one.unit % 2 if rng.random() < 0.8 else rng.integers(2)),) for one in answers]
    parent = {node.unit: node.parent for node in nodes}

    found = tallied(nodes, answers, codes, [2])

    def inside(block, unit):
        while unit not in (None, block):
            unit = parent[unit]
        return unit == block

    for place, item in enumerate(AWB):
        kinds = Counter(
            (ballot.unit, code[0])
            for ballot, code in zip(answers, codes, strict=True)
            if ballot.answers[place] is not None
        )
        names = sorted(kinds)
        shown = sorted({(one.block, one.group) for one in found if one.item == item.key})
        sums = [
            [float(inside(block, unit) and code in group) for unit, code in names]
            for block, group in shown
        ]
        # Every unit's own people count as known, which is more than is published.
        sums += [[float(unit == node.unit) for unit, _ in names] for node in nodes]
        people = [(name, kinds[name]) for name in names]
        assert few_who_leak(sums, people, 5) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_ballots_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    nodes, answers = random_wave(seed, people=220, units=5, items=AWB)
    codes = [(int(rng.integers(3)), one.unit % 2) for one in answers]
    order = rng.permutation(len(answers))

    shuffled = tallied(nodes, [answers[n] for n in order], [codes[n] for n in order], [3, 2])

    assert shuffled == tallied(nodes, answers, codes, [3, 2])
