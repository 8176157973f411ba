"""Quarters of a hundred redesigns, thirty of which truly shorten the work by 20 %."""

from benchmarks.method.worlds import DAY, GO_LIVE, World, simulated
from measurement.statistics import evaluate, portfolio

DUE, TRUE = 100, 30
READ_DAY = 98
VOLUMES = (1.0, 2.0, 4.0)
# Every second workflow has weeks that hang together.
WORLDS = [
    World(a_day=a_day, read_day=READ_DAY, **weeks)
    for a_day in VOLUMES
    for weeks in ({}, {"autocorrelation": 0.35, "scatter": 0.18})
]


def read_portfolio(rng):
    """Calls and false ones among them: unadjusted, after the control, counted as improved."""
    readings = []
    for number in range(DUE):
        world = WORLDS[number % len(WORLDS)]
        log = simulated(rng, world, 0.8 if number < TRUE else 1.0)
        readings.append(
            evaluate(log.start, log.end, go_live=GO_LIVE, cutoff=GO_LIVE + READ_DAY * DAY)
        )
    result = portfolio(readings)
    called = [reading.verdict == "improved" for reading in readings]
    return tuple(
        sum(hits)
        for chosen in (called, result.survivors, result.counted)
        for hits in (chosen, chosen[TRUE:])
    )
