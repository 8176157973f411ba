import math
from dataclasses import fields, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.statistics import (
    Comparison,
    Design,
    Drift,
    Guard,
    OpeningHours,
    evaluate,
)

DAY = 86_400.0
WEEK = 7 * DAY
CONTRACT = {
    *("ratio", "low", "high", "raw_ratio", "verdict", "grade", "target", "negligible", "p"),
    *("gates", "guardrails", "n_before", "n_after", "done_before", "done_after"),
    *("median_before", "median_after", "p85_before", "p85_after", "se", "df", "kappa"),
    *("placebo_windows", "placebo_rms", "drift", "drift_used"),
    *("planned_information", "detectable_ratio"),
}
VERDICTS = {
    "improved",
    "worse",
    "no_measurable_change",
    "insufficient_evidence",
    "faster_but_worse",
    "refused",
}


def test_reading_has_the_fields_of_the_contract(made_up, moments):
    reading = evaluate(*made_up(ratio=0.6, a_day=4), **moments)

    assert {field.name for field in fields(reading)} >= CONTRACT
    assert list(reading.gates) == [f"G{n}" for n in range(1, 11)]
    assert isinstance(reading.drift, Drift)
    assert (reading.verdict, reading.grade, reading.target) == ("improved", "B", "proven")
    assert reading.gates["G9"].passed is None
    assert reading.gates["G10"].passed is None
    with pytest.raises(AttributeError):
        reading.ratio = 1.0


def test_reading_prints_itself(made_up, moments):
    start, end = made_up(ratio=0.6, a_day=4)
    rework = (np.arange(len(start)) % 10 == 0).astype(float)

    text = str(evaluate(start, end, **moments, guardrails=[Guard("rework", rework, "share", 0.05)]))

    assert text.startswith("Improved - target proven (grade B). The typical time is 3")
    assert "95 % interval 0." in text
    assert "Before: 1,4" in text
    assert "G1 passed:" in text
    assert "G6 not judged:" in text
    assert "Guardrail rework held: 0." in text
    assert "nan" not in text.lower()


def test_empty_reading_prints_itself(moments):
    text = str(evaluate([], [], **moments, design=Design(early=True)))

    assert text.startswith("Early: Insufficient evidence (grade C).")
    assert "median not reached" in text
    assert "nan" not in text.lower()


def test_negligible_change_prints_itself(made_up, moments):
    reading = evaluate(*made_up(a_day=6), **moments, design=Design(margin=0.9))

    assert reading.negligible
    assert "within the practical margin" in str(reading)


def test_same_rows_in_any_order_give_the_same_bytes(made_up, moments):
    start, end = made_up(ratio=0.8, a_day=3)
    rng = np.random.default_rng(5)
    kind = rng.choice(["x", "y", "z"], len(start), p=[0.6, 0.3, 0.1])
    cancelled = rng.random(len(start)) < 0.05
    score = rng.normal(7, 1, len(start))

    def reading(order):
        return evaluate(
            start[order],
            end[order],
            kind=kind[order],
            cancelled=cancelled[order],
            guardrails=[Guard("score", score[order], "mean", 0.5, "lower")],
            **moments,
        )

    straight = repr(reading(np.arange(len(start))))

    for _ in range(5):
        assert repr(reading(rng.permutation(len(start)))) == straight


def test_order_of_the_comparison_does_not_matter(made_up, moments):
    own, (start, end) = made_up(seed=1), made_up(seed=2)
    kind = np.arange(len(start)) % 3
    shuffled = np.random.default_rng(1).permutation(len(start))

    readings = [
        evaluate(
            *own,
            kind=np.arange(len(own[0])) % 3,
            comparison=Comparison(start[order], end[order], kind[order]),
            **moments,
        )
        for order in (slice(None), shuffled)
    ]

    assert repr(readings[0]) == repr(readings[1])


@settings(max_examples=10, deadline=None)
@given(weeks=st.integers(-900, 900))
def test_shift_by_whole_weeks_changes_nothing(made_up, moments, weeks):
    start, end = made_up(ratio=0.8)
    shift = weeks * WEEK

    still = evaluate(start, end, **moments)
    moved = evaluate(
        start + shift, end + shift, **{name: at + shift for name, at in moments.items()}
    )

    assert repr(moved) == repr(still)


def test_effect_does_not_depend_on_the_unit_of_work(made_up, moments):
    start, end = made_up(ratio=0.8, a_day=3, median_days=1.0)
    slow = start + 3 * (end - start)

    reading, slower = (evaluate(start, e, **moments) for e in (end, slow))

    assert slower.median_before == pytest.approx(3 * reading.median_before, rel=0.01)
    assert slower.ratio == pytest.approx(reading.ratio, rel=0.05)


