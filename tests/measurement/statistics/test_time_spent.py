"""Work and waiting by activity, counted by hand."""

import numpy as np
import pytest

from measurement.statistics import OpeningHours
from measurement.statistics.time_spent import (
    MOST_ACTIVITIES,
    OTHER,
    Finished,
    FinishedCases,
    Spent,
    time_spent,
)

NAN = float("nan")
HOUR = 3600.0
OPEN, CHECK, CLOSE = 0, 1, 2


def case_of(*events, start=0.0):
    """``(activity, began, ended)`` in hours from the start."""
    return start, events


def spent(before, after, *, calendar=None, smallest=2):
    cases = [*before, *after]
    rows = [
        (number, activity, start + began * HOUR, start + ended * HOUR)
        for number, (start, events) in enumerate(cases)
        for activity, began, ended in events
    ]
    case, activity, began, ended = (np.array(column) for column in zip(*rows, strict=True))
    last = [max(one[2] for one in events) for _start, events in cases]
    start = np.array([start for start, _events in cases])
    return time_spent(
        FinishedCases(start, start + np.array(last) * HOUR, np.arange(len(cases)) >= len(before)),
        Finished(case, activity, began.astype(float), ended.astype(float)),
        calendar=calendar,
        smallest=smallest,
    )


def test_waiting_and_work_are_means_of_all_cases_of_the_side():
    told = spent(
        [
            case_of((OPEN, 0, 1), (CHECK, 5, 7), (CLOSE, 7, 8)),
            case_of((OPEN, 0, 1), (CLOSE, 3, 4)),
            case_of((OPEN, 0, 2), (CHECK, 4, 5), (CLOSE, 5, 5)),
            case_of((OPEN, 0, 2), (CLOSE, 2, 3)),
        ],
        [case_of((OPEN, 0, 1), (CLOSE, 1, 2))] * 2,
    )

    assert (told.cases_before, told.cases_after, told.touch_known) == (4, 2, True)
    assert [one.activity for one in told.activities] == [OPEN, CHECK, CLOSE]
    opened, checked, closed = told.activities
    assert opened.before == Spent(1.0, 0.0, 1.5 * HOUR)
    assert checked.before == Spent(0.5, (4 + 2) / 4 * HOUR, 3 / 4 * HOUR)
    assert checked.after is None
    assert closed.before == Spent(1.0, 2 / 4 * HOUR, 3 / 4 * HOUR)
    assert closed.after == Spent(1.0, 0.0, 1 * HOUR)


def test_activities_of_a_side_add_up_to_the_mean_time_of_its_cases():
    dice = np.random.default_rng(4)

    def random_case():
        ends = np.sort(dice.random(6)) * 90
        begins = np.concatenate(([0.0], ends[:-1] + np.diff(ends) * dice.random(5)))
        return case_of(*zip(dice.integers(0, 3, 6).tolist(), begins, ends, strict=True))

    before, after = [random_case() for _ in range(40)], [random_case() for _ in range(30)]

    told = spent(before, after)

    for name, side in (("before", before), ("after", after)):
        whole = sum(getattr(one, name).wait + getattr(one, name).touch for one in told.activities)
        mean = np.mean([max(one[2] for one in events) for _start, events in side]) * HOUR
        assert whole == pytest.approx(mean, rel=1e-12)


def test_without_begins_the_work_is_not_known_and_within_the_waiting():
    told = spent(
        [case_of((OPEN, NAN, 1), (CLOSE, NAN, 4))] * 2, [case_of((OPEN, 0, 1), (CLOSE, 2, 4))] * 2
    )

    opened, closed = told.activities
    assert (opened.before, closed.before) == (
        Spent(1.0, HOUR, None),
        Spent(1.0, 3 * HOUR, None),
    )
    assert closed.after == Spent(1.0, HOUR, 2 * HOUR)
    assert told.touch_known


def test_few_unknown_begins_are_taken_as_the_others():
    known = case_of((OPEN, 0, 2), (CLOSE, 3, 4))
    told = spent([known] * 39 + [case_of((OPEN, NAN, 2), (CLOSE, 3, 4))], [known] * 2)

    assert told.activities[0].before == Spent(1.0, 0.0, pytest.approx(2 * HOUR))


