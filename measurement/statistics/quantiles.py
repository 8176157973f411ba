"""Quantiles before against after: where in the distribution the change sits."""

import math
from dataclasses import dataclass

import numpy.typing as npt

from measurement.statistics.arrays import moment
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.curves import log_quantiles
from measurement.statistics.design import Design
from measurement.statistics.evaluation import DEFAULT, case_rows
from measurement.statistics.periods import windows_of
from measurement.statistics.sides import read_side


@dataclass(frozen=True, slots=True)
class QuantilePlot:
    """Quantiles at each probability, seconds of the clock in use; empty when not computable."""

    probabilities: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]


def quantile_plot(
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
) -> QuantilePlot:
    """The quantiles whose mean log difference is the effect (before guards and comparison).

    Arguments as for ``evaluate``; with ``kind`` and ``design.standardise`` the
    after is standardised. Raises ValueError like ``evaluate``.

    Source: measurement method, section 3.
    """
    windows = windows_of(
        design,
        go_live=moment("go_live", go_live),
        cutoff=moment("cutoff", cutoff),
        data_from=None if data_from is None else moment("data_from", data_from),
    )
    rows = case_rows(start, end, kind, cancelled)
    contrast = read_side(rows, windows, calendar, standardise=design.standardise).contrast
    if contrast.levels is None:
        return QuantilePlot((), (), ())
    before, after = (
        tuple(
            math.exp(value) / 1000
            for value in log_quantiles(curves.survival[:1], contrast.bins, contrast.grid)[0]
        )
        for curves in (contrast.before, contrast.after)
    )
    return QuantilePlot(tuple(contrast.grid.tolist()), before, after)
