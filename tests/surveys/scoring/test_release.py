import math
from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose

from surveys.choices import CellScope, Subset
from surveys.models import FLOOR, ReleasedCell
from surveys.scoring import CellId, TreeNode, release
from surveys.scoring.figures import Cell
from surveys.scoring.scores import answer_array, score
from tests.surveys.scoring.instruments import AWB, AWT, SCALES, answered
from tests.surveys.scoring.waves import ballots, random_wave, tree

ONE = tree((1, None))
TWO = tree((1, None), (2, 1), (3, 1))


def released(nodes, answers, items=AWT, k=5, previous=frozenset()):
    return release(tree=nodes, answers=answers, items=items, k=k, previous=previous)


def cell(found, metric, unit=1, scope="roll", subset="all"):
    (one,) = [
        cell
        for cell in found.cells
        if (cell.unit, cell.scope, cell.subset, cell.metric) == (unit, scope, subset, metric)
    ]
    return one


def metrics(found, unit=1, scope="roll"):
    return [one.metric for one in found.cells if (one.unit, one.scope) == (unit, scope)]


def various(count, items=AWT, low=2, high=5):
    """Answers that agree on nothing: item by item from ``low`` to ``high`` in turn."""
    return [
        tuple(low + (person * 3 + place) % (high - low + 1) for place in range(len(items)))
        for person in range(count)
    ]


def test_a_cell_has_the_columns_of_the_table():
    columns = {field.name for field in ReleasedCell._meta.fields} - {"id", "wave"}

    assert [field.name for field in fields(Cell)] == [
        field.name for field in ReleasedCell._meta.fields if field.name not in ("id", "wave")
    ]
    assert len(columns) == len(fields(Cell))
    longest = ReleasedCell._meta.get_field("metric").max_length
    assert all(len(one.metric) <= longest for one in released(ONE, ballots(1, *various(40))).cells)


def test_words_are_those_of_the_database():
    found = released(*random_wave(3, people=400, careless=0.4))

    assert {one.scope for one in found.cells} == set(CellScope.values)
    assert {one.subset for one in found.cells} == set(Subset.values)
    assert FLOOR == 5


def test_one_group_has_every_metric():
    found = released(ONE, ballots(1, *various(40)))

    assert metrics(found)[0] == "respondents"
    assert set(metrics(found)) == {
        "respondents",
        "index",
        "quadrants",
        "careless",
        *(f"scale:{name}" for name in SCALES),
        *(f"item:{item.key}" for item in AWT),
    }
    assert found.published == [(1, "roll")]
    assert found.atom_of == [0] * 40


def test_figures_of_a_group_are_those_of_its_people():
    rows = various(40)
    found = released(ONE, ballots(1, *rows))
    scores = score(answer_array(rows, 16), AWT)

    for metric, values in (
        ("index", scores.index),
        ("scale:REL", scores.scales["REL"]),
        ("item:REL2", scores.items[:, 1]),
    ):
        one = cell(found, metric)
        sd = np.std(values, ddof=1)
        assert one.n == 40
        assert_allclose([one.mean, one.sd], [values.mean(), sd])
        reach = 2.022690920036762 * sd / math.sqrt(40)  # R: qt(0.975, 39)
        assert_allclose([one.low, one.high], [values.mean() - reach, values.mean() + reach])
        if one.favourable is not None:
            assert one.favourable == (values >= 4).mean()
    shares = cell(found, "item:REL2")
    assert shares.favourable == 0.25
    assert_allclose(shares.detail["favourable_95"], [0.14187, 0.40194], atol=1e-5)


def test_single_items_have_no_index():
    found = released(ONE, ballots(1, *various(40, AWB)), AWB)

    assert metrics(found) == ["respondents", *(f"item:{item.key}" for item in AWB)]


def test_fewer_than_k_publish_nothing():
    few = released(ONE, ballots(1, *various(4)))

    assert (few.cells, few.published, few.atom_of) == ([], [], [-1] * 4)
    assert released(ONE, []).cells == []
    assert released(ONE, ballots(1, *various(7)), k=8).cells == []
    assert released(ONE, ballots(1, *various(8)), k=8).published == [(1, "roll")]


def test_ballots_go_to_the_smallest_published_group():
    answers = ballots(2, *various(9)) + ballots(3, *various(3)) + ballots(1, *various(4))

    found = released(TWO, answers)

    assert found.published == [CellId(1, "roll"), CellId(2, "roll")]
    assert found.atom_of == [1] * 9 + [0] * 7


