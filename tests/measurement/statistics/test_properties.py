"""What must not matter to a reading: the order of rows, the unit of time, when it all happened."""

import math
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement.statistics import Comparison, Design, Guard, OpeningHours, control_chart, evaluate

DAY = 86_400.0
GO_LIVE = 1_740_985_200.0
CUTOFF = GO_LIVE + 112 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEEDS = st.integers(0, 10_000)


def log(seed, *, size=700, median_days=3.0, first_day=-380):
    """Whole seconds; a tenth still open, a few cancelled, three kinds, a share and a score."""
    rng = np.random.default_rng(seed)
    start = np.round(GO_LIVE + DAY * rng.uniform(first_day, 112, size))
    spent = np.round(median_days * DAY * rng.lognormal(0, 0.8, size))
    spent *= np.where(start < GO_LIVE, 1.0, 0.7)
    end = np.where(rng.random(size) < 0.1, np.nan, np.round(start + spent))
    return {
        "start": start,
        "end": end,
        "kind": rng.choice(["a", "b", "c"], size, p=[0.6, 0.3, 0.1]),
        "cancelled": rng.random(size) < 0.05,
        "share": (rng.random(size) < 0.1).astype(float),
        "score": rng.normal(7, 1, size),
    }


def calendar(shift=0.0):
    days = np.arange(GO_LIVE - 500 * DAY, CUTOFF + 100 * DAY, DAY) + shift
    return OpeningHours(days, days + 9 * 3600, days[0], days[-1] + DAY)


def read(own, other=None, *, go_live=GO_LIVE, cutoff=CUTOFF, hours=None, **call):
    comparison = None
    if other is not None:
        comparison = Comparison(other["start"], other["end"], other["kind"], other["cancelled"])
    return evaluate(
        own["start"],
        own["end"],
        go_live=go_live,
        cutoff=cutoff,
        kind=own["kind"],
        cancelled=own["cancelled"],
        comparison=comparison,
        calendar=hours,
        guardrails=[
            Guard("share", own["share"], "share", 0.05),
            Guard("score", own["score"], "mean", 0.5, "lower"),
        ],
        **call,
    )


def at_another_time(own, seconds):
    return own | {"start": own["start"] + seconds, "end": own["end"] + seconds}


def figures(reading):
    """Everything but sentences, which name days."""
    told = {f.name: getattr(reading, f.name) for f in fields(reading) if f.name != "reason"}
    gates = {name: (gate.passed, gate.value) for name, gate in reading.gates.items()}
    return repr(told | {"gates": gates})


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, data=st.data())
def test_the_order_of_rows_changes_no_byte(seed, data):
    own, other = log(seed), log(seed + 1)
    hours = data.draw(st.sampled_from([None, calendar()]))
    design = data.draw(st.sampled_from([Design(), Design(early=True), Design(horizon_days=14)]))
    compared = data.draw(st.booleans())
    rng = np.random.default_rng(data.draw(SEEDS))
    mixed = [
        {name: values[order] for name, values in rows.items()}
        for rows in (own, other)
        for order in [rng.permutation(len(rows["start"]))]
    ]

    straight = read(own, other if compared else None, hours=hours, design=design)
    shuffled = read(mixed[0], mixed[1] if compared else None, hours=hours, design=design)

    assert repr(shuffled) == repr(straight)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, days=st.integers(-20_000, 30_000))
def test_when_it_all_happened_changes_nothing(seed, days):
    own, other, shift = log(seed), log(seed + 1), days * DAY
    data_from = GO_LIVE - 300 * DAY

    still = read(own, other, hours=calendar(), data_from=data_from)
    moved = read(
        at_another_time(own, shift),
        at_another_time(other, shift),
        go_live=GO_LIVE + shift,
        cutoff=CUTOFF + shift,
        hours=calendar(shift),
        data_from=data_from + shift,
    )

    assert figures(moved) == figures(still)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, minutes=st.integers(-100_000, 100_000))
def test_a_clock_that_is_off_for_everything_changes_nothing(seed, minutes):
    own, shift = log(seed), 60.0 * minutes

    right = read(own)
    off = read(at_another_time(own, shift), go_live=GO_LIVE + shift, cutoff=CUTOFF + shift)

    assert figures(off) == figures(right)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, days=st.sampled_from([-1, 1]))
def test_a_source_that_is_off_by_a_day_is_read_all_the_same(seed, days):
    own = log(seed, size=1_500)

    # Without guards: a drift key may switch on or off by a day.
    plain = Design(placebo=False, drift_key=False)

    right = read(own, design=plain)
    off = read(at_another_time(own, days * DAY), design=plain)

    assert_sentences(off)
    assert right.low < off.ratio < right.high


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_the_unit_a_source_counts_in_changes_nothing(seed):
    own = log(seed)
    known = np.isfinite(own["end"])

    def as_milliseconds(at):
        return int(at * 1000) / 1000

    def as_text(at):
        return datetime.fromisoformat((EPOCH + timedelta(seconds=at)).isoformat()).timestamp()

    def as_days(at):
        return float(Fraction(at) / 86_400 * 86_400)

    seconds = read(own)

    for of in (as_milliseconds, as_text, as_days):
        again = own | {
            "start": np.array([of(at) for at in own["start"]]),
            "end": np.array(
                [
                    of(at) if is_known else math.nan
                    for at, is_known in zip(own["end"], known, strict=True)
                ]
            ),
        }
        assert repr(read(again)) == repr(seconds)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_days_as_floats_change_nothing_but_the_last_digits(seed):
    own = log(seed)

    seconds = read(own)
    days = read(own | {"start": own["start"] / DAY * DAY, "end": own["end"] / DAY * DAY})

    assert (days.verdict, days.grade, days.n_before, days.n_after) == (
        *(seconds.verdict, seconds.grade, seconds.n_before, seconds.n_after),
    )
    for name in ("ratio", "low", "high", "raw_ratio", "median_before", "p85_after", "kappa"):
        expected = pytest.approx(getattr(seconds, name), rel=1e-9, nan_ok=True)
        assert getattr(days, name) == expected, name


