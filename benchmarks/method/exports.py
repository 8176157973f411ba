"""Bad exports that each gate has to notice, and good ones that no gate may stop."""

import numpy as np

from benchmarks.method.recording import stamped
from benchmarks.method.worlds import DAY, GO_LIVE, Log, World, simulated
from measurement.evaluating import Call, baseline_weeks
from measurement.own_gates import duplicates_gate, selection_gate
from measurement.statistics import evaluate

READ_DAY = 98
TYPES = (0.5, 0.3, 0.2)
GATES = [f"G{number}" for number in range(1, 11)]


def log_of(rng, **changes):
    return simulated(rng, World(**{"read_day": READ_DAY} | changes), 1.0)


def gates(log, *, read_day=READ_DAY, **call):
    """Which gates fail, by name."""
    cutoff = GO_LIVE + read_day * DAY
    reading = evaluate(log.start, log.end, go_live=GO_LIVE, cutoff=cutoff, **call)
    return {name: gate.passed is False for name, gate in reading.gates.items()}


def kept(log, rows):
    return Log(log.start[rows], log.end[rows], log.kind)


def few_cases(rng):
    return gates(log_of(rng, a_day=0.25))["G1"]


def ten_weeks_before(rng):
    return gates(log_of(rng), data_from=GO_LIVE - 70 * DAY)["G2"]


def five_weeks_after(rng):
    return gates(log_of(rng), read_day=14 + 35)["G2"]


def most_still_open(rng):
    return gates(log_of(rng, median_days=100))["G3"]


def read_too_early(rng):
    return gates(log_of(rng, median_days=20), read_day=60)["G4"]


def ends_before_starts(rng):
    log = log_of(rng)
    wrong = rng.random(len(log.start)) < 0.04
    return gates(Log(log.start, np.where(wrong, log.start - DAY, log.end), None))["G5"]


def more_cancelled(rng, before=0.05, after=0.20):
    log = log_of(rng)
    cancelled = rng.random(len(log.start)) < np.where(log.days < 0, before, after)
    return gates(log, cancelled=cancelled)["G6"]


def batch_10(rng):
    return gates(stamped(rng, log_of(rng), 0.10))["G7"]


def batch_30(rng):
    return gates(stamped(rng, log_of(rng), 0.30))["G7"]


def begins_late(rng):
    log = log_of(rng)
    return gates(kept(log, log.days >= -300))["G8"]


def ends_early(rng):
    log = log_of(rng)
    return gates(kept(log, log.days < 14 + 35))["G8"]


def rolled_out(rng):
    log = log_of(rng, a_day=7.5)
    return gates(kept(log, (log.days >= 0) | (rng.random(len(log.start)) < 1 / 3)))["G8"]


def types_vanished(rng):
    log = log_of(rng)
    kind = rng.choice(3, len(log.start), p=TYPES)
    kind[log.days >= 0] %= 2
    return gates(log, kind=kind)["G8"]


def delivered_twice(rng, share=0.03):
    ids = np.arange(len(log_of(rng).start))
    rows = np.concatenate((ids, ids[rng.random(len(ids)) < share]))
    return duplicates_gate(len(rows) - len(np.unique(rows)), len(rows)).passed is False


def picked_with(weeks):
    """Whether G10 stops a workflow picked as slow whose data reach back so many weeks."""
    call = Call(
        go_live=GO_LIVE,
        cutoff=GO_LIVE + READ_DAY * DAY,
        data_from=GO_LIVE - weeks * 7 * DAY,
        design={},
    )
    started = np.arange(call.data_from, GO_LIVE, DAY)
    known = baseline_weeks(call, started)
    return selection_gate(known, comparison_as_slow=False).passed is False


def picked_on_its_baseline(rng):
    return picked_with(int(rng.integers(13, 52)))


BAD = {
    "G1: a case every fourth day": few_cases,
    "G2: ten weeks before": ten_weeks_before,
    "G2: five weeks after": five_weeks_after,
    "G3: median 100 days": most_still_open,
    "G4: median 20 days, read at day 60": read_too_early,
    "G5: 4 % end before they start": ends_before_starts,
    "G6: cancelled 5 -> 20 %": more_cancelled,
    "G7: 10 % closed in batches before": batch_10,
    "G7: 30 % closed in batches before": batch_30,
    "G8: export begins nine weeks late": begins_late,
    "G8: export stops seven weeks early": ends_early,
    "G8: rolled out to three times the volume": rolled_out,
    "G8: a fifth of the cases is of types that vanished": types_vanished,
    "G9: 3 % of the ids twice": delivered_twice,
    "G10: picked as slow, 13 to 51 weeks of baseline": picked_on_its_baseline,
}
GOOD = {
    f"good, {a_day}/day, {'no effect' if ratio == 1 else '20 % shorter'}": (a_day, ratio)
    for a_day in (0.7, 2.0, 4.0)
    for ratio in (1.0, 0.8)
}


def read_good(name, rng):
    """G1 to G10 failed, on data with the small faults that every source has."""
    a_day, ratio = GOOD[name]
    log = simulated(rng, World(a_day=a_day, read_day=READ_DAY), ratio)
    size = len(log.start)
    slip = rng.random(size) < 0.005
    failed = gates(
        Log(log.start, np.where(slip, log.start - DAY, log.end), None),
        kind=rng.choice(3, size, p=TYPES),
        cancelled=rng.random(size) < 0.05,
    )
    failed["G9"] = delivered_twice(rng, share=0.002)
    failed["G10"] = picked_with(int(rng.integers(52, 105)))
    return tuple(failed[name] for name in GATES)
