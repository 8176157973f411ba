"""Words of published figures: whichever way they fall, and nothing for what is hidden."""

import pytest

from surveys.models import ReleasedCell
from surveys.queries import UnitResult
from surveys.views.result_charts import _map_cell, _row, leans_more, quadrants
from surveys.views.result_words import (
    change_of,
    change_words,
    changes_of,
    favourable_words,
    figure_of,
    headline,
    mean_words,
    visible_change_words,
)


def cell(metric="index", n=20, mean=3.6, low=3.3, high=3.9, sd=0.6, **more):
    return ReleasedCell(metric=metric, n=n, mean=mean, low=low, high=high, sd=sd, **more)


def unit(figures=(), earlier=(), rate=0.8):
    return UnitResult(
        unit=1,
        name="Batch release",
        depth=0,
        invited=25,
        response_rate=rate,
        figures={one.metric: one for one in figures},
        direct={},
        careful={},
        earlier={one.metric: one for one in earlier},
    )


RESPONDENTS = cell("respondents", mean=None)


@pytest.mark.parametrize(
    "index, words",
    [
        (cell(), "On the whole, those who do the work trust the new way."),
        (cell(favourable=0.5), "On the whole, those who do the work trust the new way."),
        (cell(favourable=0.49), "lean towards trusting the new way; fewer than half clearly do."),
        (cell(detail={"favourable": "nearly_none"}), "lean towards trusting the new way"),
        (cell(low=2.1, high=2.9), "On the whole, those who do the work do not trust the new way."),
        (cell(low=2.9, high=3.4), "is open: both fit the answers."),
        (cell(n=7, low=None, high=None, detail={"small_group": True}), "A small group answered"),
        (
            cell(mean=None, low=None, high=None, detail={"mean": "4.8_or_higher"}),
            "trust the new way.",
        ),
        (cell(mean=None, low=None, high=None, detail={"mean": "1.2_or_lower"}), "do not trust"),
        (None, "The trust index of this group is hidden"),
    ],
)
def test_headline_says_what_the_interval_bears(index, words):
    told = headline(unit([RESPONDENTS, *([index] if index else [])]))

    assert words in told.sentence


def test_headline_of_a_hidden_group_tells_nothing():
    told = headline(unit(rate=None))

    assert (told.sentence, told.figure, told.response) == (
        "The result of this group is hidden to protect people.", None, ""
    )  # fmt: skip


@pytest.mark.parametrize("rate, care", [(0.59, True), (0.6, False), (None, False)])
def test_few_answers_are_read_with_care(rate, care):
    assert headline(unit([RESPONDENTS, cell()], rate=rate)).care is care


def test_words_stand_in_place_of_figures_that_would_tell_too_much():
    told = cell(
        mean=None, favourable=None, detail={"mean": "1.2_or_lower", "favourable": "nearly_none"}
    )

    assert (mean_words(told), favourable_words(told)) == ("1.2 or lower", "nearly none")
    assert figure_of(None) is None


@pytest.mark.parametrize(
    "before, now, words",
    [
        (3.0, 3.8, "Up by 0.8 (95% interval"),
        (3.8, 3.0, "Down by 0.8 (95% interval"),
        (3.5, 3.6, "No clear change (95% interval"),
    ],
)
def test_change_is_told_with_its_interval(before, now, words):
    earlier, figures = {"index": cell(mean=before, n=40)}, {"index": cell(mean=now, n=40)}

    assert change_words(change_of(earlier, figures, "index")).startswith(words)


@pytest.mark.parametrize(
    "before, now",
    [
        (None, cell()),
        (cell(), None),
        (cell(n=9), cell()),
        (cell(), cell(mean=None)),
        (cell(sd=None), cell()),
    ],
)
def test_no_change_is_told_from_a_hidden_or_small_end(before, now):
    earlier = {"index": before} if before else {}
    figures = {"index": now} if now else {}

    assert change_words(change_of(earlier, figures, "index")) == ""


