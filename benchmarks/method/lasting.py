"""Life after an improved reading: what the readings at 90 and 180 days say of the truth."""

from benchmarks.method.worlds import DAY, GO_LIVE, World, simulated
from measurement.statistics import Design, evaluate, lasting

READ_DAY = 98
LATER = (90, 180)
WORLDS = {
    "4/day": World(a_day=4, read_day=READ_DAY + LATER[-1]),
    "2/day": World(a_day=2, read_day=READ_DAY + LATER[-1]),
    "autocorrelation 0.35": World(
        autocorrelation=0.35, scatter=0.18, read_day=READ_DAY + LATER[-1]
    ),
    "autocorrelation 0.65": World(
        autocorrelation=0.65, scatter=0.28, read_day=READ_DAY + LATER[-1]
    ),
}


def read_lasting(name, until, rng):
    """Improved at its date; an alarm ever; sustained at both; the effect ends on day ``until``."""
    log = simulated(rng, WORLDS[name], 0.8, until=until)
    primary = read(log, 0)
    if primary.verdict != "improved":
        return False, False, False
    said = [lasting(primary, read(log, days)) for days in LATER]
    return True, "relapse" in said, said == ["sustained", "sustained"]


def read(log, days):
    return evaluate(
        log.start,
        log.end,
        go_live=GO_LIVE,
        cutoff=GO_LIVE + (READ_DAY + days) * DAY,
        design=Design(washout_days=14 + days),
    )
