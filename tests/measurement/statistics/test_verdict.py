import math

import pytest

from measurement.statistics import Design, Gate, GuardReading
from measurement.statistics.baseline_guards import Drift, Guarded, Placebo
from measurement.statistics.outlook import more_weeks_for, outlook
from measurement.statistics.verdict import (
    Interval,
    grade_of,
    is_negligible,
    target_of,
    verdict_of,
)
from measurement.statistics.wording import span

NAMES = [f"G{n}" for n in range(1, 11)]
BROKEN = GuardReading("rework", 0.1, 0.3, 0.1, 0.3, "broken")


def gates(*failing):
    return {name: Gate(name not in failing, 1.0, 1.0, f"{name} speaks.") for name in NAMES}


@pytest.mark.parametrize(
    "interval, failing, guardrails, verdict",
    [
        ((0.7, 0.6, 0.9), ["G5"], [], "refused"),
        ((0.7, 0.6, 0.9), ["G8", "G1"], [], "refused"),
        ((0.7, 0.6, 0.9), ["G9"], [], "refused"),
        ((0.7, 0.6, 0.9), ["G1"], [], "insufficient_evidence"),
        ((0.7, 0.6, 0.9), ["G4"], [], "insufficient_evidence"),
        ((math.nan,) * 3, [], [], "insufficient_evidence"),
        ((0.7, 0.6, 0.9), ["G7"], [BROKEN], "insufficient_evidence"),
        ((0.7, 0.6, 0.9), [], [BROKEN], "faster_but_worse"),
        ((0.7, 0.6, 0.9), ["G6", "G10"], [], "improved"),
        ((1.3, 1.1, 1.5), ["G7"], [BROKEN], "worse"),
        ((1.0, 0.81, 1.2), [], [], "no_measurable_change"),
        ((1.0, 0.80, 1.2), [], [], "insufficient_evidence"),
        ((1.0, 0.9, 1.0), [], [], "no_measurable_change"),
        ((1.2, 1.0, 1.5), [], [], "no_measurable_change"),
        ((0.7, 0.6, math.nan), [], [], "insufficient_evidence"),
        ((0.7, math.nan, 0.9), [], [], "insufficient_evidence"),
    ],
)
def test_verdict_is_the_first_match(interval, failing, guardrails, verdict):
    assert verdict_of(Interval(*interval), gates(*failing), guardrails, Design()) == verdict


@pytest.mark.parametrize(
    "interval, target",
    [
        ((0.7, 0.6, 0.8), "proven"),
        ((0.8, 0.7, 0.9), "met"),
        ((0.85, 0.8, 0.9), "below"),
    ],
)
def test_target_word(interval, target):
    assert target_of("improved", Interval(*interval), 0.8) == target
    assert target_of("faster_but_worse", Interval(*interval), 0.8) == target
    assert target_of("worse", Interval(*interval), 0.8) is None


QUIET = Guarded(-0.3, 0.1, Placebo(8, 1.5, 0.1), Drift(0.0, 0.01, 30.0), drift_used=False)


@pytest.mark.parametrize("compared, best", [(False, "B"), (True, "A")])
@pytest.mark.parametrize("weeks, reached", [(25, False), (26, True)])
def test_full_grade_begins_at_twenty_six_weeks_and_the_limit_of_kappa_is_quiet(
    compared, best, weeks, reached
):
    grade = grade_of(QUIET, gates(), Design(), compared=compared, baseline_weeks=weeks)

    assert grade == (best if reached else "C")


@pytest.mark.parametrize(
    "seconds, clock, told",
    [
        (216_000.0, "wall clock", "2.5 days"),
        (9_000.0, "business time", "2.5 h"),
        (math.nan, "business time", "not reached"),
    ],
)
def test_span_is_told_in_days_or_in_hours_of_business_time(seconds, clock, told):
    assert span(seconds, clock) == told


def test_negligible_is_a_whole_interval_inside_the_margin():
    assert is_negligible(Interval(0.97, 0.95, 1.05), 0.05)
    assert not is_negligible(Interval(0.97, 0.94, 1.0), 0.05)
    assert not is_negligible(Interval(math.nan, math.nan, math.nan), 0.05)


