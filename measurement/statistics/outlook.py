"""Why the verdict is what it is, and how much longer it would take."""

import math
from collections.abc import Mapping

from measurement.statistics.design import Design
from measurement.statistics.gates import Gate
from measurement.statistics.verdict import INSUFFICIENT, REFUSING, Interval, failed
from measurement.statistics.wording import counted, percent

LONGEST_WEEKS = 520


def more_weeks_for(interval: Interval, design: Design, weeks: int) -> int | None:
    """After-weeks still missing until the interval clears 1 or the target, at this volume.

    The width falls as 1/sqrt(n), so the half width has to shrink to the larger
    of the two distances. None when that is ten years or more away.
    """
    effect = math.log(interval.ratio)
    half = (math.log(interval.high) - math.log(interval.low)) / 2
    distance = abs(effect)
    if not design.early:
        distance = max(distance, effect - math.log(design.target_ratio))
    if distance * math.sqrt(LONGEST_WEEKS / weeks + 1) <= half:
        return None
    return max(1, math.ceil(weeks * ((half / distance) ** 2 - 1)))


def outlook(
    verdict: str, interval: Interval, gates: Mapping[str, Gate], design: Design, *, weeks: int
) -> tuple[str, int | None]:
    """One sentence on the verdict, with numbers, and the after-weeks still missing if known."""
    stopped = failed(gates, REFUSING if verdict == "refused" else INSUFFICIENT)
    if stopped:
        return " ".join(gates[name].text for name in stopped), None
    if not interval.computable:
        return "The cases do not vary enough, or are too few, to compute an interval.", None
    change = (
        f"The typical time is {percent(abs(interval.ratio - 1))} "
        f"{'shorter' if interval.ratio < 1 else 'longer'}, with 95 % confidence between "
        f"{_signed(interval.low)} and {_signed(interval.high)}"
    )
    if verdict == "insufficient_evidence":
        return _unsettled(change, interval, gates, design, weeks=weeks)
    endings = {
        "faster_but_worse": ", but a guardrail is broken",
        "no_measurable_change": (
            f": a shortening by {percent(1 - design.target_ratio)} or more is ruled out"
        ),
    }
    return f"{change}{endings.get(verdict, '')}.", None


def _unsettled(
    change: str, interval: Interval, gates: Mapping[str, Gate], design: Design, *, weeks: int
) -> tuple[str, int | None]:
    if interval.high < 1:
        return f"{change}, but {_lower_first(gates['G7'].text)}", None
    more = more_weeks_for(interval, design, weeks)
    if more is None:
        return f"{change}: at this volume more weeks would not settle it.", None
    return f"{change}: about {counted(more, 'more week')} at this volume would settle it.", more


def _signed(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
