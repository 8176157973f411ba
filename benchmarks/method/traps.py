"""The main table of the method's section 9: each trap, what the text measured, what is asked."""

import math
from dataclasses import dataclass, field

import numpy as np

from benchmarks.method.dashboards import mean_says_improved, ranks_say_improved
from benchmarks.method.worlds import DAY, GO_LIVE, World, shocks, simulated
from measurement.statistics import Comparison, Design, evaluate, same_weeks_last_year

PICKED_OF = 15
PICKED_DAYS = 91
# What one repetition of a trap gives.
FIELDS = ("covered", "below", "above", "improved", "mean", "ranks", "mean_short")


@dataclass(frozen=True)
class Trap:
    """``text``: coverage null and -20 %, false improved, false worse, power, D, MW.

    ``coverage`` at least, ``false`` at most; ``power``: the text less 0.05. None: nothing is asked.
    """

    name: str
    world: World
    text: tuple
    coverage: float | None = 0.93
    false: float | None = 0.035
    power: bool = True
    how: str = "alone"
    design: Design = field(default_factory=Design)
    ratios: tuple = (1.0, 0.8)


AUTO = {"autocorrelation": 0.35, "scatter": 0.18}
STRONG = {"autocorrelation": 0.65, "scatter": 0.28}
WANDER = {"autocorrelation": 0.92, "scatter": 0.25}
TWO_YEARS = {"first_day": -2 * 364}
NO = None
TRAPS = (
    Trap("none, 2/day", World(a_day=2), (0.98, 0.95, 0.007, 0.018, 0.54, 0.28, 0.07)),
    Trap("none, 4/day", World(a_day=4), (0.97, 0.95, 0.015, 0.013, 0.79, 0.52, 0.19)),
    Trap("none, 0.7/day", World(a_day=0.7), (0.97, 0.94, 0.018, 0.015, 0.21, 0.18, 0.06)),
    Trap(
        "heavy skew, 2/day",
        World(a_day=2, sigma=1.3, tail=0.1),
        (0.96, 0.96, 0.013, 0.033, 0.29, 0.91, 0.27),
    ),
    Trap(
        "right-censoring: median 14 d, read at day 60",
        World(median_days=14, read_day=60),
        (0.96, 0.94, 0.030, 0.015, 0.43, 1.00, 0.83),
    ),
    Trap("autocorrelation 0.35", World(**AUTO), (0.94, 0.95, 0.025, 0.033, 0.35, 0.44, 0.25)),
    Trap(
        "autocorrelation 0.65",
        World(**STRONG),
        (0.92, 0.89, 0.035, 0.050, 0.18, 0.45, 0.29),
        coverage=0.88,
        false=0.05,
    ),
    Trap(
        "slow wander 0.92",
        World(**WANDER),
        (0.89, 0.85, 0.058, 0.055, 0.20, 0.48, 0.36),
        coverage=0.84,
        false=0.10,
    ),
    Trap(
        "trend -0.8 %/week",
        World(trend=-0.008),
        (0.99, 0.99, 0.015, 0.000, 0.25, 1.00, 0.99),
        coverage=NO,
        false=0.10,
    ),
    Trap(
        "trend -0.4 %/week",
        World(trend=-0.004),
        (0.91, 0.92, 0.092, 0.003, 0.50, 0.91, 0.69),
        coverage=NO,
        false=0.10,
    ),
    Trap(
        "trend -0.2 %/week",
        World(trend=-0.002),
        (0.94, 0.92, 0.060, 0.003, 0.66, 0.64, 0.37),
        coverage=NO,
        false=0.10,
    ),
    Trap(
        "quarter-end slow-down, favourable",
        World(season="quarter-end, favourable"),
        (0.93, 0.94, 0.070, 0.003, 0.67, 0.62, 0.28),
        coverage=NO,
        false=0.10,
    ),
    Trap(
        "quarter-end slow-down, adverse",
        World(season="quarter-end, adverse"),
        (0.97, 0.96, 0.000, 0.030, 0.16, 0.52, 0.10),
        coverage=NO,
        false=NO,
    ),
    Trap(
        "yearly cycle 15 %, favourable",
        World(season="yearly, favourable"),
        (0.97, 0.97, 0.030, 0.000, 0.46, 0.68, 0.43),
        coverage=NO,
        false=0.10,
    ),
    Trap(
        "yearly cycle 15 %, adverse",
        World(season="yearly, adverse"),
        (0.94, 0.83, 0.000, 0.058, 0.02, 0.14, 0.01),
        coverage=NO,
        false=NO,
    ),
    Trap(
        "case mix 45 -> 60 % simple",
        World(simple=(0.45, 0.60)),
        (0.99, 0.99, 0.007, 0.005, 0.33, 0.99, 0.97),
    ),
    Trap(
        "learning curve, gone in 35 d",
        World(learning_days=35),
        (0.94, 0.94, 0.007, 0.050, 0.42, 0.04, 0.01),
    ),
    Trap(
        "common shock, with comparison",
        World(**AUTO),
        (0.96, 0.96, 0.030, 0.013, 0.38, 0.42, 0.22),
        how="compared",
    ),
    Trap(
        "picked: slowest of 15, slow wander",
        World(**WANDER),
        (NO, NO, 0.070, NO, NO, 0.38, NO),
        coverage=NO,
        false=0.10,
        how="picked",
        ratios=(1.0,),
    ),
    Trap(
        "yearly cycle, same weeks last year",
        World(season="yearly, favourable", **TWO_YEARS),
        (0.97, NO, 0.013, NO, 0.32, NO, NO),
        coverage=NO,
        false=NO,
        power=False,  # not in the main table
        how="last year",
    ),
    Trap(
        "trend -1 %/week, same weeks last year",
        World(trend=-0.01, **TWO_YEARS),
        (0.99, NO, 0.013, NO, 0.31, NO, NO),
        coverage=NO,
        false=NO,
        power=False,  # not in the main table
        how="last year",
    ),
)


def read_trap(trap, ratio, rng):
    """FIELDS of one repetition: does the interval hold the truth, lie below 1, above 1, ..."""
    world, other = trap.world, None
    shared = shocks(rng, world) if trap.how == "compared" else None
    picked = trap.how == "picked"
    log = slowest(rng, world) if picked else simulated(rng, world, ratio, shared)
    if trap.how == "compared":
        twin = simulated(rng, world, 1.0, shared)
        other = Comparison(twin.start, twin.end)
    cutoff = GO_LIVE + world.read_day * DAY
    call = {"go_live": GO_LIVE, "cutoff": cutoff, "kind": log.kind}
    if trap.how == "last year":
        result = same_weeks_last_year(log.start, log.end, **call)
        said = math.nan
    else:
        result = evaluate(log.start, log.end, **call, comparison=other, design=trap.design)
        said = result.verdict == "improved"
    return (
        result.low <= ratio <= result.high,
        result.high < 1,
        result.low > 1,
        said,
        mean_says_improved(log, cutoff),
        ranks_say_improved(log, cutoff),
        mean_says_improved(log, cutoff, baseline_days=PICKED_DAYS),
    )


def slowest(rng, world):
    """Of fifteen alike, the one whose cases of the last 13 weeks took longest on average."""
    logs = [simulated(rng, world, 1.0) for _ in range(PICKED_OF)]
    return max(logs, key=recent_mean)


def recent_mean(log):
    seen = (log.start >= GO_LIVE - PICKED_DAYS * DAY) & (log.end < GO_LIVE)
    return float(np.mean((log.end - log.start)[seen]))