def test_more_weeks_follow_the_root_of_the_volume():
    # ln 0.8 with a half width of twice that: four times the weeks are needed.
    interval = Interval(0.8, 0.8**3, 0.8**-1)

    assert more_weeks_for(interval, Design(), 12) == 36
    assert more_weeks_for(interval, Design(early=True), 12) == 36
    assert more_weeks_for(Interval(1.0, 0.5, 2.0), Design(early=True), 12) is None


SHORTER = "The typical time is 30.0 % shorter, with 95 % confidence between -40.0 % and -10.0 %."
LONGER = "The typical time is 30.0 % longer, with 95 % confidence between +10.0 % and +50.0 %."
OPEN = "The typical time is 20.0 % shorter, with 95 % confidence between -48.8 % and +25.0 %: "
HOPELESS = (
    "The typical time is 20.0 % shorter, with 95 % confidence between -99.9 % and +63900.0 %: "
)


@pytest.mark.parametrize(
    "verdict, interval, failing, said",
    [
        ("refused", (0.7, 0.6, 0.9), ["G5", "G8"], ("G5 speaks. G8 speaks.", None)),
        ("insufficient_evidence", (0.7, 0.6, 0.9), ["G2"], ("G2 speaks.", None)),
        ("improved", (0.7, 0.6, 0.9), [], (SHORTER, None)),
        ("worse", (1.3, 1.1, 1.5), [], (LONGER, None)),
        (
            "insufficient_evidence",
            (0.8, 0.8**3, 0.8**-1),
            [],
            (f"{OPEN}about 36 more weeks at this volume would settle it.", 36),
        ),
        (
            "insufficient_evidence",
            (0.8, 0.001, 640.0),
            [],
            (f"{HOPELESS}at this volume more weeks would not settle it.", None),
        ),
    ],
)
def test_outlook_says_why(verdict, interval, failing, said):
    assert outlook(verdict, Interval(*interval), gates(*failing), Design(), weeks=12) == said


def test_ten_years_of_weeks_are_the_most_that_is_told():
    # 520 weeks more than the 12 there are: the half width may be sqrt(532 / 12) times the distance.
    edge = abs(math.log(0.8)) * math.sqrt(520 / 12 + 1)

    just, beyond = (
        Interval(0.8, 0.8 * math.exp(-half), 0.8 * math.exp(half))
        for half in (edge * 0.9999, edge * 1.0001)
    )

    assert more_weeks_for(just, Design(early=True), 12) == 520
    assert more_weeks_for(beyond, Design(early=True), 12) is None


def test_one_week_is_the_least_that_is_told():
    assert more_weeks_for(Interval(0.8, 0.8 * 0.99, 1.0), Design(), 12) == 1


def test_the_distance_to_the_target_counts_at_the_reading_date():
    # A ratio of 1.0 lies 0.223 from a target of 0.8; half a width of 0.446 takes four times the weeks.
    interval = Interval(1.0, math.exp(2 * math.log(0.8)), math.exp(-2 * math.log(0.8)))

    assert more_weeks_for(interval, Design(), 10) == 30


ONLY_STAMPS = (
    "The typical time is 30.0 % shorter, with 95 % confidence between -40.0 % and -10.0 %, but "
    "g7 speaks."
)


def test_outlook_of_changed_stamps_and_of_what_is_ruled_out():
    shorter = Interval(0.7, 0.6, 0.9)
    about = Interval(1.02, 0.9, 1.1)

    said, weeks = outlook("insufficient_evidence", shorter, gates("G7"), Design(), weeks=12)
    ruled_out, _ = outlook("no_measurable_change", about, gates(), Design(), weeks=12)
    worse, _ = outlook("faster_but_worse", shorter, gates(), Design(), weeks=12)

    assert (said, weeks) == (ONLY_STAMPS, None)
    assert ruled_out.endswith("+10.0 %: a shortening by 20.0 % or more is ruled out.")
    assert worse.endswith("-10.0 %, but a guardrail is broken.")
