"""Made-up workflows whose truth is known: what happens to cases that start on which day.

Days count from go-live; the redesign multiplies the time of every case that starts from then on.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

DAY = 86_400.0
GO_LIVE = 1_740_985_200.0  # 3 March 2025, 07:00 UTC
YEAR_DAYS = 364
AFTER_CENTRE = 49  # of the starts read at day 84 after two weeks of washout


@dataclass(frozen=True)
class World:
    """Log-normal times with what else moves them; trend in log units a week.

    ``autocorrelation`` and ``scatter``: weeks share a shock with this lag-1 correlation and this
    deviation. ``simple``: shares of simple cases before and after; complex ones take five times as
    long. ``learning_days``: 40 % on top at go-live, gone by then. ``tail``: share of the cases that
    a Pareto tail (index 1.5) makes longer still.
    """

    a_day: float = 2.5
    median_days: float = 5.0
    sigma: float = 0.9
    tail: float = 0.0
    autocorrelation: float = 0.0
    scatter: float = 0.0
    trend: float = 0.0
    season: str = ""
    simple: tuple[float, float] | None = None
    learning_days: int = 0
    first_day: int = -YEAR_DAYS
    read_day: int = 84


@dataclass(frozen=True)
class Log:
    """Starts and ends as epoch seconds, all ends known; ``kind`` or None."""

    start: np.ndarray
    end: np.ndarray
    kind: np.ndarray | None

    @property
    def days(self):
        return (self.start - GO_LIVE) / DAY


def seasonal(name, day):
    """Log units that the season adds for a start on ``day``."""
    if name in ("yearly, favourable", "yearly, adverse"):
        cycle = 0.15 * np.cos(2 * math.pi * (day - AFTER_CENTRE) / YEAR_DAYS)
        return -cycle if name.endswith("favourable") else cycle
    if name in ("quarter-end, favourable", "quarter-end, adverse"):
        # The last two of thirteen weeks: either just after the window, or in its middle.
        phase = -1 if name.endswith("favourable") else 5
        return np.where((day / 7 + phase) % 13 >= 11, math.log(1.4), 0.0)
    return np.zeros(len(day))


def shocks(rng, world):
    """One log-unit shock for each week, the first of the world first."""
    weeks = math.ceil((world.read_day - world.first_day) / 7) + 1
    rho = world.autocorrelation
    fresh = rng.standard_normal(weeks) * world.scatter * math.sqrt(1 - rho * rho)
    fresh[0] /= math.sqrt(1 - rho * rho)
    return lfilter([1.0], [1.0, -rho], fresh)


def simulated(rng, world, ratio, shared=None, until=math.inf):
    """One log of ``world``; ``ratio`` holds for starts from go-live until day ``until``."""
    length = world.read_day - world.first_day
    day = rng.uniform(world.first_day, world.read_day, rng.poisson(world.a_day * length))
    week = shocks(rng, world) if shared is None else shared
    level = week[((day - world.first_day) // 7).astype(int)] + world.trend * day / 7
    level += seasonal(world.season, day) + math.log(world.median_days)
    kind = None
    if world.simple is not None:
        share = np.where(day < 0, *world.simple)
        kind = (rng.random(len(day)) >= share).astype(int)
        level += np.where(kind == 1, 0.5, -0.5) * math.log(5)
    spent = np.exp(level + world.sigma * rng.standard_normal(len(day)))
    if world.tail:
        longer = rng.random(len(day)) < world.tail
        spent *= np.where(longer, rng.random(len(day)) ** (-1 / 1.5), 1.0)
    if world.learning_days:
        left = np.clip(1 - day / world.learning_days, 0, 1)
        spent *= np.where(day >= 0, 1 + 0.4 * left, 1.0)
    spent *= np.where((day >= 0) & (day < until), ratio, 1.0)
    start = np.round(GO_LIVE + DAY * day)
    return Log(start, np.round(start + DAY * spent), kind)
