"""Other ways to read a reading, and the one against last year where a season was registered."""

import math

import numpy as np
import pytest

from measurement.evaluating import Call, evaluated, year_on_year
from measurement.season import has_two_years
from measurement.sensitivity import sensitivity_of
from measurement.statistics import Design, opening_hours
from measurement.statistics.arrays import DAY

GO_LIVE = 1_767_225_600.0  # 1 January 2026
DESIGN = {name: Design.__dataclass_fields__[name].default for name in Design.__dataclass_fields__}
WEEK = {day: [("08:00", "18:00")] for day in range(5)}


def cases(*, years=3.0, effect=1.0, season=0.0, per_day=3, seed=7):
    """Starts evenly over the time, log-normal lengths of about five days."""
    chance = np.random.default_rng(seed)
    first = GO_LIVE - years * 364 * DAY
    start = np.arange(first, GO_LIVE + 126 * DAY, DAY / per_day)
    length = chance.lognormal(math.log(5 * DAY), 0.6, len(start))
    length *= np.where(start >= GO_LIVE, effect, 1.0)
    phase = 2 * math.pi * (start - GO_LIVE - 56 * DAY) / (364 * DAY)
    length *= np.exp(-season * np.cos(phase))
    kind = np.arange(len(start), dtype=np.int32) % 2
    return {
        "start": start,
        "end": start + length,
        "cancelled": np.zeros(len(start), dtype=np.bool_),
        "kind": kind,
    }


def call(arrays, **fields):
    given = {
        "go_live": GO_LIVE,
        "cutoff": GO_LIVE + 126 * DAY,
        "data_from": float(arrays["start"].min()),
        "design": dict(DESIGN),
    }
    return Call(**(given | fields))


def calendar(first_year=2022):
    from datetime import date

    return opening_hours(
        "Europe/Zurich", WEEK, first_day=date(first_year, 1, 1), last_day=date(2026, 12, 31)
    )


def names(lines):
    return [line["name"] for line in lines]


def test_each_choice_that_the_data_allow_has_a_line():
    arrays = cases(effect=0.7)

    lines = sensitivity_of(call(arrays), arrays, calendar())

    assert names(lines) == ["wall_clock", "not_standardised", "no_guards", "last_year"]
    assert all(line["low"] < line["ratio"] < line["high"] < 1 for line in lines)


def test_lines_are_what_evaluating_that_choice_gives():
    arrays = cases(effect=0.8)
    one = call(arrays)

    lines = {line["name"]: line["ratio"] for line in sensitivity_of(one, arrays, None)}

    unguarded = call(arrays, design=DESIGN | {"placebo": False, "drift_key": False})
    assert lines["no_guards"] == evaluated(unguarded, arrays, None).ratio
    assert lines["last_year"] == year_on_year(one, arrays, None).ratio
    assert "wall_clock" not in lines


@pytest.mark.parametrize(
    "years, design, kind, told",
    [
        (1.9, {}, True, ["not_standardised", "no_guards"]),
        (2.0, {}, True, ["not_standardised", "no_guards", "last_year"]),
        (1.0, {"standardise": False}, True, ["no_guards"]),
        (1.0, {"placebo": False, "drift_key": False}, False, []),
        (3.0, {"early": True}, True, []),
    ],
)
def test_a_choice_that_says_nothing_new_has_none(years, design, kind, told):
    arrays = cases(years=years)
    if not kind:
        del arrays["kind"]

    assert names(sensitivity_of(call(arrays, design=DESIGN | design), arrays, None)) == told


def test_with_a_comparison_the_guards_were_off_already():
    arrays = cases(effect=0.7)
    other = {f"other_{name}": values for name, values in cases(seed=8).items()}

    lines = sensitivity_of(call(arrays, comparison="x"), arrays | other, None)

    assert names(lines) == ["not_standardised", "no_comparison"]


def test_a_calendar_that_begins_too_late_leaves_last_year_out():
    arrays = cases(years=3.0)

    lines = sensitivity_of(call(arrays), arrays, calendar(first_year=2025))

    assert "last_year" not in names(lines)


