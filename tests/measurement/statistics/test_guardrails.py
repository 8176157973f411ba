import math

import numpy as np
import pytest
from scipy import stats

from measurement.statistics import Guard, evaluate


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
