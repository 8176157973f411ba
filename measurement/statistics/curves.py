"""Binned Kaplan-Meier curves: one for the period, one for the period without each week."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from measurement.statistics.arrays import Floats, Ints
from measurement.statistics.bins import Bins
from measurement.statistics.periods import Period

GRID: Floats = np.arange(10, 85, 5) / 100
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class WeeklyCurves:
    """Survival over the edges, whole and with each kept week left out.

    ``survival`` (1+n, 1+K): row 0 uses every case, row i leaves out the i-th
    kept week; column 0 is the anchor, where the curve is 1. ``weeks`` (n,)
    numbers of the kept weeks, ascending; ``weights`` (n,) their cases (or sums
    of case weights) at risk at the first edge.
    """

    survival: Floats
    weeks: Ints
    weights: Floats

    @property
    def reach(self) -> float:
        """Share done at the last edge."""
        return 1.0 - float(self.survival[0, -1])

    @property
    def safe_reach(self) -> float:
        """Share done at the last edge on every curve with one week left out."""
        return 1.0 - float(self.survival[:, -1].max())


def weekly_curves(period: Period, bins: Bins, case_weights: Floats | None = None) -> WeeklyCurves:
    """Curves of ``period`` over ``bins``; ``case_weights`` (n,) standardise the case mix.

    Counts are laid out weeks by bins once; each leave-one-out curve then costs
    a subtraction. A completion counts at the first edge not below it; a case
    still open leaves after the last edge not above it. Without edges every
    week with a case is kept and the curve stays at 1.

    Source: measurement method, sections 3 and 4.
    """
    last = len(bins.edges)
    place = bins.edges.searchsorted(period.millis, side="left") + 1
    is_open = (~period.done).nonzero()[0]
    place[is_open] = bins.edges.searchsorted(period.millis[is_open], side="right")

    # Column 0 takes the cases censored before the first edge; nobody completes there.
    columns = last + 1
    rows = int(period.week.max()) + 1 if len(period) else 0
    cell = period.week * columns + place
    leaving, deaths = _counts(period, cell, case_weights, size=rows * columns)
    # Whole numbers add up four times as fast as floats, and to the same sums.
    at_risk = leaving.reshape(rows, columns)[:, ::-1].cumsum(axis=1)[:, ::-1].astype(np.float64)
    weights = at_risk[:, min(1, last)]
    weeks = (weights > TOLERANCE).nonzero()[0]
    deaths = deaths.reshape(rows, columns)
    if len(weeks) < rows:
        deaths, at_risk, weights = deaths[weeks], at_risk[weeks], weights[weeks]
    return WeeklyCurves(_left_out(deaths, at_risk), weeks, weights)


def _counts(
    period: Period, cell: Ints, case_weights: Floats | None, *, size: int
) -> tuple[Floats | Ints, Floats | Ints]:
    """Cases leaving the curve in each cell, and those of them that completed; (size,) each."""
    done = period.done
    if case_weights is None:
        return np.bincount(cell, minlength=size), np.bincount(cell[done], minlength=size)
    # Sums of weights must not depend on the order of the rows.
    order = np.lexsort((case_weights, cell))
    cell, weight, done = cell[order], case_weights[order], done[order]
    leaving = np.asarray(np.bincount(cell, weight, minlength=size), dtype=np.float64)
    deaths = np.bincount(cell[done], weight[done], minlength=size)
    return leaving, np.asarray(deaths, dtype=np.float64)


def _left_out(deaths: Floats | Ints, at_risk: Floats) -> Floats:
    # Subtraction leaves dust where nobody is at risk any more: there nothing can happen.
    shape = (len(deaths) + 1, deaths.shape[1])
    events, exposed = np.empty(shape), np.empty(shape)
    deaths.sum(axis=0, out=events[0])
    at_risk.sum(axis=0, out=exposed[0])
    np.subtract(events[0], deaths, out=events[1:])
    np.subtract(exposed[0], at_risk, out=exposed[1:])
    exposed[exposed < TOLERANCE] = np.inf
    np.divide(events, exposed, out=events)
    np.subtract(1.0, events, out=events)
    return np.cumprod(events, axis=1, out=events)


def grid_of(curves: Iterable[WeeklyCurves]) -> Floats:
    """The probabilities every curve can give: 0.10, 0.15, ... 0.80, cut. Shape (m,)."""
    curves = tuple(curves)
    reach = min(curve.reach for curve in curves) - 0.05
    reach = min(reach, *(curve.safe_reach for curve in curves))
    return GRID[: int(np.searchsorted(GRID, reach + TOLERANCE, side="right"))]


def log_quantiles(survival: Floats, bins: Bins, grid: Floats) -> Floats:
    """Ln of the quantiles, (r, m), of curves (r, 1+K) at probabilities (m,); ln milliseconds.

    Linear in survival on log time, between the first edge at or below ``1-p``
    and the one before it. Every curve must reach every probability.
    """
    rows, columns = survival.shape
    wanted = 1.0 - grid
    # One search for all rows: 2r - S climbs from 2r - 1 to 2r, row after row.
    lift = 2.0 * np.arange(rows)[:, None]
    place = (lift - survival).ravel().searchsorted(lift - wanted - TOLERANCE)
    flat = survival.ravel()
    above, below = flat[place - 1], flat[place]
    column = place - columns * np.arange(rows)[:, None]
    earlier = bins.log_times[column - 1]
    logs: Floats = earlier + (bins.log_times[column] - earlier) * (
        (above - wanted) / (above - below)
    )
    return logs
