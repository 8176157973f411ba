"""Which case belongs where, to the second, and how long it took, to the millisecond."""

import numpy as np
import pytest

from measurement.statistics import Design, OpeningHours
from measurement.statistics.periods import sort_cases, windows_of

DAY = 86_400.0
WEEK = 7 * DAY
GO_LIVE = 1_740_985_200.0
AFTER = GO_LIVE + 14 * DAY
CUTOFF = GO_LIVE + 112 * DAY


def windows(*, cutoff=CUTOFF, data_from=None, **design):
    return windows_of(Design(**design), go_live=GO_LIVE, cutoff=cutoff, data_from=data_from)


def sort(starts, ends, window=None, cancelled=None, calendar=None):
    flags = None if cancelled is None else np.array(cancelled)
    return sort_cases(
        np.array(starts, float), np.array(ends, float), flags, window or windows(), calendar
    )


def test_windows_are_those_of_the_design():
    window = windows()

    assert (window.before_from, window.before_to) == (GO_LIVE - 364 * DAY, GO_LIVE)
    assert (window.after_anchor, window.after_from, window.after_to) == (
        *(AFTER, AFTER, AFTER + 84 * DAY),
    )
    assert (window.cutoff, window.horizon, window.after_is_open) == (CUTOFF, None, True)


def test_windows_are_cut_by_the_cutoff_and_where_the_data_begin():
    early = windows(cutoff=GO_LIVE - DAY)
    late = windows(data_from=AFTER + 3 * DAY, after_days=None, horizon_days=2)

    assert (early.before_to, early.after_to, early.after_is_open) == (
        *(GO_LIVE - DAY, GO_LIVE - DAY, False),
    )
    assert (late.before_from, late.after_anchor, late.after_from, late.after_to) == (
        *(AFTER + 3 * DAY, AFTER, AFTER + 3 * DAY, CUTOFF),
    )
    assert late.horizon == 2 * DAY


def test_after_window_without_length_is_shut():
    assert not windows(cutoff=AFTER).after_is_open


@pytest.mark.parametrize(
    "start, before, after",
    [
        (GO_LIVE - 364 * DAY - 1, 0, 0),
        (GO_LIVE - 364 * DAY, 1, 0),
        (GO_LIVE - 1, 1, 0),
        (GO_LIVE, 0, 0),
        (AFTER - 1, 0, 0),
        (AFTER, 0, 1),
        (AFTER + 84 * DAY - 1, 0, 1),
        (AFTER + 84 * DAY, 0, 0),
    ],
)
def test_windows_hold_their_first_second_and_not_the_last(start, before, after):
    cases = sort([start], [start + 60])

    assert (len(cases.before), len(cases.after)) == (before, after)
    assert (cases.starts_before, cases.starts_after) == (before, after)


@pytest.mark.parametrize("end, done", [(GO_LIVE - 1, 1), (GO_LIVE, 1), (GO_LIVE + 1, 0)])
def test_before_cases_are_censored_at_go_live(end, done):
    before = sort([GO_LIVE - DAY], [end]).before

    assert (before.completed, before.done.tolist()) == (done, [bool(done)])
    assert before.millis[0] == 1000 * (min(end, GO_LIVE) - GO_LIVE + DAY)


@pytest.mark.parametrize("end, done", [(CUTOFF, 1), (CUTOFF + 1, 0), (np.nan, 0)])
def test_after_cases_are_censored_at_the_cutoff(end, done):
    after = sort([AFTER], [end]).after

    assert after.completed == done
    assert after.millis[0] == 1000 * (CUTOFF - AFTER)


def test_durations_are_whole_milliseconds_and_a_minute_at_least():
    start = GO_LIVE - DAY
    ends = start + np.array([0.0, 59.999, 60.0, 60.0006, 61.0])

    before = sort([start] * 5, ends).before

    assert before.millis.tolist() == [60_000, 60_000, 60_000, 60_001, 61_000]