@pytest.mark.parametrize("unmoved, words", [(19, "up"), (20, "no clear change")])
def test_of_more_than_twenty_changes_one_alone_may_be_chance(unmoved, words):
    """With p = 0.04 it stands by itself, and not among twenty others."""
    metrics = [f"item:{number}" for number in range(unmoved + 1)]
    earlier = {metric: cell(metric, mean=3.0, n=20) for metric in metrics}
    figures = {metric: cell(metric, mean=3.0, n=20) for metric in metrics}
    figures["item:0"] = cell("item:0", mean=3.4, n=20)
    assert change_of(earlier, figures, "item:0").words == "up"

    found = changes_of(earlier, figures, [*metrics, "hidden"])

    assert list(found) == metrics
    assert found["item:0"].words == words


def test_smallest_change_that_could_be_seen():
    assert visible_change_words(cell(n=30, sd=0.9), None) == (
        "With 30 people, changes under 0.5 cannot be seen."
    )
    assert visible_change_words(cell(n=9), None) == ""


def test_a_mean_that_is_kept_back_reads_like_any_hidden_figure():
    kept_back = cell("item:REL1", mean=None, low=None, high=None, sd=None)

    assert figure_of(kept_back) is None
    assert _map_cell(kept_back, "Reliability") is None
    row = _row("The statement.", kept_back, None)
    assert (row.shares, row.instead) == (None, "")


def shares(over_reliant):
    told = {"calibrated": 0.5, "over_reliant": over_reliant, "cautious": 0.1, "withdrawn": 0.1}
    return cell("quadrants", n=40, mean=None, detail={"shares": told})


@pytest.mark.parametrize(
    "before, now, mean, warned",
    [(0.1, 0.3, 4.4, True), (0.3, 0.1, 4.4, False), (0.1, 0.3, 3.0, False)],
)
def test_trust_that_rises_with_unchecked_reliance_is_a_warning(before, now, mean, warned):
    of = unit([cell(n=40, mean=mean), shares(now)], [cell(n=40, mean=3.0), shares(before)])

    moved = change_of(of.earlier, of.figures, "index")

    assert leans_more(of, moved) is warned


def nearly(key):
    return cell("quadrants", n=40, mean=None, detail={"nearly_all": key})


@pytest.mark.parametrize(
    "before, now, warned",
    [
        (shares(0.3), nearly("over_reliant"), True),
        (nearly("calibrated"), shares(0.3), True),
        (nearly("calibrated"), nearly("over_reliant"), True),
        (nearly("over_reliant"), shares(0.3), False),
        (nearly("over_reliant"), nearly("over_reliant"), False),
        (shares(0.3), nearly("calibrated"), False),
        (nearly("cautious"), nearly("calibrated"), False),
        (None, nearly("over_reliant"), False),
        (nearly("calibrated"), None, False),
    ],
)
def test_words_in_place_of_shares_warn_too(before, now, warned):
    of = unit(
        [cell(n=40, mean=4.4), *([now] if now else [])],
        [cell(n=40, mean=3.0), *([before] if before else [])],
    )

    assert leans_more(of, change_of(of.earlier, of.figures, "index")) is warned


def test_quadrants_are_hidden_or_told_in_words():
    told = quadrants(unit([nearly("calibrated")]))

    assert quadrants(unit()) is None
    assert [one.share for one in told] == ["nearly all", *["nearly none"] * 3]


def test_the_earlier_quadrants_are_told_in_the_same_words():
    words_before, shares_before, hidden_before = (
        [one.before for one in quadrants(unit([shares(0.3)], earlier))]
        for earlier in ([nearly("cautious")], [shares(0.1)], [])
    )

    assert words_before == ["nearly none", "nearly none", "nearly all", "nearly none"]
    assert shares_before == ["50%", "10%", "10%", "10%"]
    assert hidden_before == [""] * 4
