"""Starts and completions put together, beside the same done one by one."""

import numpy as np
import pytest

from measurement.statistics.event_pairs import begins_of

NAN = float("nan")


def paired(*events):
    """``(case, activity, "start" or "", at, began)`` to ``{place: began}``."""
    case, activity, life, at, began = (list(column) for column in zip(*events, strict=True))
    places, begins = begins_of(
        np.array(case),
        np.array(activity),
        np.array(at, dtype=float),
        np.array(began, dtype=float),
        np.array([word == "start" for word in life]),
    )
    return dict(zip(places.tolist(), begins.tolist(), strict=True))


def test_completion_takes_the_start_that_waits_longest():
    told = paired(
        (0, 0, "start", 1, NAN), (0, 0, "start", 2, NAN), (0, 0, "", 5, NAN), (0, 0, "", 9, NAN)
    )

    assert told == {2: 1, 3: 2}


def test_completion_without_an_open_start_stands_alone():
    told = paired(
        (0, 0, "", 1, NAN), (0, 0, "start", 2, NAN), (0, 0, "", 3, NAN), (0, 0, "", 4, NAN)
    )

    assert told[2] == 2
    assert np.isnan([told[0], told[3]]).all()


def test_other_cases_and_activities_do_not_lend_their_start():
    told = paired((0, 0, "start", 1, NAN), (1, 0, "", 2, NAN), (0, 1, "", 3, NAN))

    assert np.isnan(list(told.values())).all()


def test_own_begin_stands_and_takes_no_start():
    told = paired((0, 0, "start", 1, NAN), (0, 0, "", 4, 3), (0, 0, "", 5, NAN))

    assert told == {1: 3, 2: 1}


def test_start_and_completion_of_one_moment_belong_together():
    assert paired((0, 0, "", 1, NAN), (0, 0, "start", 1, NAN)) == {0: 1}


def test_no_events_give_none():
    none = np.array([], dtype=np.int64)

    places, begins = begins_of(none, none, none * 1.0, none * 1.0, none == 1)

    assert (len(places), len(begins)) == (0, 0)


def one_by_one(case, activity, at, began, starts):
    order = sorted(range(len(case)), key=lambda i: (case[i], activity[i], at[i], not starts[i], i))
    waiting = {}
    told = {}
    for i in order:
        line = waiting.setdefault((case[i], activity[i]), [])
        if starts[i]:
            line.append(at[i])
        elif not np.isnan(began[i]):
            told[i] = began[i]
        else:
            told[i] = line.pop(0) if line else NAN
    return told


@pytest.mark.parametrize("seed", range(20))
def test_random_logs_are_paired_as_one_by_one(seed):
    dice = np.random.default_rng(seed)
    size = 200
    case, activity = dice.integers(0, 6, size), dice.integers(0, 3, size)
    at = dice.integers(0, 30, size).astype(float)
    starts = dice.random(size) < 0.45
    began = np.where(~starts & (dice.random(size) < 0.1), at - 1, NAN)

    places, begins = begins_of(case, activity, at, began, starts)

    expected = one_by_one(case, activity, at, began, starts)
    assert sorted(expected) == places.tolist()
    np.testing.assert_array_equal(begins, [expected[place] for place in places.tolist()])