def test_what_was_published_before_is_preferred():
    answers = ballots(2, *various(6)) + ballots(3, *various(6)) + ballots(4, *various(3))
    nodes = [*TWO, TreeNode(4, 1)]

    assert released(nodes, answers).published == [(1, "roll"), (2, "roll")]
    before = frozenset([CellId(3, "roll")])
    assert released(nodes, answers, previous=before).published == [(1, "roll"), (3, "roll")]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed):
    nodes, answers = random_wave(seed, people=200, units=15)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(answers))

    found = released(nodes, answers)
    again = released(
        [nodes[place] for place in rng.permutation(len(nodes))],
        [answers[place] for place in order],
    )

    assert repr(again.cells) == repr(found.cells)
    assert again.published == found.published
    assert again.atom_of == [found.atom_of[place] for place in order]


def test_small_groups_have_a_mean_alone():
    nine, ten = released(ONE, ballots(1, *various(9))), released(ONE, ballots(1, *various(10)))

    small, large = cell(nine, "index"), cell(ten, "index")
    assert small.detail["small_group"] is True
    assert (small.low, small.high, small.sd) == (None, None, None)
    assert small.mean is not None
    assert "small_group" not in large.detail
    assert None not in (large.low, large.high, large.sd)
    assert cell(nine, "respondents").detail == {"small_group": True}
    assert cell(ten, "respondents").detail == {}
    assert "favourable_95" not in cell(nine, "item:REL1").detail
    assert "favourable_95" in cell(ten, "item:REL1").detail


def test_distributions_are_shown_from_ten_as_they_were_answered():
    nine, ten = released(ONE, ballots(1, *various(9))), released(ONE, ballots(1, *various(10)))
    raw = [row[1] for row in various(10)]

    assert "distribution" not in cell(nine, "item:REL2").detail
    assert cell(ten, "item:REL2").detail["distribution"] == [raw.count(n) for n in range(1, 6)]
    assert cell(ten, "item:REL2").mean == pytest.approx(np.mean([6 - one for one in raw]))
    # A larger k is the larger of the two.
    eleven = released(ONE, ballots(1, *various(11)), k=11)
    assert sum(cell(eleven, "item:REL2").detail["distribution"]) == 11


def with_scores(*scores, place=0):
    """One answer sheet for each score of item REL1; the other answers vary."""
    return [
        (*row[:place], one, *row[place + 1 :])
        for row, one in zip(various(len(scores)), scores, strict=True)
    ]


@pytest.mark.parametrize(
    "scores, words",
    [
        ([5] * 5 + [4] * 7, "nearly_all"),
        ([5] * 5 + [4] * 6 + [3], "nearly_all"),
        ([5] * 5 + [4] * 5 + [3, 3], None),
        ([3] * 10 + [4, 4], None),
        ([3] * 11 + [4], "nearly_none"),
        ([3] * 5 + [1] * 7, "nearly_none"),
    ],
)
def test_one_sided_groups_have_words_in_place_of_a_share(scores, words):
    one = cell(released(ONE, ballots(1, *with_scores(*scores))), "item:REL1")

    assert one.detail.get("favourable") == words
    assert one.mean == pytest.approx(np.mean(scores))
    if words:
        assert (one.favourable, one.sd, one.low, one.high) == (None, None, None, None)
        assert not {"distribution", "favourable_95"} & one.detail.keys()
    else:
        assert one.favourable == sum(score >= 4 for score in scores) / 12
        assert one.detail["distribution"] == [scores.count(n) for n in range(1, 6)]


@pytest.mark.parametrize(
    "scores, words",
    [
        ([5] * 8 + [4] * 2, "4.8_or_higher"),
        ([5] * 7 + [4] * 3, None),
        ([1] * 8 + [2] * 2, "1.2_or_lower"),
        ([1] * 7 + [2] * 3, None),
        ([5] * 29, "4.8_or_higher"),
        ([5] * 30, None),
        # Two on the other side, so it is not one-sided; still no mean and nothing to count it from.
        ([5] * 27 + [3] * 2, "4.8_or_higher"),
    ],
)
def test_a_mean_at_the_end_of_the_scale_has_words_under_thirty(scores, words):
    one = cell(released(ONE, ballots(1, *with_scores(*scores))), "item:REL1")

    assert one.detail.get("mean") == words
    assert (one.mean is None) == bool(words)
    if words:
        assert (one.low, one.high, one.sd) == (None, None, None)
        assert "distribution" not in one.detail


