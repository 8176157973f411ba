"""Early readings: a redesign looked at every second night, from six after-weeks on."""

import math

from scipy.special import stdtrit

from benchmarks.method.worlds import DAY, GO_LIVE, World, simulated
from measurement.statistics import Design, evaluate, plan

LOOKS = range(56, 113, 2)  # days after go-live
WORLDS = {
    "2/day": World(a_day=2, read_day=112),
    "4/day": World(a_day=4, read_day=112),
    "2.5/day, autocorrelation 0.35": World(autocorrelation=0.35, scatter=0.18, read_day=112),
}
SINGLE_DAY = 98  # two weeks of washout and twelve of starts


def read_early(name, ratio, rng):
    """Ever improved: always-valid, fixed 95 %; improved at one single look; planned / actual."""
    log = simulated(rng, WORLDS[name], ratio)
    registered = plan(log.start, log.end, go_live=GO_LIVE, cutoff=GO_LIVE).information
    design = Design(early=True, planned_information=registered)
    ever = fixed = False
    for day in LOOKS:
        reading = evaluate(
            log.start, log.end, go_live=GO_LIVE, cutoff=GO_LIVE + day * DAY, design=design
        )
        if any(reading.gates[gate].passed is False for gate in ("G1", "G2", "G3", "G4")):
            continue
        half = stdtrit(reading.df, 0.975) * reading.se
        ever |= reading.verdict == "improved"
        fixed |= math.log(reading.ratio) + half < 0
    single = evaluate(log.start, log.end, go_live=GO_LIVE, cutoff=GO_LIVE + SINGLE_DAY * DAY)
    actual = (1.959964 / (single.se * stdtrit(single.df, 0.975))) ** 2
    return ever, fixed, single.verdict == "improved", registered / actual