def short(seed):
    """Everything is done within hours, whatever the unit, and long before anything is cut off."""
    own = log(seed, size=500)
    begun_early = (own["start"] < GO_LIVE - 5 * DAY) | (own["start"] >= GO_LIVE)
    rng = np.random.default_rng(seed)
    spent = 1000 * rng.integers(600, 30_000, len(own["start"])) / 1000
    return own | {"cancelled": ~begun_early, "spent": spent}


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, factor=st.sampled_from([0.5, 2.0, 7.0, 10.0]))
def test_longer_hours_leave_the_ratio_and_stretch_the_medians(seed, factor):
    own = short(seed)

    reading, stretched = (
        read(own | {"end": own["start"] + times * own["spent"]}) for times in (1.0, factor)
    )

    for name in ("ratio", "low", "high", "raw_ratio", "se", "df", "kappa", "p"):
        expected = pytest.approx(getattr(reading, name), rel=1e-6, nan_ok=True)
        assert getattr(stretched, name) == expected, name
    for name in ("median_before", "median_after", "p85_before", "p85_after"):
        assert getattr(stretched, name) == pytest.approx(factor * getattr(reading, name)), name
    assert (stretched.verdict, stretched.grade) == (reading.verdict, reading.grade)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, ratio=st.floats(0.3, 3.0))
def test_a_factor_on_every_case_after_go_live_is_the_ratio(seed, ratio):
    own = short(seed)
    factor = np.where(own["start"] < GO_LIVE, 1.0, ratio)
    plain = Design(placebo=False, drift_key=False)

    before, changed = (
        read(own | {"end": own["start"] + times * own["spent"]}, design=plain)
        for times in (1.0, factor)
    )

    # Bins move with the data: equal up to what binning costs.
    assert math.log(changed.ratio / before.ratio) == pytest.approx(math.log(ratio), abs=0.03)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, days=st.integers(-20_000, 30_000))
def test_the_chart_moves_with_its_cases(seed, days):
    own, shift = log(seed), days * DAY

    still = control_chart(own["start"], own["end"], go_live=GO_LIVE, cutoff=CUTOFF)
    moved = control_chart(
        own["start"] + shift, own["end"] + shift, go_live=GO_LIVE + shift, cutoff=CUTOFF + shift
    )

    assert repr([(w.cases, w.done, w.median, w.grey) for w in moved.weeks]) == repr(
        [(w.cases, w.done, w.median, w.grey) for w in still.weeks]
    )
    assert repr((moved.centre, moved.lower, moved.upper)) == repr(
        (still.centre, still.lower, still.upper)
    )


ANY_MOMENT = st.one_of(
    st.floats(
        datetime(1900, 1, 1, tzinfo=UTC).timestamp(), datetime(2200, 1, 1, tzinfo=UTC).timestamp()
    ),
    st.floats(GO_LIVE - 400 * DAY, CUTOFF + 400 * DAY),
    st.sampled_from([math.nan, math.inf, -math.inf, GO_LIVE, CUTOFF, 0.0]),
)
MOMENT = st.floats(-2.2e9, 7.2e9)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(ANY_MOMENT, ANY_MOMENT, st.integers(0, 3), st.booleans()), max_size=30),
    copies=st.integers(1, 4),
    go_live=st.one_of(st.just(GO_LIVE), MOMENT),
    cutoff=st.one_of(st.just(CUTOFF), MOMENT),
    early=st.booleans(),
    horizon=st.sampled_from([None, 5.0]),
    after_days=st.sampled_from([84, None]),
)
def test_whatever_comes_in_sentences_come_out(
    rows, copies, go_live, cutoff, early, horizon, after_days
):
    rows = rows * copies

    reading = evaluate(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        go_live=go_live,
        cutoff=cutoff,
        kind=np.array([row[2] for row in rows], dtype=int),
        cancelled=np.array([row[3] for row in rows], dtype=bool),
        design=Design(early=early, horizon_days=horizon, after_days=after_days),
    )

    assert_sentences(reading)


def assert_sentences(reading):
    """No NaN or infinity in a text, no ratio without its interval, no verdict without a ratio."""
    texts = [reading.reason, *(gate.text for gate in reading.gates.values())]
    for text in (*texts, str(reading)):
        assert "nan" not in text.lower()
        assert "inf" not in text.lower().replace("information", "")
    for text in texts:
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
    known = [not math.isnan(figure) for figure in (reading.ratio, reading.low, reading.high)]
    assert len(set(known)) == 1
    if known[0]:
        assert 0 < reading.low <= reading.ratio <= reading.high < math.inf
    else:
        assert reading.verdict in ("insufficient_evidence", "refused")
    for guard in reading.guardrails:
        assert math.isnan(guard.low) == math.isnan(guard.high)
