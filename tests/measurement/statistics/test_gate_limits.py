"""Each gate on both sides of its limit, from hand-made counts, with its words."""

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from measurement.statistics import OpeningHours, gates

DAY = 86_400.0
WEEK = 7 * DAY
GO_LIVE = 1_740_960_000.0  # 3 March 2025
# Fifty weeks before, ten after.
WINDOWS = SimpleNamespace(
    before_from=GO_LIVE - 50 * WEEK,
    before_to=GO_LIVE,
    after_from=GO_LIVE,
    after_to=GO_LIVE + 10 * WEEK,
    after_is_open=True,
    cutoff=GO_LIVE + 10 * WEEK,
)


@dataclass
class Cases:
    """What a gate asks of one period; each case ends in a minute of its own."""

    total: int
    completed: int
    clock: np.ndarray = None
    minutes: list = None

    def __post_init__(self):
        if self.clock is None:
            self.clock = np.full(self.total, GO_LIVE)

    def __len__(self):
        return self.total

    @property
    def end(self):
        minutes = self.minutes or list(range(self.completed))
        return 60.0 * np.array([*minutes, *[math.nan] * (self.total - len(minutes))])

    @property
    def done(self):
        return ~np.isnan(self.end)


def side(before=None, after=None, *, weeks=(50, 10), reach=(0.9, 0.9), medians=None, **facts):
    cases = {
        "before": Cases(200, 200) if before is None else before,
        "after": Cases(40, 40) if after is None else after,
        "clock_errors": 0,
        "timed": 240,
        "starts_before": 200,
        "starts_after": 40,
        "cancelled_before": 0,
        "cancelled_after": 0,
        "opening": np.full(10, 5),
    }
    periods = [
        SimpleNamespace(weeks=range(number), reach=share)
        for number, share in zip(weeks, reach, strict=True)
    ]
    return SimpleNamespace(
        cases=SimpleNamespace(**(cases | {k: v for k, v in facts.items() if k != "mix"})),
        contrast=SimpleNamespace(before=periods[0], after=periods[1]),
        medians=(medians if medians is not None else 2 * DAY, 2 * DAY),
        mix=facts.get("mix"),
    )


def gate(name, own=None, other=None, windows=WINDOWS, calendar=None):
    return gates.judge(own or side(), other, windows, calendar)[name]


def told(name, *args, **kwargs):
    found = gate(name, *args, **kwargs)
    return found.passed, found.text


# --- G1 and G2: enough cases and weeks -------------------------------------------------------------
def test_g1_passes_with_exactly_forty_and_thirty():
    found = gate("G1", side(Cases(40, 40), Cases(30, 30)))

    assert found == gates.Gate(
        passed=True,
        value=1.0,
        limit=1.0,
        text="40 cases completed before go-live and 30 after it.",
    )


def test_g1_one_short_before():
    assert told("G1", side(Cases(50, 39))) == (
        False,
        "39 cases completed before go-live and 40 after it; at least 40 are needed before: "
        "1 more from an older export.",
    )


def test_g1_one_short_after_tells_the_open_ones_and_the_weeks_at_this_pace():
    found = gate("G1", side(after=Cases(34, 29)))

    assert (found.passed, found.value) == (False, 29 / 30)
    assert found.text == (
        "200 cases completed before go-live and 29 after it; at least 30 are needed after: "
        "1 more (5 still open), about 1 more week at this pace."
    )


def test_g1_counts_the_weeks_from_the_ten_of_the_window():
    text = gate("G1", side(after=Cases(12, 10))).text

    assert text.endswith("20 more (2 still open), about 20 more weeks at this pace.")


@pytest.mark.parametrize("after", [Cases(3, 0), Cases(0, 0)])
def test_g1_without_a_completion_tells_no_pace(after):
    assert gate("G1", side(after=after)).text.endswith(f"30 more ({after.total} still open).")


def test_g1_in_a_window_of_no_length_tells_no_pace():
    shut = SimpleNamespace(**(vars(WINDOWS) | {"after_to": GO_LIVE, "after_is_open": False}))

    assert gate("G1", side(after=Cases(2, 2)), windows=shut).text.endswith("(0 still open).")


def test_g1_reads_the_pace_of_half_a_week():
    half = SimpleNamespace(**(vars(WINDOWS) | {"after_to": GO_LIVE + WEEK / 2}))

    text = gate("G1", side(after=Cases(2, 2)), windows=half).text

    assert text.endswith("28 more (0 still open), about 7 more weeks at this pace.")


