"""The ten gates: is this data fit to carry a verdict?"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from measurement.statistics.arrays import Ints
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.periods import Period, Windows
from measurement.statistics.sides import Side
from measurement.statistics.wording import counted, day, percent

# G1: fewer finished cases than these carry no verdict. Pages count a baseline up to the first.
FINISHED_BEFORE, FINISHED_AFTER = 40, 30

Gates = Mapping[str, "Gate"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One check. ``passed`` is None where it cannot be judged, and ``value`` then NaN."""

    passed: bool | None
    value: float
    limit: float
    text: str


def judge(
    own: Side, other: Side | None, windows: Windows, calendar: OpeningHours | None
) -> dict[str, Gate]:
    """G1 to G10 by name; with a comparison, each judged on both workflows.

    G9 and G10 cannot be seen in these arrays: their ``passed`` is None.
    Source: measurement method, section 8.
    """
    gates = _of_one(own, windows, calendar)
    if other is not None:
        theirs = _of_one(other, windows, calendar)
        gates = {name: _both(gate, theirs[name]) for name, gate in gates.items()}
    gates["G9"] = Gate(None, math.nan, 0.01, "Duplicate case ids are judged where cases load.")
    gates["G10"] = Gate(
        None, math.nan, 52.0, "How the workflow was picked is judged at registration."
    )
    return gates


def _of_one(side: Side, windows: Windows, calendar: OpeningHours | None) -> dict[str, Gate]:
    return {
        "G1": _events(side, windows),
        "G2": _weeks(side),
        "G3": _reach(side),
        "G4": _follow_up(side, windows, calendar),
        "G5": _clock_errors(side),
        "G6": _cancelled(side),
        "G7": _batch_stamps(side),
        "G8": _volume(side, windows),
    }


def _both(own: Gate, other: Gate) -> Gate:
    if other.passed is False:
        text = f"In the comparison workflow: {other.text}"
        if own.passed is False:
            return replace(own, text=f"{own.text} {text}")
        return replace(other, text=text)
    return own


def _events(side: Side, windows: Windows) -> Gate:
    before, after = side.cases.before.completed, side.cases.after.completed
    still_open = len(side.cases.after) - after
    text = f"{before:,} cases completed before go-live and {after:,} after it"
    if before < FINISHED_BEFORE:
        text += f"; at least {FINISHED_BEFORE} are needed before: "
        text += f"{FINISHED_BEFORE - before} more from an older export"
    if after < FINISHED_AFTER:
        text += f"; at least {FINISHED_AFTER} are needed after: "
        text += f"{FINISHED_AFTER - after} more ({still_open:,} still open)"
        pace = _a_week(after, windows)
        if pace > 0:
            weeks = math.ceil((FINISHED_AFTER - after) / pace)
            text += f", about {counted(weeks, 'more week')} at this pace"
    share = min(before / FINISHED_BEFORE, after / FINISHED_AFTER)
    return Gate(share >= 1, float(share), 1.0, f"{text}.")


def _a_week(number: int, windows: Windows) -> float:
    weeks = (windows.after_to - windows.after_from) / 604_800
    return number / weeks if weeks > 0 else 0.0


def _weeks(side: Side) -> Gate:
    before, after = len(side.contrast.before.weeks), len(side.contrast.after.weeks)
    text = f"{counted(before, 'week')} with cases before and {after:,} after"
    if before < 12:
        text += f"; at least 12 are needed before: {12 - before} more from an older export"
    if after < 6:
        text += f"; at least 6 are needed after: come back in {counted(6 - after, 'week')}"
    return Gate(before >= 12 and after >= 6, min(before / 12, after / 6), 1.0, f"{text}.")


def _reach(side: Side) -> Gate:
    if not (len(side.cases.before) and len(side.cases.after)):
        return Gate(None, math.nan, 0.6, "There are not yet cases in both periods to compare.")
    reach = min(side.contrast.before.reach, side.contrast.after.reach)
    text = f"The curves of both periods follow cases until {percent(reach)} of them are done"
    passed = reach >= 0.6 - 1e-9
    if not passed:
        text += f", fewer than the 60.0 % needed: {_still_open(side)}"
    return Gate(passed, reach, 0.6, f"{text}.")


def _still_open(side: Side) -> str:
    """Which period's cases are open, and what helps: only those after go-live get done in time."""
    before, after = side.cases.before, side.cases.after
    if side.contrast.after.reach < 0.6 - 1e-9:
        waiting = len(after) - after.completed
        return (
            f"too many are still open ({waiting:,} of {len(after):,} after), "
            f"come back when more of them are done"
        )
    waiting = len(before) - before.completed
    return (
        f"too many were still open at go-live ({waiting:,} of {len(before):,} before), "
        f"check that the source delivers their ends"
    )


