"""What registration needs from the baseline: follow-up, volume, what can be detected."""

import math
from dataclasses import dataclass

import numpy.typing as npt

from measurement.statistics.arrays import DAY, moment
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.design import Design
from measurement.statistics.evaluation import DEFAULT, Comparison, case_rows
from measurement.statistics.periods import sort_cases, windows_of
from measurement.statistics.planning import detectable_ratio, planned_information
from measurement.statistics.survival import median_and_p85

LONGEST_FOLLOW_UP = 28
LATE_QUARTER_DAYS = 21


@dataclass(frozen=True, slots=True)
class Plan:
    """The baseline as known at registration, and what a reading on it can detect.

    ``cases_a_week`` starts per week of the window; ``median`` and ``p85`` in
    seconds of the clock in use; ``information`` 1 / squared log units;
    ``detectable_ratio`` 0.80 means that a shortening by 20 % is found with
    80 % power. NaN where not computable.
    """

    cases: int
    completed: int
    cases_a_week: float
    median: float
    p85: float
    information: float
    detectable_ratio: float


def plan(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    go_live: float,
    cutoff: float,
    cancelled: npt.ArrayLike | None = None,
    data_from: float | None = None,
    comparison: Comparison | None = None,
    calendar: OpeningHours | None = None,
    design: Design = DEFAULT,
) -> Plan:
    """Planning figures from the baseline alone; arguments as for ``evaluate``.

    They equal the ``planned_information`` and ``detectable_ratio`` of a reading.
    Raises ValueError like ``evaluate``.

    Source: measurement method, section 7.
    """
    windows = windows_of(
        design,
        go_live=moment("go_live", go_live),
        cutoff=moment("cutoff", cutoff),
        data_from=None if data_from is None else moment("data_from", data_from),
    )
    sorted_cases = [
        sort_cases(rows.start, rows.end, rows.cancelled, windows, calendar)
        for rows in (
            case_rows(start, end, None, cancelled),
            *(() if comparison is None else (case_rows(*comparison),)),
        )
    ]
    before = sorted_cases[0].before
    information = planned_information(design, *(cases.before for cases in sorted_cases))
    median, p85 = median_and_p85(before.millis, before.done)
    length = (windows.before_to - windows.before_from) / (7 * DAY)
    return Plan(
        cases=len(before),
        completed=before.completed,
        cases_a_week=sorted_cases[0].starts_before / length if length > 0 else math.nan,
        median=median,
        p85=p85,
        information=information,
        detectable_ratio=detectable_ratio(information),
    )


def follow_up_days(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    go_live: float,
    cancelled: npt.ArrayLike | None = None,
    data_from: float | None = None,
    design: Design = DEFAULT,
) -> int:
    """Whole days F, 0 to 28, that a reading waits after its window for late starters.

    The smallest with ``21 + F`` days at least the wall-clock median of the
    baseline (a quarter of the starts falls into the last 21 of 84 days); 28
    where that median is longer or not reached. Fixed at go-live.

    Raises ValueError like ``evaluate``.

    Source: measurement method, section 1.
    """
    median = plan(
        start,
        end,
        go_live=go_live,
        cutoff=go_live,
        cancelled=cancelled,
        data_from=data_from,
        design=design,
    ).median
    if math.isnan(median):
        return LONGEST_FOLLOW_UP
    return min(LONGEST_FOLLOW_UP, max(0, math.ceil(median / DAY - LATE_QUARTER_DAYS)))