def test_rows_after_the_cutoff_change_nothing(made_up, moments):
    start, end = made_up(ratio=0.8)
    late = moments["cutoff"] + np.arange(1.0, 9.0)
    before_the_data = moments["go_live"] - 800 * DAY + np.arange(8.0)

    reading = evaluate(start, end, **moments)
    more = evaluate(
        np.concatenate((start, late, before_the_data)),
        np.concatenate((end, late - 5, before_the_data - 9)),
        **moments,
    )

    assert repr(more) == repr(reading)
    assert np.isnan(np.where(end > moments["cutoff"], np.nan, end)).any()
    opened = evaluate(start, np.where(end > moments["cutoff"], np.nan, end), **moments)
    assert repr(opened) == repr(reading)


def test_before_the_data_nothing_is_used_or_counted(made_up, moments):
    start, end = made_up(ratio=0.8)
    data_from = moments["go_live"] - 200 * DAY
    wrong = np.where(start < data_from, start - 1, end)

    reading = evaluate(start, wrong, **moments, data_from=data_from)
    without = evaluate(
        start[start >= data_from], end[start >= data_from], **moments, data_from=data_from
    )

    assert repr(reading) == repr(without)
    assert reading.gates["G5"].value == 0


def test_an_end_exactly_at_go_live_is_an_end(moments):
    go_live = moments["go_live"]
    start = go_live - DAY * np.arange(1.0, 41.0)

    reading = evaluate(start, np.full(40, go_live), **moments)

    assert (reading.n_before, reading.done_before) == (40, 40)


def test_a_cutoff_before_go_live_gives_the_planning_figures(made_up, moments):
    start, end = made_up(a_day=3)
    go_live = moments["go_live"]

    plan = evaluate(start, end, go_live=go_live, cutoff=go_live - DAY)
    later = evaluate(start, end, **moments)
    at_go_live = evaluate(start, end, go_live=go_live, cutoff=go_live)

    assert plan.detectable_ratio == pytest.approx(later.detectable_ratio, rel=0.05)
    assert at_go_live.planned_information == later.planned_information
    assert 0.5 < plan.detectable_ratio < 1
    assert (plan.verdict, plan.grade, plan.p) == ("insufficient_evidence", "C", 1.0)
    assert math.isnan(plan.ratio)
    assert plan.n_after == 0


def test_planning_stays_the_same_with_a_comparison(made_up, moments):
    own, other = made_up(seed=1), made_up(seed=2)

    early, late = (
        evaluate(*own, go_live=moments["go_live"], cutoff=at, comparison=Comparison(*other))
        for at in (moments["go_live"], moments["cutoff"])
    )

    assert early.planned_information == late.planned_information


def test_planning_needs_both_baselines(made_up, moments):
    reading = evaluate(*made_up(), **moments, comparison=Comparison([], []))

    assert math.isnan(reading.planned_information)
    assert math.isnan(reading.ratio)
    assert reading.raw_ratio > 0
    assert reading.gates["G1"].text.startswith("In the comparison workflow: 0 cases completed")


def test_early_interval_is_wider_and_never_says_no_change(made_up, moments):
    start, end = made_up(a_day=6)

    final, early, registered = (
        evaluate(start, end, **moments, design=design)
        for design in (
            Design(target_ratio=0.5),
            Design(target_ratio=0.5, early=True),
            Design(target_ratio=0.5, early=True, planned_information=400.0),
        )
    )

    assert final.verdict == "no_measurable_change"
    assert "a shortening by 50.0 % or more is ruled out" in final.reason
    assert early.verdict == "insufficient_evidence"
    assert early.low < final.low < final.high < early.high
    assert registered.planned_information == early.planned_information
    assert registered.high != early.high


def test_early_interval_needs_planned_information(moments):
    go_live = moments["go_live"]
    before = go_live - DAY * np.arange(10.0, 210.0, 2)
    after = go_live + DAY * np.arange(15.0, 90.0)
    start = np.concatenate((before, after))
    # All before-cases take the same time, so that the baseline alone has one bin.
    spent = np.concatenate((np.full(100, 5.0), 2 + np.arange(75) % 4)) * DAY

    reading = evaluate(
        start,
        start + spent,
        **moments,
        data_from=go_live - 210 * DAY,
        design=Design(early=True),
    )

    assert math.isnan(reading.planned_information)
    assert math.isnan(reading.detectable_ratio)
    assert all(math.isnan(figure) for figure in (reading.ratio, reading.low, reading.high))
    assert reading.raw_ratio < 1
    assert reading.verdict == "insufficient_evidence"
    assert "too few, to compute an interval" in reading.reason


