"""A registered season: the verdict is read against the same weeks of last year."""

import math
from dataclasses import replace

from scipy.special import stdtr

from measurement.statistics import Design, Reading
from measurement.statistics.last_year import YEAR, YearOnYear
from measurement.statistics.outlook import outlook
from measurement.statistics.verdict import (
    INSUFFICIENT,
    REFUSING,
    Interval,
    failed,
    is_negligible,
    target_of,
    verdict_of,
)

TWO_YEARS = 2 * YEAR


def has_two_years(*, go_live: float, data_from: float | None) -> bool:
    """Whether the data reach back to the begin of last year's own baseline."""
    return data_from is not None and data_from <= go_live - TWO_YEARS


def against_last_year(reading: Reading, year: YearOnYear, design: Design) -> Reading:
    """``reading`` with the interval of ``year`` and all that follows from it.

    What was counted, the medians and the gates stay those of this year. Last year's weeks must
    carry a reading of their own: where one of their gates fails, or nothing can be computed, there
    is no verdict. Both guards on the baseline are off, so the grade is C.

    Source: measurement method, section 6.
    """
    interval = Interval(year.ratio, year.low, year.high)
    verdict = verdict_of(interval, reading.gates, reading.guardrails, design)
    weak = failed(year.last_year.gates, (*INSUFFICIENT, *REFUSING[:2]))
    if verdict in {"improved", "faster_but_worse"}:  # as this year, half of the difference is it
        weak += failed(year.last_year.gates, ["G7"])
    if weak and verdict != "refused":
        verdict, more_weeks = "insufficient_evidence", None
        told = " ".join(year.last_year.gates[name].text for name in weak)
        reason = f"In the same weeks of last year: {told}"
    else:
        weeks = reading.weeks_after
        reason, more_weeks = outlook(verdict, interval, reading.gates, design, weeks=weeks)
    stopped = weak or failed(reading.gates, (*REFUSING, *INSUFFICIENT, "G7"))
    return replace(
        reading,
        ratio=interval.ratio,
        low=interval.low,
        high=interval.high,
        verdict=verdict,
        grade="C",
        target=target_of(verdict, interval, design.target_ratio),
        negligible=is_negligible(interval, design.margin),
        p=1.0
        if stopped or not interval.computable
        else float(stdtr(year.df, math.log(interval.ratio) / year.se)),
        se=year.se,
        df=year.df,
        kappa=math.nan,
        placebo_windows=0,
        placebo_rms=math.nan,
        drift=None,
        drift_used=False,
        reason=reason,
        more_weeks=more_weeks,
    )
