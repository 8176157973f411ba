"""Intervals that stay valid however often one looks."""

import math

from measurement.statistics.jackknife import Error

# Tuned so that the interval is tightest at about the planned information.
TUNING = 8.78
Z = 1.959963984540054
LEVEL = 0.05


def always_valid_half_width(se: float, error: Error, planned_information: float) -> float:
    """Half width in log units around an early effect with final standard error ``se``.

    NaN when there is no planned information to tune it by.
    Source: measurement method, section 7; Howard et al. 2021, doi 10.1214/20-AOS1991.
    """
    if math.isnan(planned_information):
        return math.nan
    information = (Z / (se * error.t)) ** 2
    rho = planned_information / TUNING
    grown = information + rho
    return math.sqrt(grown * math.log(grown / (rho * LEVEL**2))) / information