def test_g1_and_g2_count_by_the_worse_side():
    assert gate("G1", side(Cases(10, 10))).value == 0.25
    assert gate("G1", side(Cases(20, 20), Cases(15, 15))).value == 0.5
    assert gate("G1", side(Cases(20, 20), Cases(6, 6))).value == 0.2
    assert gate("G2", side(weeks=(6, 2))).value == 1 / 3
    assert gate("G2", side(weeks=(3, 3))).value == 0.25


@pytest.mark.parametrize(
    "weeks, passed, text",
    [
        ((12, 6), True, "12 weeks with cases before and 6 after."),
        (
            (11, 6),
            False,
            "11 weeks with cases before and 6 after; at least 12 are needed before: "
            "1 more from an older export.",
        ),
        (
            (12, 5),
            False,
            "12 weeks with cases before and 5 after; at least 6 are needed after: "
            "come back in 1 week.",
        ),
    ],
)
def test_g2_at_its_limits(weeks, passed, text):
    assert told("G2", side(weeks=weeks)) == (passed, text)
    assert gate("G2", side(weeks=weeks)).limit == 1.0


# --- G3 and G4: followed long enough ---------------------------------------------------------------
@pytest.mark.parametrize(
    "reach, passed", [((0.6, 0.9), True), ((0.9, 0.6 - 1e-10), True), ((0.9, 0.5999), False)]
)
def test_g3_takes_the_shorter_reach_against_sixty_percent(reach, passed):
    found = gate("G3", side(reach=reach))

    assert (found.passed, found.value, found.limit) == (passed, min(reach), 0.6)


def test_g3_words():
    assert told("G3", side(reach=(0.9, 0.8))) == (
        True,
        "The curves of both periods follow cases until 80.0 % of them are done.",
    )
    assert told("G3", side(after=Cases(40, 10), reach=(0.9, 0.25))) == (
        False,
        "The curves of both periods follow cases until 25.0 % of them are done, fewer than the "
        "60.0 % needed: too many are still open (30 of 40 after), come back when more of them are "
        "done.",
    )
    assert told("G3", side(Cases(200, 90), reach=(0.25, 0.6 - 1e-10))) == (
        False,
        "The curves of both periods follow cases until 25.0 % of them are done, fewer than the "
        "60.0 % needed: too many were still open at go-live (110 of 200 before), check that the "
        "source delivers their ends.",
    )


@pytest.mark.parametrize("periods", [(Cases(0, 0), Cases(5, 5)), (Cases(5, 5), Cases(0, 0))])
def test_g3_needs_both_periods(periods):
    found = gate("G3", side(*periods))

    assert (found.passed, found.limit) == (None, 0.6)
    assert math.isnan(found.value)


def followed(*days_before_cutoff, completed=None):
    clock = np.array([WINDOWS.cutoff - days * DAY for days in days_before_cutoff])
    return Cases(len(clock), len(clock) if completed is None else completed, clock)


def test_g4_passes_at_three_quarters_and_a_case_of_just_the_median_counts():
    found = gate("G4", side(after=followed(2, 2, 3, 1), medians=2 * DAY))

    assert (found.passed, found.value, found.limit) == (True, 0.75, 0.75)
    assert found.text == (
        "3 of 4 cases after go-live have been followed for as long as the median case took before."
    )


def test_g4_counts_to_the_millisecond():
    just, short = (followed(2, 2, 2 - less / DAY, 1) for less in (0.0004, 0.002))

    assert gate("G4", side(after=just, medians=2 * DAY)).passed is True
    assert gate("G4", side(after=short, medians=2 * DAY)).passed is False


def test_g4_one_short_names_the_day_the_third_of_four_is_old_enough():
    # Started 5, 4, 1.5 and 1 days before 12 May: the third reaches two days at noon of that day.
    own = side(after=followed(5, 4, 1.5, 1, completed=1), medians=2 * DAY)

    assert told("G4", own) == (
        False,
        "2 of 4 cases after go-live have been followed for as long as the median case took before; "
        "75.0 % are needed (3 are still open): come back after 12 May 2025.",
    )


def test_g4_rounds_the_number_of_cases_up():
    """Three quarters of five is four: the fourth decides the day."""
    own = side(after=followed(9, 8, 1, -1, -20), medians=2 * DAY)

    assert gate("G4", own).text.endswith("come back after 15 May 2025.")


def test_g4_without_a_case_or_a_median():
    none = gate("G4", side(after=Cases(0, 0, np.array([]))))
    assert (none.passed, none.limit) == (None, 0.75)
    assert math.isnan(none.value)

    endless = gate("G4", side(Cases(1000, 400), followed(1, 2), medians=math.nan))
    assert (endless.passed, endless.value, endless.limit) == (False, 0.0, 0.75)
    assert endless.text == (
        "Half of the 1,000 cases before go-live were not done by then, so there is no median time "
        "to follow the 2 cases after it for."
    )


