"""How well statements hang together is told of a whole wave, and leads to nobody in it."""

import numpy as np
import pytest

from surveys.scoring import ItemKey, release
from surveys.scoring.cells import CellId
from surveys.scoring.coherence import SEED, coherence_figure
from surveys.scoring.reliability import alpha, item_rest, omega, spearman_brown
from surveys.scoring.scores import answer_array, score
from tests.surveys.scoring.instruments import AWB, AWT, SCALES
from tests.surveys.scoring.waves import ballots, random_wave, tree

WHOLE = CellId(1, "roll")
REVERSED = np.array([item.is_reversed for item in AWT])


def opinions(people, seed=5):
    """Answers with one thing behind them: what somebody thinks, and what each item adds."""
    rng = np.random.default_rng(seed)
    leaning = rng.normal(3.4, 0.7, (people, 1)) + rng.normal(0, 0.7, (people, len(AWT)))
    scores = np.clip(np.round(leaning), 1, 5)
    return np.where(REVERSED, 6 - scores, scores).astype(int)


def without(rows, *places):
    """The rows as answers; at each (person, item) of ``places`` nothing was said."""
    told = [[int(one) for one in row] for row in rows]
    for person, item in places:
        told[person][item] = None
    return told


def figure(rows, items=AWT, k=5):
    scores = score(answer_array(rows, len(items)), items)
    return coherence_figure(WHOLE, items, scores, k)


def test_figures_are_those_of_everybody_who_answered_everything():
    rows = without(opinions(130), *((person, person % 16) for person in range(16)))

    found = figure(rows)

    whole = np.array([row for row in rows if None not in row], dtype=float)
    whole = np.where(REVERSED, 6 - whole, whole)
    index = whole[np.lexsort(whole.T)][:, :14]
    expected = omega(index, seed=SEED)
    assert (found.unit, found.scope, found.subset, found.metric) == (1, "roll", "all", "coherence")
    assert (found.n, found.mean, found.sd, found.favourable) == (114, None, None, None)
    assert found.detail == {
        "omega": round(expected.value, 2),
        "omega_95": [round(expected.low, 2), round(expected.high, 2)],
        "seed": SEED,
        "item_rest": {
            item.key: round(one, 2) for item, one in zip(AWT, item_rest(index), strict=False)
        },
        "pairs": {
            scale: round(spearman_brown(whole[:, [2 * place, 2 * place + 1]]), 2)
            for place, scale in enumerate(SCALES)
        },
    }
    assert 0.7 < found.detail["omega_95"][0] < found.detail["omega"] < 1


def test_alpha_stands_in_where_no_factor_is_found(monkeypatch):
    monkeypatch.setattr("surveys.scoring.one_factor.SMALLEST_UNIQUENESS", 1.0)
    rows = opinions(120)

    found = figure(without(rows))

    expected = alpha(np.where(REVERSED, 6.0 - rows, rows)[:, :14])
    assert found.detail["alpha"] == round(expected.value, 2)
    assert found.detail["alpha_95"] == [round(expected.low, 2), round(expected.high, 2)]
    assert found.detail["why_alpha"] == "no_factor"
    assert not {"omega", "omega_95", "seed"} & found.detail.keys()


def test_limits_are_left_out_where_no_sample_has_any(monkeypatch):
    from surveys.scoring import coherence

    monkeypatch.setattr(coherence, "omega", lambda rows, seed: omega(rows, seed=seed, draws=1))
    monkeypatch.setattr(
        "surveys.scoring.reliability._drawn_anew", lambda *_, **__: np.zeros((1, 14, 14))
    )

    found = figure(without(opinions(120)))

    assert found.detail["omega"] > 0.7
    assert "omega_95" not in found.detail


@pytest.mark.parametrize("k, people, shown", [(5, 99, False), (5, 100, True), (101, 100, False)])
def test_it_is_told_of_a_hundred_people(k, people, shown):
    assert (figure(without(opinions(people)), k=k) is not None) is shown


