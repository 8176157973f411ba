"""The effect against a second implementation: every deletion counted again from the cases."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from measurement.statistics import Comparison, Design, evaluate

WEEK = 604_800.0
GO_LIVE = 1_740_985_200.0
CUTOFF = GO_LIVE + 16 * WEEK
GRID = [round(0.05 * n, 2) for n in range(2, 17)]


def cases_of(start, end, *, begin, finish, censored):
    cases = []
    for s, e in zip(start, end, strict=True):
        if begin <= s < finish:
            done = e <= censored
            spent = max(60.0, round(((e if done else censored) - s) * 1000) / 1000)
            cases.append((int((s - begin) // WEEK), spent, done))
    return cases


def edges_of(cases):
    done = sorted(d for _, d, is_done in cases if is_done)
    if len(set(done)) <= 128:
        return sorted(set(done))
    places = ((len(done) - 1) * i / 128 for i in range(1, 129))
    return sorted({float(np.interp(place, range(len(done)), done)) for place in places})


def curve(cases, weights, edges):
    left = {}
    for (_, d, done), weight in zip(cases, weights, strict=True):
        places = [j for j, x in enumerate(edges) if (x >= d if done else x <= d)]
        place = (places[0] if done else places[-1]) if places else -1
        deaths, leaving = left.get(place, (0.0, 0.0))
        left[place] = (deaths + weight * done, leaving + weight)
    survival, s = [], 1.0
    at_risk = sum(weights) - left.get(-1, (0, 0))[1]
    for j in range(len(edges)):
        deaths, leaving = left.get(j, (0.0, 0.0))
        s *= 1 - (deaths / at_risk if at_risk > 1e-9 else 0)
        survival.append(s)
        at_risk -= leaving
    return survival


def level(survival, edges, grid):
    logs = [2 * math.log(edges[0]) - math.log(edges[1]), *map(math.log, edges)]
    heights = [1.0, *survival]
    total = 0.0
    for p in grid:
        j = next(j for j, s in enumerate(heights) if s <= 1 - p + 1e-9)
        share = (heights[j - 1] - (1 - p)) / (heights[j - 1] - heights[j])
        total += logs[j - 1] + share * (logs[j] - logs[j - 1])
    return total / len(grid)


def oracle(before, after, weights_after):
    edges = edges_of(before + after)
    periods = []
    for cases, weights in ((before, [1.0] * len(before)), (after, weights_after)):
        mass = {}
        for (week, d, done), weight in zip(cases, weights, strict=True):
            mass[week] = mass.get(week, 0.0) + (weight if done or d >= edges[0] else 0.0)
        kept = sorted(week for week, q in mass.items() if q > 1e-9)
        curves = [curve(cases, weights, edges)]
        for out in kept:
            pairs = [(c, w) for c, w in zip(cases, weights, strict=True) if c[0] != out]
            curves.append(curve([c for c, _ in pairs], [w for _, w in pairs], edges))
        periods.append((kept, curves))
    reach = min(1 - curves[0][-1] for _, curves in periods) - 0.05
    reach = min(reach, *(1 - c[-1] for _, curves in periods for c in curves[1:]))
    grid = [p for p in GRID if p <= reach + 1e-9]
    levels = [[level(c, edges, grid) for c in curves] for _, curves in periods]
    r0, parts, weeks_in_all = 0.0, [], sum(len(kept) for kept, _ in periods)
    for (kept, _), (whole, *without) in zip(periods, levels, strict=True):
        n = len(kept)
        u = [(n - 1) * (whole - m) for m in without]
        c = [x - sum(u) / n for x in u]
        squares = sum(x * x for x in c)
        r0 += sum(c[i] * c[i - 1] for i in range(1, n) if kept[i] - kept[i - 1] == 1) / (
            squares / n
        )
        parts.append((n, squares))
    r0 /= weeks_in_all
    r = min(max(r0 + (1 + 3 * max(r0, 0)) / weeks_in_all, 0), 0.75)
    variances = []
    for n, squares in parts:
        vif = max(1, (1 + r) / (1 - r) - 2 * r * (1 - r**n) / (n * (1 - r) ** 2))
        f = max(0.3, 1 - (vif - 1) / (n - 1))
        variances.append((squares / (n * (n - 1)) * vif / f, max(2, n / vif - 1)))
    variance = sum(v for v, _ in variances)
    df = variance**2 / sum(v * v / d for v, d in variances)
    return levels[1][0] - levels[0][0], math.sqrt(variance), df, r


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    a_week=st.sampled_from([1.5, 4.0, 12.0]),
    ticks=st.sampled_from([0.001, 3600.0, 86_400.0]),
    median_days=st.sampled_from([2.0, 20.0]),
    typed=st.booleans(),
)
def test_effect_equals_a_second_implementation(seed, a_week, ticks, median_days, typed):
    rng = np.random.default_rng(seed)
    start = GO_LIVE + WEEK * np.sort(rng.uniform(-30, 16, int(46 * a_week)))
    end = start + np.ceil(median_days * 86_400 * rng.lognormal(0, 0.8, len(start)) / ticks) * ticks
    kind = rng.choice(["a", "b"], len(start)) if typed else None
    design = Design(before_days=182, placebo=False, drift_key=False)

    reading = evaluate(start, end, go_live=GO_LIVE, cutoff=CUTOFF, kind=kind, design=design)

    if math.isnan(reading.ratio):
        return
    first, after_from = GO_LIVE - 26 * WEEK, GO_LIVE + 2 * WEEK
    before = cases_of(start, end, begin=first, finish=GO_LIVE, censored=GO_LIVE)
    after = cases_of(start, end, begin=after_from, finish=after_from + 12 * WEEK, censored=CUTOFF)
    weights = [1.0] * len(after)
    if typed:
        types_before = kind[(start >= first) & (start < GO_LIVE)].tolist()
        types_after = kind[(start >= after_from) & (start < after_from + 12 * WEEK)].tolist()
        rare = {k for k in "ab" if types_after.count(k) < 5}
        types_before = ["other" if k in rare else k for k in types_before]
        types_after = ["other" if k in rare else k for k in types_after]
        weights = [
            (types_before.count(k) / len(types_before)) / (types_after.count(k) / len(types_after))
            for k in types_after
        ]
    theta, se, df, r = oracle(before, after, weights)
    assert math.log(reading.ratio) == pytest.approx(theta, abs=1e-9)
    assert reading.se == pytest.approx(se, rel=1e-7)
    assert reading.df == pytest.approx(df, rel=1e-7)
    assert reading.autocorrelation == pytest.approx(r, abs=1e-7)
    half = stats.t.ppf(0.975, df) * se
    assert math.log(reading.low) == pytest.approx(theta - half, abs=1e-7)
    assert math.log(reading.high) == pytest.approx(theta + half, abs=1e-7)


def test_comparison_takes_out_what_both_share(made_up, moments):
    start, end = made_up(ratio=0.7, seed=1)
    design = Design(placebo=False, drift_key=False)

    alone = evaluate(start, end, **moments, design=design)
    against_itself = evaluate(start, end, **moments, comparison=Comparison(start, end))
    other = made_up(ratio=0.9, seed=2)
    against = evaluate(start, end, **moments, comparison=Comparison(*other))

    assert math.isnan(against_itself.ratio)  # no difference at all: nothing varies
    other_alone = evaluate(*other, **moments, design=design)
    assert against.ratio == pytest.approx(alone.ratio / other_alone.ratio)
    assert against.raw_ratio == alone.ratio
    assert (against.grade, against.drift, against.placebo_windows) == ("A", None, 0)