def test_nobody_s_score_is_told_by_the_spread():
    # All but one index is exactly 4: mean and spread would say so.
    rows = [answered(4)] * 11 + [answered(3)]
    one = cell(released(ONE, ballots(1, *rows)), "index")

    assert one.mean == pytest.approx(47 / 12)
    assert (one.sd, one.low, one.high) == (None, None, None)


def missing(rows, count, place):
    return [
        (*row[:place], None, *row[place + 1 :]) if number < count else row
        for number, row in enumerate(rows)
    ]


@pytest.mark.parametrize("silent, often", [(0, False), (8, False), (9, True)])
def test_who_could_not_say_is_a_result(silent, often):
    one = cell(released(ONE, ballots(1, *missing(various(40), silent, 4))), "item:CTL1")

    assert one.n == 40 - silent
    assert one.detail["cannot_say"] == silent / 40
    assert one.detail.get("often_cannot_say", False) is often


def test_a_metric_with_fewer_answers_is_hidden_by_itself():
    # Unit 3 has 5 respondents, of whom 4 answer REL1.
    answers = ballots(2, *various(12)) + ballots(3, *missing(various(5), 1, 0))

    found = released(TWO, answers)

    assert found.published == [(1, "roll"), (2, "roll"), (3, "roll")]
    assert "item:REL1" not in metrics(found, unit=3)
    assert "item:REL1" not in metrics(found, unit=2)  # 16 less 12 would be the four
    assert cell(found, "item:REL1").n == 16
    assert "item:UND1" in metrics(found, unit=3)


def quadrant_rows(*counts):
    """High or low on WIL and CAL."""
    ends = [(5, 5), (5, 2), (2, 5), (2, 2)]
    rows = []
    for (relies, checks), count in zip(ends, counts, strict=True):
        rows += [
            (*various(count)[place][:12], relies, relies, checks, 6 - checks)
            for place in range(count)
        ]
    return rows


def test_quadrants_are_shown_from_thirty():
    found = released(ONE, ballots(1, *quadrant_rows(12, 3, 9, 6)))

    one = cell(found, "quadrants")
    assert one.n == 30
    assert one.detail["shares"] == {
        "calibrated": 0.4,
        "over_reliant": 0.1,
        "cautious": 0.3,
        "withdrawn": 0.2,
    }
    assert (one.mean, one.favourable) == (None, None)
    assert "quadrants" not in metrics(released(ONE, ballots(1, *quadrant_rows(12, 3, 9, 5))))


@pytest.mark.parametrize(
    "counts, words",
    [((29, 1, 0, 0), "calibrated"), ((0, 0, 0, 30), "withdrawn"), ((28, 2, 0, 0), None)],
)
def test_a_quadrant_nearly_all_are_in_has_words(counts, words):
    one = cell(released(ONE, ballots(1, *quadrant_rows(*counts))), "quadrants")

    assert one.detail.get("nearly_all") == words
    assert ("shares" in one.detail) is (words is None)


def test_quadrants_of_thirty_do_not_give_away_those_of_fewer():
    # 29 beside 30: the company's less the unit's would be theirs.
    answers = ballots(2, *quadrant_rows(12, 3, 9, 6)) + ballots(3, *quadrant_rows(10, 4, 9, 6))

    found = released(TWO, answers)

    assert [one.unit for one in found.cells if one.metric == "quadrants"] == [1]


def careless_rows(careful, flagged):
    return various(careful) + [(4,) * 16] * flagged


@pytest.mark.parametrize(
    "flagged, shown", [(0, True), (1, False), (4, False), (5, True), (6, True)]
)
def test_the_careful_are_shown_where_the_others_are_none_or_k(flagged, shown):
    found = released(ONE, ballots(1, *careless_rows(40, flagged)))

    careful = [one for one in found.cells if one.subset == "careful"]
    assert [(one.metric, one.n) for one in careful] == ([("index", 40)] if shown else [])
    if shown:
        scores = score(answer_array(various(40), 16), AWT).index
        assert careful[0].mean == pytest.approx(scores.mean())
        assert careful[0].favourable is None
        assert None not in (careful[0].low, careful[0].high, careful[0].sd)


def test_the_careful_are_thirty_at_least():
    assert [one.subset for one in released(ONE, ballots(1, *careless_rows(29, 6))).cells].count(
        "careful"
    ) == 0
    assert [one.subset for one in released(ONE, ballots(1, *careless_rows(30, 6))).cells].count(
        "careful"
    ) == 1


def test_the_careful_of_a_unit_do_not_give_away_the_others_beside_it():
    # 8 careless in the company, 5 in unit 2: three in unit 3 would follow.
    answers = ballots(2, *careless_rows(40, 5)) + ballots(3, *careless_rows(40, 3))

    found = released(TWO, answers)

    assert [one.unit for one in found.cells if one.subset == "careful"] == [1]


