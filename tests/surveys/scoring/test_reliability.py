import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from surveys.scoring.one_factor import one_factor
from surveys.scoring.reliability import alpha, item_rest, omega, spearman_brown

LOADINGS = np.array([0.8, 0.7, 0.6, 0.9, 0.5])


def people(n, loadings=LOADINGS, seed=3):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (n, 1)) * loadings + rng.normal(0, 0.6, (n, len(loadings)))


def test_alpha_of_items_that_are_one():
    values = np.arange(5.0)
    found = alpha(np.column_stack([values, values + 1, values - 2]))

    assert_allclose([found.value, found.low, found.high], 1)
    assert (found.n, found.items) == (5, 3)


def test_alpha_leaves_out_who_did_not_answer_all():
    scores = people(50)
    more = np.vstack([scores, [np.nan, 1, 2, 3, 4]])

    assert alpha(more) == alpha(scores)
    assert alpha(scores).low < alpha(scores).value < alpha(scores).high
    narrower = alpha(scores, level=0.5)
    assert narrower.low > alpha(scores).low


def test_omega_finds_the_factor_it_was_made_of():
    covariance = np.outer(LOADINGS, LOADINGS) + np.diag([0.3, 0.4, 0.5, 0.2, 0.6])

    fit = one_factor(covariance[np.newaxis])

    assert fit.proper.all()
    assert_allclose(fit.loadings[0], LOADINGS, atol=1e-6)
    assert_allclose(fit.uniquenesses[0], [0.3, 0.4, 0.5, 0.2, 0.6], atol=1e-6)
    assert_allclose(fit.omega[0], 3.5**2 / (3.5**2 + 2.0), atol=1e-6)


def test_loadings_add_up_to_more_than_nothing():
    signs = np.array([-1, -1, -1, -1, 1])
    covariance = np.outer(LOADINGS * signs, LOADINGS * signs) + 0.4 * np.eye(5)

    assert_allclose(one_factor(covariance[np.newaxis]).loadings[0], -LOADINGS * signs, atol=1e-6)


def test_omega_is_the_same_for_the_same_seed():
    first, again, other = (omega(people(150), seed=seed, draws=50) for seed in (1, 1, 2))

    assert (first.low, first.high, first.seed) == (again.low, again.high, 1)
    assert (first.low, first.high) != (other.low, other.high)
    assert first.value == other.value
    assert first.low < first.value < first.high


def test_omega_needs_a_hundred_people():
    few, enough = omega(people(99), seed=1, draws=2), omega(people(100), seed=1, draws=2)

    assert (few.why_not, few.n) == ("too_few", 99)
    assert math.isnan(few.value)
    assert enough.why_not == ""


def test_an_item_that_is_nothing_but_the_factor_has_no_omega():
    # Heywood case: of three items, one correlates more with both others than one factor allows.
    correlations = np.array([[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]])
    rng = np.random.default_rng(1)
    scores = rng.multivariate_normal(np.zeros(3), correlations, 200)

    found = omega(scores, seed=1, draws=5)

    assert found.why_not == "no_factor"
    assert math.isnan(found.value)


def test_draws_without_a_factor_are_counted():
    # One item is nearly the factor: some samples of the people have no solution.
    scores = people(100, np.array([2.5, 0.5, 0.5]), seed=9)

    found = omega(scores, seed=1, draws=20)

    assert found.why_not == ""
    assert 0 < found.failed_draws < 20


def test_a_sample_in_which_nobody_differs_is_counted_and_left_out():
    # One person alone differs in an item: about a third of the samples do not hold that person.
    scores = np.round(people(120) * 2)
    scores[:, 0] = 3
    scores[0, 0] = 1

    found = omega(scores, seed=1, draws=60)

    assert found.why_not == ""
    assert 10 < found.failed_draws < 40
    assert found.low < found.high


def test_what_is_no_scale_is_refused():
    with pytest.raises(ValueError, match="three items"):
        omega(people(200)[:, :2], seed=1)
    with pytest.raises(ValueError, match="two items"):
        spearman_brown(people(20))
    with pytest.raises(ValueError, match="without variance"):
        one_factor(np.zeros((1, 3, 3)))
    for call in (alpha, item_rest):
        with pytest.raises(ValueError, match="two items and two people"):
            call(people(20)[:, :1])
        with pytest.raises(ValueError, match="two items and two people"):
            call(people(1))
        with pytest.raises(ValueError, match="same answer"):
            call(np.column_stack([np.ones(9), np.arange(9.0)]))
    with pytest.raises(ValueError, match="does not differ"):
        item_rest(np.column_stack([np.arange(9.0), np.arange(9.0), -np.arange(9.0)]))


def test_two_items_that_are_opposites_have_no_reliability():
    values = np.arange(9.0)

    assert spearman_brown(np.column_stack([values, 2 * values])) == pytest.approx(1)
    assert math.isnan(spearman_brown(np.column_stack([values, -values])))