def test_completed_only_source_is_read_at_a_matched_horizon(made_up, moments):
    start, end = made_up(ratio=0.6, a_day=4)

    reading = evaluate(start, end, **moments, design=Design(horizon_days=21))
    open_or_late = end - start > 21 * DAY
    without = evaluate(
        start, np.where(open_or_late, np.nan, end), **moments, design=Design(horizon_days=21)
    )

    assert reading.completed_only
    assert (reading.n_before, reading.n_after) == (reading.done_before, reading.done_after)
    assert (reading.verdict, reading.grade) == ("improved", "C")
    assert repr(without) == repr(reading)


@pytest.mark.parametrize(
    "change, grade",
    [
        ({}, "B"),
        ({"post_hoc": True}, "C"),
        ({"placebo": False}, "C"),
        ({"drift_key": False}, "C"),
        ({"before_days": 140}, "C"),
    ],
)
def test_grade_is_capped(made_up, moments, change, grade):
    reading = evaluate(*made_up(ratio=0.6, a_day=4), **moments, design=Design(**change))

    assert reading.grade == grade


def test_every_start_up_to_the_cutoff_is_read_without_after_days(made_up, moments):
    start, end = made_up()

    reading = evaluate(start, end, **moments, design=Design(after_days=None))

    opens = moments["go_live"] + 14 * DAY
    assert reading.n_after == int(((start >= opens) & (start < moments["cutoff"])).sum())


def test_business_time_is_used_and_named(made_up, moments):
    start, end = made_up(ratio=0.6, a_day=4)
    days = np.arange(moments["go_live"] - 420 * DAY, moments["cutoff"] + 30 * DAY, DAY)
    calendar = OpeningHours(days, days + 8 * 3600.0, days[0], days[-1] + DAY)

    reading = evaluate(start, end, **moments, calendar=calendar)
    wall = evaluate(start, end, **moments)

    assert reading.clock == "business time"
    assert 0.2 < reading.median_before / wall.median_before < 0.5
    assert " h, 85 % within" in str(reading)


def test_times_outside_the_calendar_are_an_error(made_up, moments):
    start, end = made_up()
    first = moments["go_live"] - 380 * DAY

    for covered_from, covered_to in (
        (first + 30 * DAY, moments["cutoff"]),
        (first, moments["cutoff"] - 1),
        (moments["go_live"] + 1, moments["cutoff"]),
    ):
        calendar = OpeningHours(np.empty(0), np.empty(0), covered_from, covered_to)
        with pytest.raises(ValueError, match="coverage"):
            evaluate(start, end, **moments, calendar=calendar)


def test_open_cases_outside_the_reading_need_no_calendar(made_up, moments):
    start, end = made_up(first_day=-300)
    later = end + 4000 * DAY
    calendar = OpeningHours(
        np.array([moments["go_live"] - 301 * DAY]),
        np.array([moments["cutoff"]]),
        moments["go_live"] - 301 * DAY,
        moments["cutoff"],
    )

    ends = np.where(end > moments["cutoff"], later, end)
    reading = evaluate(start, ends, **moments, calendar=calendar)

    assert reading.n_before > 0


YEAR_1900 = datetime(1900, 1, 1, tzinfo=UTC).timestamp()
YEAR_2200 = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
N = 200


def degenerate():
    days = np.arange(N, dtype=float)
    go_live = 1.7e9
    start = go_live + (days - 120) * DAY
    nan = np.full(N, np.nan)
    yield "no cases", [], [], {}
    yield "one case", [go_live - DAY], [go_live], {}
    yield "one open case", [go_live + 20 * DAY], [np.nan], {}
    yield "all open", start, nan, {}
    yield "all the same", start, start + 3 * DAY, {}
    yield "two durations", start, start + np.where(start < go_live, 3, 2) * DAY, {}
    yield "no time at all", start, start, {}
    yield "ends before starts", start, start - DAY, {}
    yield "no starts", nan, start, {}
    yield "nothing known", nan, nan, {}
    yield "infinite", np.full(N, np.inf), np.full(N, -np.inf), {}
    yield "minus infinite starts", np.full(N, -np.inf), start, {}
    yield "ends at infinity", start, np.full(N, np.inf), {}
    yield "one moment", np.full(N, go_live - 5), np.full(N, go_live - 2), {}
    yield "go-live long after", start, start + DAY, {"go_live": go_live + 5000 * DAY}
    yield "go-live in the future", start, start + DAY, {"go_live": go_live + 300 * DAY}
    yield "go-live long before", start, start + DAY, {"go_live": go_live - 5000 * DAY}
    yield "cutoff at go-live", start, start + DAY, {"cutoff": go_live}
    yield "cutoff before the data", start, start + DAY, {"cutoff": go_live - 900 * DAY}
    yield "data from the future", start, start + DAY, {"data_from": go_live + 900 * DAY}
    yield "1900", start, start + DAY, {"go_live": YEAR_1900, "cutoff": YEAR_1900 + 99 * DAY}
    yield "2200", start, start + DAY, {"go_live": YEAR_2200, "cutoff": YEAR_2200 + 99 * DAY}
    yield "from 1900 to 2200", start, start + DAY, {"go_live": YEAR_1900, "cutoff": YEAR_2200}