@pytest.mark.parametrize(
    "flagged, detail",
    [
        (0, {"words": "nearly_none"}),
        (1, {"words": "nearly_none"}),
        (2, {"share": 0.05}),
        (40, {"words": "nearly_all"}),
    ],
)
def test_the_share_of_careless_answers(flagged, detail):
    found = released(ONE, ballots(1, *careless_rows(40 - flagged, flagged)))

    assert cell(found, "careless").detail == detail
    assert cell(found, "careless").n == 40
    assert "careless" not in metrics(released(ONE, ballots(1, *careless_rows(20, 9))))


def test_a_share_that_would_follow_is_kept_back():
    # Unit 3 is one-sided on REL1: company less unit 2 would say how far.
    answers = ballots(2, *with_scores(*[2, 3] * 4, *[4, 5] * 4)) + ballots(
        3, *with_scores(4, 4, 5, 5, 3)
    )

    found = released(TWO, answers)

    assert cell(found, "item:REL1", unit=3).detail["favourable"] == "nearly_all"
    assert cell(found, "item:REL1").favourable == 12 / 21
    beside = cell(found, "item:REL1", unit=2)
    assert beside.favourable is None
    assert not {"favourable", "favourable_95", "distribution"} & beside.detail.keys()
    assert beside.mean == pytest.approx(3.5)


def test_a_mean_that_would_follow_is_kept_back():
    answers = ballots(2, *with_scores(*[2, 3] * 4, *[4, 5] * 4)) + ballots(
        3, *with_scores(5, 5, 5, 5, 5)
    )

    found = released(TWO, answers)

    assert cell(found, "item:REL1", unit=3).detail["mean"] == "4.8_or_higher"
    assert cell(found, "item:REL1").mean == pytest.approx((56 + 25) / 21)
    assert cell(found, "item:REL1", unit=2).mean is None
    assert cell(found, "item:REL1", unit=2).n == 16


def test_one_person_s_answer_does_not_follow_from_a_scale_and_its_items():
    # 2 x scale less both items would be the answer to REL1 of the one who left REL2 out.
    found = released(ONE, ballots(1, *missing(various(12), 1, 1)))

    assert cell(found, "index").mean is not None
    assert cell(found, "item:REL1").mean is not None
    kept_back = cell(found, "item:REL2")
    assert (kept_back.n, kept_back.mean, kept_back.sd) == (11, None, None)
    assert "distribution" not in kept_back.detail
    many = released(ONE, ballots(1, *missing(various(20), 5, 1)))
    assert cell(many, "item:REL2").mean is not None
    assert cell(many, "scale:REL").mean is not None


def test_one_person_s_sum_does_not_follow_from_the_index_and_the_scales():
    # One answers nothing on TRN: index and seven scales would tell a sum of theirs. The first
    # scale with fewest gaps gives way.
    rows = various(12)
    rows[0] = (*rows[0][:10], None, None, *rows[0][12:])

    found = released(ONE, ballots(1, *rows))

    assert cell(found, "index").mean is not None
    assert [
        one.metric
        for one in found.cells
        if one.n > 10 and one.mean is None and "mean" not in one.detail
    ] == ["respondents", "scale:REL", "item:REL1", "item:REL2"]


@pytest.mark.parametrize("k", [-1, 0, 4])
def test_no_group_under_five_is_ever_shown(k):
    with pytest.raises(ValueError, match="under 5"):
        released(ONE, ballots(1, *various(9)), k=k)


def test_a_scale_has_one_item_or_two():
    single = [item._replace(scale=item.key) for item in AWT[:14]] + AWT[14:]
    rows = missing(various(12), 1, 1)

    found = released(ONE, ballots(1, *rows), single)

    assert cell(found, "scale:REL2").n == 11
    three = [item._replace(scale="REL") if item.scale == "UND" else item for item in AWT]
    with pytest.raises(ValueError, match="scale of 4 items"):
        released(ONE, ballots(1, *rows), three)


def test_what_is_not_of_the_wave_is_refused():
    with pytest.raises(ValueError, match="unit 7, which is not in the tree"):
        released(ONE, ballots(7, *various(9)))
    with pytest.raises(ValueError, match="15 values for 16"):
        released(ONE, ballots(1, (3,) * 15))
    with pytest.raises(ValueError, match="1 to 5"):
        released(ONE, ballots(1, (6,) * 16))
