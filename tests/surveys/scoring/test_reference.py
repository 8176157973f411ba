"""Figures of R's psych and factanal on 2,800 real answers (bfi), and ten reference trees."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from surveys.scoring.careless import longest_run, spread
from surveys.scoring.cells import CellId, Cells
from surveys.scoring.intervals import Group, change, share_interval
from surveys.scoring.reliability import (
    alpha,
    item_rest,
    omega,
    spearman_brown,
)
from surveys.scoring.scores import mean_of_answered, reverse
from surveys.scoring.suppression import is_safe, published_cells, remainders
from tests.surveys.scoring.references import bfi_columns, reference

SCALES = ("agree", "extraversion", "neuroticism")


@pytest.fixture(scope="module")
def expected():
    return reference("reference.json")


@pytest.fixture(scope="module")
def columns():
    return bfi_columns()


@pytest.fixture(scope="module")
def scored(expected, columns):
    """The (2800, 5) scores of a scale by its name, reversed where it says so."""

    def of(name):
        scale = expected["scales"][name]
        answers = np.column_stack([columns[item] for item in scale["items"]])
        is_reversed = np.array([item in scale["reversed"] for item in scale["items"]])
        return reverse(answers, is_reversed, points=6)

    return of


@pytest.mark.parametrize("name", SCALES)
def test_alpha_limits_and_item_rest(expected, scored, name):
    scale, scores = expected["scales"][name], scored(name)

    found = alpha(scores)

    assert (found.n, found.items) == (scale["n_listwise"], scale["k"])
    assert_allclose(found.value, scale["alpha"], rtol=0, atol=1e-9)
    assert_allclose((found.low, found.high), scale["alpha_feldt95"], rtol=0, atol=1e-9)
    assert_allclose(item_rest(scores), scale["item_rest_r"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", SCALES)
def test_omega_loadings_and_limits(expected, scored, name):
    scale, scores = expected["scales"][name], scored(name)

    found = omega(scores, seed=1)

    assert (found.why_not, found.n, found.failed_draws) == ("", scale["n_listwise"], 0)
    assert_allclose(found.value, scale["omega_total_ml_cov"], rtol=0, atol=1e-5)
    assert_allclose(found.factor.loadings[0], scale["loadings"], rtol=0, atol=1e-5)
    assert_allclose(found.factor.uniquenesses[0], scale["uniq"], rtol=0, atol=2e-5)
    assert_allclose((found.low, found.high), expected["omega_boot95"][name], rtol=0, atol=0.01)


@pytest.mark.parametrize("name", SCALES)
def test_means(expected, scored, name):
    scale, scores = expected["scales"][name], scored(name)
    complete = mean_of_answered(scores, fewest=5)
    half = mean_of_answered(scores, fewest=3)
    sd = np.nanstd(complete, ddof=1)

    assert_allclose((np.nanmean(complete), sd), (scale["mean"], scale["sd"]), atol=1e-9)
    assert np.isfinite(half).sum() == scale["n_half_rule"]
    assert_allclose(np.nanmean(half), scale["mean_half_rule"], atol=1e-9)
    assert_allclose(np.nanstd(half, ddof=1), scale["sd_half_rule"], atol=1e-9)


@pytest.mark.parametrize("name", SCALES)
def test_change_between_two_groups(expected, scored, columns, name):
    wanted = expected["two_group_change"][name]
    half = mean_of_answered(scored(name), fewest=3)
    groups = [half[(columns["gender"] == number) & np.isfinite(half)] for number in (1, 2)]

    found = change(*(Group(len(one), one.mean(), one.std(ddof=1)) for one in groups))

    assert [len(one) for one in groups] == [wanted["n1"], wanted["n2"]]
    assert_allclose(found.difference, wanted["diff"], atol=1e-9)
    assert_allclose((found.low, found.high), wanted["ci95"], atol=1e-9)
    assert_allclose(found.df, wanted["df"], rtol=1e-9)
    assert_allclose(found.p, wanted["p"], rtol=1e-6)
    assert_allclose(found.hedges_g, wanted["hedges_g"], atol=1e-9)
    assert found.words == "up"


@pytest.mark.parametrize("name", ["agree", "neuroticism"])
def test_two_items(expected, columns, name):
    wanted = expected["two_item_spearman_brown"][name]
    pair = np.column_stack([columns[item] for item in wanted["items"]])

    assert np.isfinite(pair).all(axis=1).sum() == wanted["n"]
    assert_allclose(spearman_brown(pair), wanted["spearman_brown"], atol=1e-9)


def test_wilson(expected):
    for share, limits in expected["wilson95"].items():
        count, n = map(int, share.split("/"))
        assert_allclose(share_interval(count, n), limits, rtol=0, atol=1e-9)


def test_careless_counts(expected, columns):
    wanted = expected["careless"]
    answers = np.column_stack([columns[f"{scale}{i}"] for scale in "ACENO" for i in range(1, 6)])

    runs, spreads = longest_run(answers), spread(answers)

    assert len(answers) == wanted["n"]
    assert (spreads == 0).sum() == wanted["irv_zero"]
    assert_allclose(np.nanmean(spreads), wanted["irv_mean"], atol=1e-9)
    assert (runs >= 8).sum() == wanted["longstring_ge8"]
    assert (runs >= 12).sum() == wanted["longstring_ge12"]
    assert runs.max() == wanted["longstring_max"]


@pytest.mark.parametrize("number", range(10))
def test_reference_trees(number):
    case = reference("tree_cases.json")["cases"][number]
    count, k, own = len(case["parent"]), case["k"], case["own"]
    ids = tuple(CellId(place, "roll") for place in range(count))
    cells = Cells(ids, tuple(case["parent"]), (2,) * count, {})
    large = {place for place, total in enumerate(cells.totals(own)) if total >= k}

    chosen = published_cells(cells, own, k)

    assert len(large) == case["primary_published"]
    leaks = [left for left in remainders(cells, own, large).values() if 0 < left < k]
    assert len(leaks) == case["primary_leaks"]
    assert len(chosen) == case["max_published"]
    assert is_safe(cells, own, chosen, k)
    assert chosen <= large