@pytest.mark.parametrize("case", [pytest.param(row[1:], id=row[0]) for row in degenerate()])
@pytest.mark.parametrize(
    "design",
    [
        Design(),
        Design(early=True),
        Design(after_days=None, washout_days=0, before_days=36_525),
        Design(horizon_days=2),
    ],
    ids=["default", "early", "to the cutoff", "horizon"],
)
def test_degenerate_data_give_a_reading(case, design):
    start, end, changes = case
    arguments = {"go_live": 1.7e9, "cutoff": 1.7e9 + 112 * DAY} | changes
    kind = np.arange(len(start)) % 3
    value = np.arange(len(start)) % 2.0
    guards = [Guard("a", value, "share", 0.0), Guard("b", value, "mean", 0.1, "lower")]

    for comparison in (None, Comparison(start, end, kind), Comparison([], [])):
        reading = evaluate(
            start,
            end,
            kind=kind,
            cancelled=np.zeros(len(start), bool),
            comparison=comparison,
            guardrails=guards,
            design=design,
            **arguments,
        )

        assert reading.verdict in VERDICTS
        assert reading.grade in "ABC"
        assert 0 <= reading.p <= 1
        assert "nan" not in str(reading).lower()
        assert not math.isnan(reading.ratio) or reading.verdict in (
            "refused",
            "insufficient_evidence",
        )


def test_hopelessly_wide_intervals_stay_numbers(made_up, moments):
    design = Design(early=True, planned_information=1e12)

    reading = evaluate(*made_up(a_day=1), **moments, design=design)

    assert 0 < reading.low < 1e-300
    assert 1e300 < reading.high < math.inf
    assert reading.more_weeks is None


def test_one_type_is_nothing_to_standardise(made_up, moments):
    start, end = made_up()

    reading = evaluate(start, end, kind=np.zeros(len(start), int), **moments)

    assert not reading.standardised


MALFORMED = [
    ({"go_live": math.nan}, "go_live"),
    ({"go_live": "soon"}, "go_live"),
    ({"cutoff": math.inf}, "cutoff"),
    ({"cutoff": 1.75e12}, "years 385 to 5138"),
    ({"data_from": math.nan}, "data_from"),
    ({"end": [1.0]}, "end has 1 values for 3 cases"),
    ({"start": [[1.0]]}, "start must be one-dimensional"),
    ({"start": ["a"]}, "start must be numbers"),
    ({"kind": ["a"]}, "kind has 1"),
    ({"cancelled": [True]}, "cancelled has 1"),
    ({"cancelled": ["no", "no", "no"]}, "true or false"),
    ({"comparison": Comparison([1.0], [])}, "end has 0 values for 1 cases"),
    ({"guardrails": [Guard("g", [1.0], "mean", 0.1)]}, "'g' has 1"),
    ({"guardrails": [Guard("g", [1.0] * 3, "median", 0.1)]}, "kind must be"),
    ({"guardrails": [Guard("g", [1.0] * 3, "mean", 0.1, "up")]}, "worse must be"),
    ({"guardrails": [Guard("g", [1.0] * 3, "mean", -0.1)]}, "margin must be"),
    ({"guardrails": [Guard("g", [0.5] * 3, "share", 0.1)]}, "0 and 1"),
]


@pytest.mark.parametrize("change, message", MALFORMED)
def test_malformed_arguments_are_refused(moments, change, message):
    arguments = {"start": [1.0] * 3, "end": [2.0] * 3} | moments

    with pytest.raises(ValueError, match=message):
        evaluate(**(arguments | change))


@pytest.mark.parametrize(
    "change",
    [
        {"before_days": 0},
        {"before_days": 1e9},
        {"after_days": -1},
        {"after_days": math.nan},
        {"washout_days": -1},
        {"washout_days": math.inf},
        {"target_ratio": 0},
        {"target_ratio": 1.2},
        {"margin": 1},
        {"planned_information": 0},
        {"horizon_days": math.inf},
    ],
)
def test_malformed_designs_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        replace(Design(), **change)


def test_types_may_be_numbers_words_or_nothing(made_up, moments):
    start, end = made_up(a_day=3)
    numbers = np.arange(len(start)) % 2
    words = ["even" if n == 0 else None for n in numbers]

    by_number = evaluate(start, end, kind=numbers, **moments)
    by_word = evaluate(start, end, kind=words, **moments)

    assert by_number.standardised
    assert by_word.ratio == pytest.approx(by_number.ratio)
    assert by_number.raw_ratio == evaluate(start, end, **moments).raw_ratio