def test_activity_of_few_cases_is_pooled_and_so_is_the_next_rarest():
    common = ((OPEN, 0, 1), (CLOSE, 8, 9))
    told = spent(
        [
            *[case_of(*common)] * 6,
            *[case_of(common[0], (CHECK, 2, 3), common[1])] * 5,
            case_of(common[0], (7, 2, 4), common[1]),
        ],
        [case_of(*common)] * 6,
        smallest=5,
    )

    assert [one.activity for one in told.activities] == [OPEN, CLOSE, OTHER]
    pooled = told.activities[-1]
    assert pooled.before == Spent(0.5, pytest.approx(HOUR * 6 / 12), pytest.approx(HOUR * 7 / 12))
    assert pooled.after is None


def test_nothing_is_told_of_fewer_cases_than_the_smallest_group():
    enough, few = [case_of((OPEN, 0, 1))] * 5, [case_of((OPEN, 0, 1))] * 4

    assert spent(enough, few, smallest=5) is None
    assert spent(few, enough, smallest=5) is None
    assert len(spent(enough, enough, smallest=5).activities) == 1


def test_no_activity_is_told_where_not_even_all_together_are_enough():
    rare = [case_of((CHECK, 0, 1)), *[case_of((OPEN, 0, -1), (OPEN, 0, -2))] * 4]

    told = spent(rare, rare, smallest=3)

    assert told.activities == ()


def test_the_many_that_take_least_are_pooled():
    one = case_of(*((number, 2 * number, 2 * number + 1) for number in range(20)))

    told = spent([one] * 3, [one] * 3)

    assert len(told.activities) == MOST_ACTIVITIES + 1
    assert told.activities[-1].activity == OTHER


def test_events_outside_of_the_case_are_left_out():
    cases = FinishedCases(np.zeros(4), np.full(4, 2 * HOUR), np.arange(4) > 1)
    number = np.repeat(np.arange(4), 3)
    ended = np.tile([-1.0, 2.0, 9.0], 4) * HOUR
    events = Finished(number, np.tile([CHECK, CLOSE, OPEN], 4), ended - HOUR, ended)

    told = time_spent(cases, events, calendar=None, smallest=2)

    assert [one.activity for one in told.activities] == [CLOSE]


def test_time_is_of_the_calendar_in_use():
    days = np.arange(10) * 24 * HOUR
    calendar = OpeningHours(days + 8 * HOUR, days + 16 * HOUR, 0.0, 10 * 24 * HOUR)
    overnight = case_of((OPEN, 0, 2), (CLOSE, 24, 30), start=10 * HOUR)

    told = spent([overnight] * 2, [overnight] * 2, calendar=calendar)

    opened, closed = told.activities
    assert opened.before == Spent(1.0, 0.0, 2 * HOUR)
    assert closed.before == Spent(1.0, 6 * HOUR, 6 * HOUR)


def test_time_outside_of_the_calendar_is_refused():
    calendar = OpeningHours(np.array([0.0]), np.array([HOUR]), 0.0, HOUR)

    with pytest.raises(ValueError, match="extend the calendar"):
        spent([case_of((OPEN, 0, 9))] * 2, [case_of((OPEN, 0, 9))] * 2, calendar=calendar)


@pytest.mark.parametrize("seed", range(4))
def test_order_of_events_and_a_shift_in_time_change_nothing(seed):
    dice = np.random.default_rng(seed)
    size, cases = 300, 40
    start = np.zeros(cases)
    end = np.full(cases, 100.0)
    after = np.arange(cases) % 2 == 1
    case, activity = dice.integers(0, cases, size), dice.integers(0, 5, size)
    ended = dice.permutation(size) / 4.0 + 1.0
    began = np.where(dice.random(size) < 0.02, NAN, ended - 0.25)

    def told(order, shift=0.0):
        return time_spent(
            FinishedCases(start + shift, end + shift, after),
            Finished(case[order], activity[order], began[order] + shift, ended[order] + shift),
            calendar=None,
            smallest=5,
        )

    whole = told(np.arange(size))
    assert told(dice.permutation(size)) == whole
    assert told(np.arange(size), 4096.0) == whole
