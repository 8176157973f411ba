"""Traps of how cases were recorded: batch stamps before go-live, sources without open cases."""

import numpy as np

from benchmarks.method.worlds import DAY, GO_LIVE, Log, World, simulated
from measurement.statistics import Design, evaluate

WORLD = World()
SLOW = World(median_days=14)  # slow enough for the missing open cases to matter
CUTOFF = GO_LIVE + WORLD.read_day * DAY
HORIZON_DAYS = 28
# 26 weeks and no guards, as these figures of the text were measured.
PLAIN = Design(before_days=182, placebo=False, drift_key=False)


def stamped(rng, log, share):
    """Some cases that ended before go-live were closed in a batch a week later at most."""
    week = 7 * DAY
    batch = GO_LIVE - np.floor((GO_LIVE - log.end) / week) * week
    moved = (log.end < GO_LIVE) & (batch < GO_LIVE) & (rng.random(len(log.end)) < share)
    return Log(log.start, np.where(moved, batch, log.end), log.kind)


def read_stamped(share, rng):
    """Interval below 1; G7 failed; verdict improved."""
    log = stamped(rng, simulated(rng, WORLD, 1.0), share)
    reading = evaluate(log.start, log.end, go_live=GO_LIVE, cutoff=CUTOFF, design=PLAIN)
    return reading.high < 1, reading.gates["G7"].passed is False, reading.verdict == "improved"


def read_completed_only(rng):
    """Below 1 uncorrected; below 1 and 1 covered at a matched horizon; verdict, grade above C."""
    log = simulated(rng, SLOW, 1.0)
    seen = log.end <= CUTOFF
    call = {"go_live": GO_LIVE, "cutoff": CUTOFF}
    plain = evaluate(log.start[seen], log.end[seen], **call, design=PLAIN)
    matched = evaluate(
        log.start[seen], log.end[seen], **call, design=Design(horizon_days=HORIZON_DAYS)
    )
    return plain.high < 1, matched.high < 1, matched.low <= 1 <= matched.high, matched.grade < "C"