def _follow_up(side: Side, windows: Windows, calendar: OpeningHours | None) -> Gate:
    after, median = side.cases.after, side.medians[0]
    if not len(after):
        return Gate(None, math.nan, 0.75, "No case has started in the after-window yet.")
    if math.isnan(median):
        text = (
            f"Half of the {len(side.cases.before):,} cases before go-live were not done by then, "
            f"so there is no median time to follow the {len(after):,} cases after it for."
        )
        return Gate(passed=False, value=0.0, limit=0.75, text=text)
    now = windows.cutoff
    if calendar is not None:
        now = float(calendar.open_seconds(np.array([now]))[0])
    long_enough = int(np.count_nonzero(np.rint((now - after.clock) * 1000) >= median * 1000))
    share = long_enough / len(after)
    text = (
        f"{long_enough:,} of {len(after):,} cases after go-live have been followed for as long as "
        f"the median case took before"
    )
    passed = share >= 0.75
    if not passed:
        text += (
            f"; 75.0 % are needed ({len(after) - after.completed:,} are still open): "
            f"{_next_date(after, median, calendar)}"
        )
    return Gate(passed, share, 0.75, f"{text}.")


def _next_date(after: Period, median: float, calendar: OpeningHours | None) -> str:
    needed = math.ceil(0.75 * len(after)) - 1
    due = float(np.partition(after.clock, needed)[needed]) + median
    at = due if calendar is None else calendar.moment_of(due)
    return "extend the work calendar" if at is None else f"come back after {day(at)}"


def _clock_errors(side: Side) -> Gate:
    wrong, total = side.cases.clock_errors, side.cases.timed
    share = wrong / total if total else 0.0
    text = f"{wrong:,} of {total:,} cases have no start or end before they start"
    passed = share <= 0.02
    text += "; they are left out" if passed else ", more than 2.0 %: repair the times in the source"
    return Gate(passed, share, 0.02, f"{text}.")


def _cancelled(side: Side) -> Gate:
    cases = side.cases
    if cases.cancelled_before is None or cases.cancelled_after is None:
        return Gate(None, math.nan, 0.05, "The source does not say which cases were cancelled.")
    total_before = cases.starts_before + cases.cancelled_before
    total_after = cases.starts_after + cases.cancelled_after
    if not (total_before and total_after):
        return Gate(None, math.nan, 0.05, "There are not yet cases in both periods to compare.")
    before, after = cases.cancelled_before / total_before, cases.cancelled_after / total_after
    text = f"{percent(before)} of the cases were cancelled before and {percent(after)} after"
    passed = abs(after - before) <= 0.05
    if not passed:
        text += ", more than 5 points apart: find out what is being cancelled"
    return Gate(passed, abs(after - before), 0.05, f"{text}.")


def _batch_stamps(side: Side) -> Gate:
    before, after = (_shared_minutes(period) for period in (side.cases.before, side.cases.after))
    if before is None or after is None:
        return Gate(None, math.nan, 0.05, "There are not yet completions in both periods.")
    text = (
        f"{percent(before)} of the completions before and {percent(after)} after share their "
        f"minute with another"
    )
    passed = abs(after - before) <= 0.05
    if not passed:
        text += ", more than 5 points apart: the way completions are recorded has changed, "
        text += "have them stamped as before"
    return Gate(passed, abs(after - before), 0.05, f"{text}.")


def _shared_minutes(period: Period) -> float | None:
    if not period.completed:
        return None
    minute = np.sort(np.floor(period.end[period.done] / 60))
    same = np.zeros(len(minute) + 1, dtype=np.bool_)
    np.equal(minute[1:], minute[:-1], out=same[1:-1])
    return int(np.count_nonzero(same[1:] | same[:-1])) / len(minute)


def _volume(side: Side, windows: Windows) -> Gate:
    cases = side.cases
    if not (cases.starts_before and windows.after_is_open):
        return Gate(None, math.nan, 2.0, "Volumes can be compared once both periods have begun.")
    before = cases.starts_before / ((windows.before_to - windows.before_from) / 604_800)
    after = _a_week(cases.starts_after, windows)
    ratio = after / before
    text = f"{before:.1f} cases started a week before and {after:.1f} after"
    problems = []
    if not 0.5 <= ratio <= 2:
        problems.append(
            "that is less than half" if ratio < 0.5 else "that is more than twice as many"
        )
    thin = _thin_opening(cases.opening)
    if thin >= 4:
        problems.append(f"the baseline opens with {thin} almost empty weeks")
    if side.mix is not None and side.mix.vanished > 0.10:
        problems.append(
            f"{percent(side.mix.vanished)} of the cases before are of types that do not occur after"
        )
    if problems:
        text += (
            f"; {' and '.join(problems)}: it looks like a truncated export or a roll-out to "
            f"other units, confirm what happened"
        )
    return Gate(not problems, ratio, 2.0, f"{text}.")


def _thin_opening(opening: Ints) -> int:
    """How many weeks at the start of the baseline hold less than a fifth of the usual starts."""
    if len(opening) < 8:
        return 0
    usual = opening >= 0.2 * float(np.median(opening))
    return int(np.argmax(usual))