@pytest.mark.parametrize("few", [1, 4, 5])
@pytest.mark.parametrize("item", [0, 15])
def test_nobody_follows_from_figures_of_those_who_answered_less(few, item):
    """Spreads of everybody else are published: besides, there are nobody or five."""
    rows = without(opinions(120), *((person, item) for person in range(few)))

    assert (figure(rows) is not None) is (few == 5)


def test_nobody_follows_from_who_answered_one_item_but_not_another():
    # Nine left something out; besides those who answered everything, one person answered UND1.
    gone = [(person, 2) for person in range(8)] + [(8, 0)]

    assert figure(without(opinions(120), *gone)) is None


@pytest.mark.parametrize("different", [0, 1, 4, 5])
def test_the_score_of_those_who_differ_does_not_follow(different):
    rows = opinions(120)
    rows[:, 3] = 3
    rows[:different, 3] = np.arange(different) % 2 * 3 + 1

    assert (figure(without(rows)) is not None) is (different == 5)


def test_a_spread_that_is_kept_back_does_not_follow():
    """Of an item with words for its share: fours and fives, and one three."""
    rows = opinions(120)
    rows[:, 3] = np.arange(120) % 2 + 4
    rows[0, 3] = 3
    assert figure(without(rows)) is None
    rows[1, 3] = 3
    assert figure(without(rows)) is not None


def test_equal_sums_have_no_figure():
    rows = opinions(120)
    rows[:, :14] = np.where(REVERSED[:14], 6, 0) + np.where(REVERSED[:14], -1, 1) * np.array(
        [[1 + (person + place) % 2 * 4 for place in range(14)] for person in range(120)]
    )

    assert figure(without(rows)) is None


def test_coefficients_under_nothing_are_nothing():
    rows = opinions(120)
    rows[:, 0], rows[:, 1] = np.arange(120) % 5 + 1, np.arange(120) % 5 + 1  # REL2 is turned round

    found = figure(without(rows))

    assert found.detail["pairs"]["REL"] == 0.0
    assert found.detail["item_rest"]["REL2"] < 0.3


def test_an_instrument_without_an_index_has_none():
    assert (
        figure([[1 + (person + place) % 5 for place in range(5)] for person in range(120)], AWB)
        is None
    )


def test_a_scale_of_one_item_is_no_pair():
    items = [
        ItemKey(item.key, "ONE" if place == 1 else item.scale, item.in_index, item.is_reversed)
        for place, item in enumerate(AWT)
    ]

    found = figure(without(opinions(120)), items)

    assert {"REL", "ONE"} & found.detail["pairs"].keys() == set()


def test_an_item_outside_all_scales_is_left_out():
    rows = without(opinions(120))
    items = [ItemKey("WHY", None, in_index=False, is_reversed=False), *AWT]

    # Nobody answered it but one, and nothing is told of it.
    found = figure([[5 if person == 0 else None, *row] for person, row in enumerate(rows)], items)

    assert found == figure(rows)


def test_the_order_of_people_changes_nothing():
    rows = without(opinions(120))

    assert figure(rows) == figure(rows[::-1])


def test_a_release_tells_it_of_the_whole_alone():
    nodes = tree((1, None), (2, 1), (3, 1))
    rows = without(opinions(240))
    answers = [*ballots(2, *rows[:130]), *ballots(3, *rows[130:])]

    found = release(tree=nodes, answers=answers, items=AWT, k=5)

    told = [cell for cell in found.cells if cell.metric == "coherence"]
    assert [(cell.unit, cell.scope, cell.n) for cell in told] == [(1, "roll", 240)]


@pytest.mark.parametrize("second", [120, 3])
def test_two_trees_are_no_whole(second):
    """Neither are those of one where nothing is published of the other."""
    rows = without(opinions(240))
    answers = [*ballots(1, *rows[second:]), *ballots(2, *rows[:second])]

    found = release(tree=tree((1, None), (2, None)), answers=answers, items=AWT, k=5)

    assert {cell.metric for cell in found.cells} >= {"index"}
    assert not [cell for cell in found.cells if cell.metric == "coherence"]


def test_small_waves_have_none():
    nodes, answers = random_wave(4, people=90)

    found = release(tree=nodes, answers=answers, items=AWT, k=5)

    assert not [cell for cell in found.cells if cell.metric == "coherence"]