def test_g4_by_business_time_reads_the_cutoff_on_that_clock():
    # Open for the first eight hours of each day: a day is eight hours of work.
    days = np.arange(GO_LIVE - 10 * DAY, WINDOWS.cutoff + 10 * DAY, DAY)
    calendar = OpeningHours(days, days + DAY / 3, days[0], days[-1] + DAY)
    now = float(calendar.open_seconds(np.array([WINDOWS.cutoff]))[0])

    def judged(*hours):
        clock = now - 3600.0 * np.array(hours)
        return gate("G4", side(after=Cases(4, 4, clock), medians=8 * 3600.0), calendar=calendar)

    assert judged(8, 8, 8, 1).passed is True
    assert judged(8, 8, 7, 1).text.endswith("come back after 12 May 2025.")
    short = OpeningHours(days[:80], days[:80] + DAY / 3, days[0], days[79] + DAY)
    clock = float(short.open_seconds(np.array([WINDOWS.cutoff]))[0]) - 3600.0 * np.ones(4)
    own = side(after=Cases(4, 4, clock), medians=99 * 8 * 3600.0)
    assert gate("G4", own, calendar=short).text.endswith("extend the work calendar.")


# --- G5 to G8: the same source before and after ----------------------------------------------------
@pytest.mark.parametrize(
    "wrong, timed, passed, text",
    [
        (2, 100, True, "2 of 100 cases have no start or end before they start; they are left out."),
        (
            21,
            1000,
            False,
            "21 of 1,000 cases have no start or end before they start, more than 2.0 %: repair the "
            "times in the source.",
        ),
    ],
)
def test_g5_at_two_percent(wrong, timed, passed, text):
    found = gate("G5", side(clock_errors=wrong, timed=timed))

    assert found == gates.Gate(passed, wrong / timed, 0.02, text)


def test_g5_of_nothing_passes():
    assert (gate("G5", side(timed=0)).passed, gate("G5", side(timed=0)).value) == (True, 0.0)


def cancelled(before, after):
    """In percent of one hundred cases each."""
    return side(
        starts_before=100 - before,
        cancelled_before=before,
        starts_after=100 - after,
        cancelled_after=after,
    )


@pytest.mark.parametrize("before, after, passed", [(5, 10, True), (10, 5, True), (6, 12, False), (12, 6, False)])  # fmt: skip
def test_g6_at_five_points_either_way(before, after, passed):
    found = gate("G6", cancelled(before, after))

    assert (found.passed, found.limit) == (passed, 0.05)
    assert found.value == pytest.approx(abs(after - before) / 100)


def test_g6_words():
    assert told("G6", cancelled(4, 6)) == (
        True,
        "4.0 % of the cases were cancelled before and 6.0 % after.",
    )
    assert gate("G6", cancelled(4, 20)).text == (
        "4.0 % of the cases were cancelled before and 20.0 % after, more than 5 points apart: find "
        "out what is being cancelled."
    )


@pytest.mark.parametrize(
    "facts, words",
    [
        ({"cancelled_before": None}, "does not say"),
        ({"cancelled_after": None}, "does not say"),
        ({"starts_before": 0}, "not yet cases"),
        ({"starts_after": 0}, "not yet cases"),
    ],
)
def test_g6_is_not_judged_without_the_flag_or_a_period(facts, words):
    found = gate("G6", side(**facts))

    assert (found.passed, found.limit) == (None, 0.05)
    assert math.isnan(found.value)
    assert words in found.text


def test_g6_of_a_period_all_cancelled_is_judged():
    assert gate("G6", side(starts_after=0, cancelled_after=3)).value == 1.0


def stamped(shared, total=100):
    """``shared`` of the completions in one minute, each other in its own."""
    return Cases(total, total, minutes=[0] * shared + [n + 1 for n in range(total - shared)])


@pytest.mark.parametrize("before, after, passed", [(0, 5, True), (5, 0, True), (0, 6, False), (6, 0, False)])  # fmt: skip
def test_g7_at_five_points_either_way(before, after, passed):
    found = gate("G7", side(stamped(before), stamped(after)))

    assert (found.passed, found.value, found.limit) == (passed, abs(after - before) / 100, 0.05)


