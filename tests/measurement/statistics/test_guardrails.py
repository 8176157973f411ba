import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from measurement.statistics import Guard, evaluate
from measurement.statistics.guardrails import checked_values, read_guardrail


@pytest.fixture
def guarded(made_up, moments):
    """Reading of one guardrail whose values are drawn for each period."""

    def reading(kind, before, after, *, margin=0.05, worse="higher", recorded=1.0, a_day=4):
        start, end = made_up(ratio=0.6, a_day=a_day)
        rng = np.random.default_rng(0)
        value = np.where(
            start < moments["go_live"], before(rng, len(start)), after(rng, len(start))
        )
        value = np.where(rng.random(len(start)) < recorded, value, np.nan)
        guards = [Guard("g", value, kind, margin, worse)]
        return evaluate(start, end, **moments, guardrails=guards)

    return reading


def share(p):
    return lambda rng, n: (rng.random(n) < p).astype(float)


def normal(mean, sd=1.0):
    return lambda rng, n: rng.normal(mean, sd, n)


@pytest.mark.parametrize(
    "shares, margin, worse, state",
    [
        ((0.05, 0.25), 0.05, "higher", "broken"),
        ((0.05, 0.05), 0.10, "higher", "held"),
        ((0.05, 0.10), 0.05, "higher", "not_shown"),
        ((0.05, 0.25), 0.05, "lower", "held"),
        ((0.95, 0.60), 0.05, "lower", "broken"),
        ((0.00, 0.00), 0.05, "higher", "held"),
        ((0.00, 1.00), 0.05, "higher", "broken"),
    ],
)
def test_share(guarded, shares, margin, worse, state):
    reading = guarded("share", share(shares[0]), share(shares[1]), margin=margin, worse=worse)

    guardrail = reading.guardrails[0]
    assert guardrail.state == state
    assert guardrail.low <= guardrail.after - guardrail.before <= guardrail.high
    assert reading.verdict == ("faster_but_worse" if state == "broken" else "improved")
    if state == "broken":
        assert reading.target == "proven"
        assert reading.reason.endswith("but a guardrail is broken.")


@pytest.mark.parametrize(
    "before, after, worse, state",
    [
        (7, 6, "lower", "broken"),
        (7, 6, "higher", "held"),
        (7, 7, "lower", "held"),
        (7, 7.5, "higher", "not_shown"),
    ],
)
def test_mean(guarded, before, after, worse, state):
    reading = guarded("mean", normal(before), normal(after), margin=0.5, worse=worse)

    assert reading.guardrails[0].state == state


def test_share_without_scatter_beyond_chance_is_newcombe_s_interval(guarded):
    # Newcombe 1998, method 10, from scipy's Wilson intervals at the plain sample sizes.
    guardrail = guarded("share", share(0.0), share(0.0)).guardrails[0]
    n_before = guarded("share", share(0.0), share(0.0)).done_before
    n_after = guarded("share", share(0.0), share(0.0)).done_after

    before, after = (
        stats.binomtest(0, n).proportion_ci(method="wilson") for n in (n_before, n_after)
    )
    assert guardrail.low == pytest.approx(-before.high)
    assert guardrail.high == pytest.approx(after.high)


def test_constant_mean_has_no_width(guarded):
    guardrail = guarded("mean", normal(3, 0.0), normal(3, 0.0)).guardrails[0]

    assert (guardrail.low, guardrail.high, guardrail.state) == (0.0, 0.0, "held")


@pytest.mark.parametrize("kind", ["share", "mean"])
def test_few_values_show_nothing(guarded, kind):
    few = guarded(kind, share(0.0), share(1.0), recorded=0.05).guardrails[0]
    none = guarded(kind, share(0.0), share(1.0), recorded=0.0).guardrails[0]

    assert few.state == none.state == "not_shown"
    assert few.after == 1.0
    assert all(math.isnan(x) for x in (none.before, none.after, none.low, none.high))


def by_hand(kind, before, after, *, margin=0.05, worse="higher"):
    """A guardrail read from the values of each week before and after."""

    def period(weeks):
        week = np.repeat(np.arange(len(weeks)), [len(values) for values in weeks])
        done = np.ones(len(week), bool)
        values = np.array([value for values in weeks for value in values], float)
        return values, SimpleNamespace(row=np.arange(len(week)), week=week, done=done)

    values_before, cases_before = period(before)
    values_after, cases_after = period(after)
    cases_after.row = cases_after.row + len(values_before)
    return read_guardrail(
        Guard("g", [], kind, margin, worse),
        np.concatenate((values_before, values_after)),
        SimpleNamespace(before=cases_before, after=cases_after),
    )


