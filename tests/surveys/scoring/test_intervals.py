import math

import numpy as np
import pytest
from scipy import stats

from surveys.scoring.intervals import (
    Change,
    Group,
    change,
    marked,
    mean_interval,
    share_interval,
    smallest_detectable_change,
)


def group(values):
    return Group(len(values), float(np.mean(values)), float(np.std(values, ddof=1)))


def test_a_mean_has_a_t_interval():
    values = [2, 3, 3, 4, 4, 4, 5, 3, 2, 3]
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)

    assert mean_interval(group(values)) == pytest.approx((low, high))
    assert mean_interval(group(values), level=0.5)[0] > low


def test_a_mean_s_interval_ends_with_the_answers():
    assert mean_interval(Group(5, 4.6, 0.9)).high == 5
    assert mean_interval(Group(5, 1.4, 0.9)).low == 1
    assert mean_interval(Group(5, 5.5, 0.9), highest=6).high == 6
    assert mean_interval(Group(5, 0.5, 0.9), lowest=0).low == 0


@pytest.mark.parametrize(
    "bad", [Group(1, 3, 0), Group(9, math.nan, 1), Group(9, 3, -1), Group(9, 3, math.inf)]
)
def test_what_is_no_group_has_no_interval(bad):
    with pytest.raises(ValueError, match=r"two people|finite"):
        mean_interval(bad)
    with pytest.raises(ValueError, match=r"two people|finite"):
        change(Group(9, 3, 1), bad)
    with pytest.raises(ValueError, match=r"two people|finite"):
        change(bad, Group(9, 3, 1))


# Wilson's limits as published for these shares, e.g. by statsmodels' proportion_confint.
@pytest.mark.parametrize(
    "count, n, low, high",
    [
        (0, 5, 0, 0.4344825),
        (5, 5, 0.5655175, 1),
        (9, 12, 0.4676947, 0.9110583),
        (60, 100, 0.5020026, 0.6905987),
    ],
)
def test_a_share_has_a_wilson_interval(count, n, low, high):
    found = share_interval(count, n)

    assert found == pytest.approx((low, high), abs=1e-7)
    assert 0 <= found.low <= count / n <= found.high <= 1


@pytest.mark.parametrize("count, n", [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_is_refused(count, n):
    with pytest.raises(ValueError, match="no share"):
        share_interval(count, n)


@pytest.mark.parametrize("level", [0, 1, -1])
def test_a_level_is_between_0_and_1(level):
    for call in (
        lambda: mean_interval(Group(9, 3, 1), level=level),
        lambda: share_interval(3, 9, level=level),
        lambda: change(Group(9, 3, 1), Group(9, 3, 1), level=level),
    ):
        with pytest.raises(ValueError, match="level"):
            call()


def test_a_change_is_welch_s_with_hedges_g():
    rng = np.random.default_rng(5)
    before, after = rng.normal(3, 0.5, 40), rng.normal(3.6, 0.9, 25)
    welch = stats.ttest_ind(after, before, equal_var=False)
    low, high = welch.confidence_interval(0.95)

    found = change(group(before), group(after))

    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.df, found.p) == pytest.approx((welch.df, welch.pvalue))
    pooled = math.sqrt((39 * before.var(ddof=1) + 24 * after.var(ddof=1)) / 63)
    assert found.hedges_g == pytest.approx((after.mean() - before.mean()) / pooled * (1 - 3 / 251))
    back = change(group(after), group(before))
    assert (back.difference, back.words) == (pytest.approx(-found.difference), "down")


@pytest.mark.parametrize(
    "difference, sd, words",
    [
        (0.3, 0.5, "up"),
        (-0.3, 0.5, "down"),
        (0.25, 0.5, "up"),
        (0.19, 0.1, "no clear change"),  # sure, and too small to matter
        (-0.19, 0.1, "no clear change"),
        (0.3, 2.0, "no clear change"),  # large, and not sure
        (0.0, 0.5, "no clear change"),
    ],
)
def test_words_of_a_change(difference, sd, words):
    assert change(Group(100, 3, sd), Group(100, 3 + difference, sd)).words == words


def test_a_change_of_two_tenths_counts():
    assert change(Group(100, 0.0, 0.1), Group(100, 0.2, 0.1)).words == "up"


def test_a_change_without_any_spread_is_what_it_is():
    same = change(Group(9, 3, 0), Group(9, 3, 0))
    moved = change(Group(9, 3, 0), Group(9, 4, 0))

    assert same == Change(0, 0, 0, 16, 1, 0, "no clear change")
    assert moved == Change(1, 1, 1, 16, 0, math.inf, "up")


def changes(count, p):
    return [Change(0.5, 0.1, 0.9, 30, p, 0.4, "up")] * count


def test_many_changes_on_a_page_are_held_to_five_percent():
    # 21 comparisons: the one at 0.04 passes alone, not among them.
    unclear = [Change(0.1, -0.1, 0.3, 30, 0.5, 0.1, "no clear change")]
    assert [one.words for one in marked([*changes(1, 0.04), *unclear * 20])] == [
        "no clear change"
    ] * 21
    assert marked([*changes(1, 0.04), *unclear * 19])[0].words == "up"
    assert marked([*changes(1, 0.001), *unclear * 20])[0].words == "up"
    assert marked([*changes(1, 0.04), *unclear * 20])[0].difference == 0.5
    assert marked([]) == []


# The method's own table for a spread of 0.9.
@pytest.mark.parametrize(
    "n, seen", [(5, 1.12), (10, 0.79), (20, 0.56), (30, 0.46), (50, 0.35), (100, 0.25), (300, 0.14)]
)
def test_smallest_change_that_can_be_seen(n, seen):
    assert round(smallest_detectable_change(0.9, n, n), 2) == seen


@pytest.mark.parametrize("wrong", [(0.9, 0, 5), (0.9, 5, 0), (-0.1, 5, 5), (math.nan, 5, 5)])
def test_a_change_needs_two_groups(wrong):
    with pytest.raises(ValueError, match="two groups"):
        smallest_detectable_change(*wrong)