def test_g7_words_and_pairs_at_either_end():
    own = side(stamped(0), Cases(5, 5, minutes=[0, 0, 3, 7, 7]))

    assert gate("G7", own).text == (
        "0.0 % of the completions before and 80.0 % after share their minute with another, more "
        "than 5 points apart: the way completions are recorded has changed, have them "
        "stamped as before."
    )
    assert gate("G7", side(stamped(2), stamped(4))).value == pytest.approx(0.02)
    assert told("G7", side(stamped(2), stamped(4))) == (
        True,
        "2.0 % of the completions before and 4.0 % after share their minute with another.",
    )


def test_g7_minutes_are_sixty_seconds_and_open_cases_do_not_count():
    apart = Cases(4, 2, minutes=[0.99, 1.0])
    together = Cases(4, 2, minutes=[1.0, 1.99])

    assert gate("G7", side(apart, together)).value == 1.0


@pytest.mark.parametrize("periods", [(Cases(5, 0), Cases(5, 5)), (Cases(5, 5), Cases(5, 0))])
def test_g7_needs_completions_in_both_periods(periods):
    found = gate("G7", side(*periods))

    assert (found.passed, found.limit) == (None, 0.05)
    assert math.isnan(found.value)


@pytest.mark.parametrize(
    "starts_after, passed, words",
    [
        (20, True, ""),
        (80, True, ""),
        (19, False, "that is less than half"),
        (81, False, "that is more than twice as many"),
    ],
)
def test_g8_at_half_and_at_twice(starts_after, passed, words):
    found = gate("G8", side(starts_after=starts_after))  # 200 in 50 weeks, so many in 10

    assert (found.passed, found.limit) == (passed, 2.0)
    assert found.value == pytest.approx(starts_after / 40)
    assert words in found.text
    assert found.text.startswith(
        f"4.0 cases started a week before and {starts_after / 10:.1f} after"
    )


def test_g8_names_every_problem():
    own = side(
        starts_after=10,
        opening=np.array([0, 0, 0, 0, *[10] * 8]),
        mix=SimpleNamespace(vanished=0.11),
    )

    assert gate("G8", own).text == (
        "4.0 cases started a week before and 1.0 after; that is less than half and the baseline "
        "opens with 4 almost empty weeks and 11.0 % of the cases before are of types that do not "
        "occur after: it looks like a truncated export or a roll-out to other units, confirm what "
        "happened."
    )
    assert gate("G8").text == "4.0 cases started a week before and 4.0 after."


@pytest.mark.parametrize(
    "opening, passed",
    [
        ([1, 1, 1, 1, *[10] * 6], False),
        ([1, 1, 1, *[10] * 6], True),
        ([1, 1, 1, 2, *[10] * 6], True),  # a fifth of the usual is enough
        ([0, 0, 0, 0, 10, 10, 10, 10], False),  # eight weeks are judged
        ([0, 0, 0, 0, 10, 10, 10], True),  # seven are too few
    ],
)
def test_g8_opens_with_four_thin_weeks_of_eight(opening, passed):
    assert gate("G8", side(opening=np.array(opening))).passed is passed


@pytest.mark.parametrize("vanished, passed", [(0.10, True), (0.101, False)])
def test_g8_at_a_tenth_of_vanished_types(vanished, passed):
    assert gate("G8", side(mix=SimpleNamespace(vanished=vanished))).passed is passed


@pytest.mark.parametrize("facts", [{"starts_before": 0}, {}])
def test_g8_is_not_judged_before_both_periods_began(facts):
    shut = SimpleNamespace(**(vars(WINDOWS) | {"after_is_open": bool(facts)}))

    found = gate("G8", side(**facts), windows=shut)

    assert (found.passed, found.limit) == (None, 2.0)
    assert math.isnan(found.value)


# --- all -------------------------------------------------------------------------------------------
def test_g9_and_g10_are_left_to_the_caller():
    for name, limit in (("G9", 0.01), ("G10", 52.0)):
        assert (gate(name).passed, gate(name).limit) == (None, limit)
        assert math.isnan(gate(name).value)


BOTH = "200 cases completed before go-live and 30 after it."
SHORT = (
    "200 cases completed before go-live and 15 after it; at least 30 are needed after: "
    "15 more (0 still open), about 10 more weeks at this pace."
)


@pytest.mark.parametrize(
    "own, other, passed, value, text",
    [
        (30, 30, True, 1.0, BOTH),
        (15, 30, False, 0.5, SHORT),
        (30, 15, False, 0.5, f"In the comparison workflow: {SHORT}"),
        (15, 15, False, 0.5, f"{SHORT} In the comparison workflow: {SHORT}"),
    ],
)
def test_the_worse_of_both_workflows_speaks(own, other, passed, value, text):
    two = (side(after=Cases(number, number)) for number in (own, other))

    assert gate("G1", *two) == gates.Gate(passed, value, 1.0, text)
