import numpy as np
import pytest

from surveys.scoring.careless import agrees_with_opposites, careless, longest_run, spread
from tests.surveys.scoring.instruments import AWB, AWT

IS_REVERSED = np.array([item.is_reversed for item in AWT])
N = np.nan


def flag(*row):
    return bool(careless(np.array([row], dtype=float), IS_REVERSED)[0])


def test_a_run_of_twelve_is_careless_and_of_eleven_is_not():
    assert flag(*[2] * 12, 1, 3, 1, 3)
    assert not flag(*[2] * 11, 1, 3, 1, 3, 1)
    assert flag(1, 3, 1, 3, *[2] * 12)


def test_a_missing_answer_ends_a_run():
    assert longest_run(np.array([[2, 2, N, 2, 2, 2, N, N, N]])).tolist() == [3]
    assert longest_run(np.array([[N, N, N]])).tolist() == [0]
    assert not flag(*[2] * 6, N, *[2] * 6, 1, 3, 1)


def test_one_answer_throughout_is_careless_from_ten():
    # Gaps keep the runs short.
    assert flag(3, 3, 3, N, 3, 3, 3, N, 3, 3, 3, N, 3, N, N, N)
    assert not flag(3, 3, 3, N, 3, 3, 3, N, 3, 3, 3, N, N, N, N, N)
    assert not flag(3, 3, 3, N, 3, 3, 3, N, 3, 3, 3, N, 3, 2, N, N)


def answers(reversed_agreed, others_agreed):
    """As many agree as told, alternating so that no run is long; the rest disagree."""
    row = np.where(IS_REVERSED, 1.0, 2.0)
    row[np.flatnonzero(IS_REVERSED)[:reversed_agreed]] = 4
    others = np.flatnonzero(~IS_REVERSED)[:others_agreed]
    row[others] = np.where(np.arange(len(others)) % 2, 4, 5)
    return row


def test_agreeing_with_opposites_is_careless():
    found = agrees_with_opposites(
        np.array([answers(3, 10), answers(2, 12), answers(4, 9)]), IS_REVERSED
    )
    assert found.tolist() == [True, False, False]
    assert flag(*answers(3, 10))
    assert not flag(*answers(2, 12))


def test_spread_is_of_what_was_answered():
    rows = np.array([[1, 3, N], [2, N, N], [N, N, N], [4, 4, 4]])

    assert spread(rows)[0] == pytest.approx(np.sqrt(2))
    assert np.isnan(spread(rows)[1:3]).all()
    assert spread(rows)[3] == 0


def test_five_single_items_flag_nobody():
    is_reversed = np.array([item.is_reversed for item in AWB])

    assert not careless(np.full((1, 5), 4.0), is_reversed).any()
