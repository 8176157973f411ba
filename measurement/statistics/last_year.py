"""Same weeks last year: does the change stand out against the season?"""

import math
from dataclasses import dataclass, replace

import numpy.typing as npt
from scipy.special import stdtrit

from measurement.statistics.arrays import DAY, moment
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.design import Design
from measurement.statistics.evaluation import DEFAULT, evaluate
from measurement.statistics.reading import Reading

YEAR = 364 * DAY


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """This year's ratio over last year's, with a 95 % interval; NaN where not computable.

    ``se`` in log units with its degrees of freedom. The two readings are kept.
    """

    ratio: float
    low: float
    high: float
    se: float
    df: float
    this_year: Reading
    last_year: Reading


def same_weeks_last_year(
    start: npt.ArrayLike,
    end: npt.ArrayLike,
    *,
    go_live: float,
    cutoff: float,
    kind: npt.ArrayLike | None = None,
    cancelled: npt.ArrayLike | None = None,
    data_from: float | None = None,
    calendar: OpeningHours | None = None,
    design: Design = DEFAULT,
) -> YearOnYear:
    """Take out the season: the reading now, less the same reading 364 days earlier.

    Arguments as for ``evaluate``; needs two years of history before go-live to
    say anything. Both readings are taken without guards and not as early ones.

    Raises ValueError like ``evaluate``.

    Source: measurement method, section 6.
    """
    unguarded = replace(design, placebo=False, drift_key=False, early=False)
    this_year, last_year = (
        evaluate(
            start,
            end,
            go_live=moment("go_live", go_live) - back,
            cutoff=moment("cutoff", cutoff) - back,
            kind=kind,
            cancelled=cancelled,
            data_from=data_from,
            calendar=calendar,
            design=unguarded,
        )
        for back in (0.0, YEAR)
    )
    variances = (this_year.se**2, last_year.se**2)
    variance = sum(variances)
    if math.isnan(variance):
        nan = math.nan
        return YearOnYear(nan, nan, nan, nan, nan, this_year, last_year)
    df = variance**2 / (variances[0] ** 2 / this_year.df + variances[1] ** 2 / last_year.df)
    theta = math.log(this_year.ratio) - math.log(last_year.ratio)
    se = math.sqrt(variance)
    half = float(stdtrit(df, 0.975)) * se
    return YearOnYear(
        math.exp(theta),
        math.exp(theta - half),
        math.exp(theta + half),
        se,
        df,
        this_year,
        last_year,
    )