def test_cases_are_sorted_by_time_spent_completions_first():
    day_before = GO_LIVE - DAY
    starts = [day_before, day_before, day_before - DAY, day_before]
    ends = [np.nan, GO_LIVE, np.nan, GO_LIVE - 1]

    before = sort(starts, ends).before

    assert before.row.tolist() == [3, 1, 0, 2]
    assert before.done.tolist() == [True, True, False, False]


def test_weeks_are_counted_from_the_begin_of_their_window():
    begin = GO_LIVE - 364 * DAY
    starts = [begin, begin + WEEK - 1, begin + WEEK, GO_LIVE - 1, AFTER, AFTER + WEEK]

    cases = sort(starts, [start + 60 for start in starts])

    assert dict(zip(cases.before.row.tolist(), cases.before.week.tolist(), strict=True)) == {
        0: 0,
        1: 0,
        2: 1,
        3: 51,
    }
    assert sorted(cases.after.week.tolist()) == [0, 1]


def test_opening_counts_full_weeks_empty_ones_too():
    begin = GO_LIVE - 24 * DAY  # three weeks and three days
    starts = [begin, begin + 1, begin + 2 * WEEK, begin + 3 * WEEK]

    cases = sort(starts, [start + 60 for start in starts], windows(data_from=begin))

    assert cases.opening.tolist() == [2, 0, 1]


def test_clock_errors_are_counted_and_left_out():
    starts = [GO_LIVE - DAY, GO_LIVE - DAY, GO_LIVE - DAY, AFTER, np.nan, CUTOFF, CUTOFF - 1]
    ends = [GO_LIVE - DAY - 1, GO_LIVE - DAY, np.nan, AFTER - 1, 5.0, CUTOFF - 9, CUTOFF - 2]

    cases = sort(starts, ends)

    # Those from the cutoff on are not looked at; one without a start always is.
    assert (cases.clock_errors, cases.timed) == (4, 6)
    assert (len(cases.before), len(cases.after)) == (2, 0)


def test_cancelled_cases_are_counted_beside():
    starts = [GO_LIVE - DAY] * 3 + [AFTER] * 2 + [GO_LIVE + DAY]

    cases = sort(starts, [CUTOFF] * 6, cancelled=[True, False, False, True, False, True])
    unsaid = sort(starts, [CUTOFF] * 6)

    assert (cases.cancelled_before, cases.cancelled_after) == (1, 1)
    assert (cases.starts_before, cases.starts_after) == (2, 1)
    assert (unsaid.cancelled_before, unsaid.cancelled_after) == (None, None)


def test_a_cancelled_case_that_ends_before_it_starts_is_an_error_and_no_cancellation():
    cases = sort([GO_LIVE - DAY], [GO_LIVE - 2 * DAY], cancelled=[True])

    assert (cases.clock_errors, cases.cancelled_before) == (1, 0)


@pytest.mark.parametrize(
    "start, spent, kept",
    [
        (GO_LIVE - 5 * DAY - 1, 5 * DAY, True),
        (GO_LIVE - 5 * DAY, 1, False),
        (GO_LIVE - 9 * DAY, 5 * DAY, True),
        (GO_LIVE - 9 * DAY, 5 * DAY + 1, False),
        (GO_LIVE - 9 * DAY, np.nan, False),
        (CUTOFF - 5 * DAY - 1, 60, True),
        (CUTOFF - 5 * DAY, 60, False),
    ],
)
def test_a_horizon_keeps_what_could_be_followed_and_was_done_within_it(start, spent, kept):
    window = windows(horizon_days=5, after_days=None)

    cases = sort([start], [start + spent], window)

    assert len(cases.before) + len(cases.after) == kept
    assert cases.starts_before + cases.starts_after == 1


def test_the_clock_in_use_is_the_calendar_s():
    opens = GO_LIVE - 2 * DAY
    calendar = OpeningHours(np.array([opens]), np.array([opens + DAY]), opens - DAY, CUTOFF)

    before = sort([opens + 3600], [opens + 30 * 3600], calendar=calendar).before

    assert before.clock.tolist() == [3600.0]
    assert before.millis.tolist() == [23 * 3600 * 1000.0]
    assert before.start.tolist() == [opens + 3600]