@pytest.mark.parametrize(
    "weeks, per_week, state", [(6, 5, "held"), (5, 6, "not_shown"), (29, 1, "not_shown")]
)
def test_thirty_values_in_six_weeks_are_enough(weeks, per_week, state):
    constant = [[3.0] * per_week] * weeks

    told = by_hand("mean", constant, constant)

    assert told.state == state


@pytest.mark.parametrize(
    "change, margin, worse, state",
    [
        (0.5, 0.5, "higher", "held"),
        (0.75, 0.5, "higher", "broken"),
        (-0.5, 0.5, "lower", "held"),
        (-0.75, 0.5, "lower", "broken"),
        (-9.0, 0.0, "higher", "held"),
        (9.0, 0.0, "lower", "held"),
    ],
)
def test_a_change_of_exactly_the_margin_is_held(change, margin, worse, state):
    told = by_hand("mean", [[4.0] * 5] * 6, [[4.0 + change] * 5] * 6, margin=margin, worse=worse)

    assert (told.before, told.after, told.low, told.high) == (4.0, 4.0 + change, change, change)
    assert told.state == state


def test_interval_of_means_is_welch_s_over_weeks():
    # Equal weeks: the variance of a period's mean is that of its weekly means.
    ups, downs = [1.0, 3.0, 2.0, 5.0, 4.0, 3.0], [2.0, 2.5, 6.0, 4.0, 3.0, 5.0]

    told = by_hand("mean", [[up] * 5 for up in ups], [[down] * 5 for down in downs])

    welch = stats.ttest_ind(downs, ups, equal_var=False).confidence_interval()
    assert (told.low, told.high) == pytest.approx((welch.low, welch.high))


def test_interval_of_shares_is_newcombe_s_at_the_size_the_weeks_leave():
    ones = [0, 1, 2, 1, 4, 1]  # of five each week: more scatter than chance

    told = by_hand("share", [[1] * n + [0] * (5 - n) for n in ones], [[0] * 5] * 6, margin=0.0)

    p = sum(ones) / 30
    scatter = 6 / 5 * sum((k - 5 * p) ** 2 for k in ones) / 900
    size = 30 / (scatter / (p * (1 - p) / 30))
    z = stats.norm.ppf(0.975)
    centre, half = p + z * z / (2 * size), z * math.sqrt(p * (1 - p) / size + (z / (2 * size)) ** 2)
    low, high = ((centre + sign * half) / (1 + z * z / size) for sign in (-1, 1))
    none = stats.binomtest(0, 30).proportion_ci(method="wilson").high
    assert scatter > p * (1 - p) / 30
    assert told.low == pytest.approx(-p - math.hypot(0, high - p))
    assert told.high == pytest.approx(-p + math.hypot(none, p - low))


def test_weeks_with_less_scatter_than_chance_do_not_add_to_the_size():
    told = by_hand("share", [[1, 0, 0, 0, 0]] * 6, [[1, 0, 0, 0, 0]] * 6)

    wilson = stats.binomtest(6, 30).proportion_ci(method="wilson")
    assert told.high == pytest.approx(math.hypot(wilson.high - 0.2, 0.2 - wilson.low))
    assert told.low == pytest.approx(-told.high)


def test_values_of_one_week_have_no_interval():
    told = by_hand("share", [[1, 0] * 20], [[1, 0] * 20])

    assert (told.before, told.state) == (0.5, "not_shown")
    assert math.isnan(told.low)
    assert math.isnan(told.high)


def test_two_weeks_have_one():
    told = by_hand("mean", [[0, 0], [1, 1]], [[0, 1], [1, 2]])

    assert told.low < 0.5 < told.high


@pytest.mark.parametrize(
    "guard, message",
    [
        (Guard("g", [0.5], "share", 0.1), "a share is made of 0 and 1"),
        (Guard("g", [1.0], "mean", math.inf), "margin must be 0 or more, not inf"),
    ],
)
def test_malformed_guards_are_refused(guard, message):
    with pytest.raises(ValueError, match=message):
        checked_values(guard, 1)


def test_values_not_recorded_are_no_fault():
    assert checked_values(Guard("g", [0.0, 1.0, math.nan], "share", 0), 3).tolist()[:2] == [0, 1]
