"""How the effect would read by other choices than the registered ones; none is a verdict."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from measurement.evaluating import Arrays, Call, evaluated, year_on_year
from measurement.season import has_two_years
from measurement.statistics import OpeningHours

Line = dict[str, Any]


def sensitivity_of(call: Call, arrays: Arrays, calendar: OpeningHours | None) -> list[Line]:
    """``{"name", "ratio", "low", "high"}`` for each other choice that these data allow.

    ``wall_clock``, ``not_standardised``, ``no_guards``, ``no_comparison``, ``last_year``, and
    ``this_year`` where the verdict is against last year. A choice that gives no interval is left
    out. Nothing for early readings: they are taken every night, and each line costs a reading.
    """
    if call.design["early"]:
        return []
    bare = replace(call, guards=())
    lines = []
    for name, ratio, low, high in _others(bare, arrays, calendar):
        if all(map(math.isfinite, (ratio, low, high))):
            lines.append({"name": name, "ratio": ratio, "low": low, "high": high})
    return lines


def _others(
    call: Call, arrays: Arrays, calendar: OpeningHours | None
) -> Iterator[tuple[str, float, float, float]]:
    def read(
        name: str, other: Call, clock: OpeningHours | None = calendar
    ) -> tuple[str, float, float, float]:
        reading = evaluated(other, arrays, clock)
        return name, reading.ratio, reading.low, reading.high

    design = call.design
    if calendar is not None:
        yield read("wall_clock", call, None)
    kind = arrays.get("kind")
    if design["standardise"] and kind is not None and len(np.unique(kind)) > 1:
        yield read("not_standardised", replace(call, design=design | {"standardise": False}))
    if call.comparison is not None:
        yield read("no_comparison", replace(call, comparison=None))
        return
    if call.season:
        yield read("this_year", replace(call, season=False))
        return
    if design["placebo"] or design["drift_key"]:
        unguarded = design | {"placebo": False, "drift_key": False}
        yield read("no_guards", replace(call, design=unguarded))
    if has_two_years(go_live=call.go_live, data_from=call.data_from):
        try:
            year = year_on_year(call, arrays, calendar)
        except ValueError:  # the work calendar does not reach so far back
            return
        yield "last_year", year.ratio, year.low, year.high