@pytest.mark.parametrize("count", [0, 1, 6])
def test_too_few_cases_give_no_line(count):
    arrays = {name: values[:count] for name, values in cases().items()}
    one = call(cases())

    assert sensitivity_of(one, arrays, None) == []


def test_a_registered_season_is_no_gain():
    """Every summer is quick: by this year's weeks alone it looks like an effect."""
    arrays = cases(season=0.3, per_day=6)

    alone = evaluated(call(arrays), arrays, None)
    seasonal = evaluated(call(arrays, season=True), arrays, None)
    (line,) = [
        line
        for line in sensitivity_of(call(arrays, season=True), arrays, None)
        if line["name"] == "this_year"
    ]

    assert alone.ratio < 0.85
    assert seasonal.low < 1 < seasonal.high
    assert (seasonal.grade, seasonal.verdict != "improved") == ("C", True)
    assert line["ratio"] == alone.ratio
    assert (seasonal.n_after, seasonal.median_after) == (alone.n_after, alone.median_after)


def test_an_effect_stands_out_against_the_season():
    arrays = cases(season=0.3, effect=0.6, per_day=8)

    reading = evaluated(call(arrays, season=True), arrays, None)
    year = year_on_year(call(arrays), arrays, None)

    assert (reading.verdict, reading.grade) == ("improved", "C")
    assert (reading.ratio, reading.low, reading.high) == (year.ratio, year.low, year.high)
    assert 0.5 < reading.ratio < 0.72
    assert reading.p < 0.025
    assert reading.target in {"met", "proven"}
    assert not reading.drift_used


def test_last_year_that_carries_no_reading_gives_no_verdict():
    arrays = cases(effect=0.5)
    kept = (arrays["start"] >= GO_LIVE - 364 * DAY) | (np.arange(len(arrays["start"])) % 60 == 0)
    arrays = {name: values[kept] for name, values in arrays.items()}

    alone = evaluated(call(arrays), arrays, None)
    reading = evaluated(call(arrays, season=True), arrays, None)

    assert alone.verdict == "improved"
    assert reading.verdict == "insufficient_evidence"
    assert reading.reason.startswith("In the same weeks of last year: ")
    assert (reading.p, reading.more_weeks, reading.target) == (1.0, None, None)


def test_batch_stamps_of_last_year_give_no_improvement():
    """Half of the difference is last year's: what was recorded otherwise then counts as much."""
    arrays = cases(effect=0.5)
    begun = (arrays["start"] - GO_LIVE) / DAY + 364
    # So few that this year's own weeks, of which these are the first, pass.
    last = (begun > 0) & (begun < 100) & (np.arange(len(begun)) % 6 == 0)
    stamped = arrays["end"].copy()
    stamped[last] = np.ceil(stamped[last] / (7 * DAY)) * 7 * DAY
    alone = evaluated(call(arrays, season=True), arrays, None)

    reading = evaluated(call(arrays, season=True), arrays | {"end": stamped}, None)

    assert alone.verdict == "improved"
    assert (reading.verdict, reading.p) == ("insufficient_evidence", 1.0)
    assert reading.reason.startswith("In the same weeks of last year: ")


def test_a_refused_reading_stays_refused_by_its_own_gates():
    arrays = cases(effect=0.5)
    backwards = arrays["start"] > GO_LIVE
    backwards &= np.arange(len(backwards)) % 3 == 0
    arrays["end"] = np.where(backwards, arrays["start"] - DAY, arrays["end"])

    reading = evaluated(call(arrays, season=True), arrays, None)

    assert (reading.verdict, reading.p) == ("refused", 1.0)


def test_two_years_are_counted_to_the_day():
    assert has_two_years(go_live=GO_LIVE, data_from=GO_LIVE - 728 * DAY)
    assert not has_two_years(go_live=GO_LIVE, data_from=GO_LIVE - 727 * DAY)
    assert not has_two_years(go_live=GO_LIVE, data_from=None)


def test_a_call_without_a_season_is_stored_as_before():
    arrays = cases(years=1.0)

    assert "season" not in call(arrays).as_json()
    seasonal = call(arrays, season=True)
    assert Call.from_json(seasonal.as_json()) == seasonal
