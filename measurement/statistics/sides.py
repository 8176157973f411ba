"""One workflow of a reading: its cases, its printed figures, its curves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.statistics.arrays import Bools, Floats
from measurement.statistics.bins import Bins, bins_of
from measurement.statistics.business_time import OpeningHours
from measurement.statistics.curves import WeeklyCurves, grid_of, weekly_curves
from measurement.statistics.levels import Level, level_of
from measurement.statistics.mix import Mix, case_mix
from measurement.statistics.periods import Cases, Windows, sort_cases
from measurement.statistics.survival import median_and_p85

FEWEST_COMPLETED = 5
FEWEST_WEEKS_BEFORE = 4
FEWEST_WEEKS_AFTER = 3
FEWEST_QUANTILES = 3


@dataclass(frozen=True, slots=True, eq=False)
class CaseRows:
    """What the caller gave for one workflow, checked: (n,) each."""

    start: Floats
    end: Floats
    kind: npt.NDArray[np.generic] | None
    cancelled: Bools | None


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Before and after over one set of bins. ``levels`` is None when not computable."""

    bins: Bins
    before: WeeklyCurves
    after: WeeklyCurves
    grid: Floats
    levels: tuple[Level, Level] | None

    @property
    def theta(self) -> float | None:
        """Ln of the typical-time ratio."""
        return None if self.levels is None else self.levels[1].value - self.levels[0].value


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One workflow in the reading. ``raw`` leaves the case mix as it is.

    ``contrast`` is standardised where ``mix`` is not None, otherwise it is
    ``raw``. ``medians`` and ``p85s``: before and after, seconds of the clock.
    """

    cases: Cases
    medians: tuple[float, float]
    p85s: tuple[float, float]
    mix: Mix | None
    raw: Contrast
    contrast: Contrast


def read_side(
    rows: CaseRows, windows: Windows, calendar: OpeningHours | None, *, standardise: bool
) -> Side:
    """Sort the cases and draw their curves. Source: measurement method, sections 2, 3, 6."""
    cases = sort_cases(rows.start, rows.end, rows.cancelled, windows, calendar)
    before, after = cases.before, cases.after
    median_before, p85_before = median_and_p85(before.millis, before.done)
    median_after, p85_after = median_and_p85(after.millis, after.done)
    bins = bins_of(before.millis[before.done], after.millis[after.done])
    before_curves = weekly_curves(before, bins)
    raw = _contrast(cases, bins, before_curves, weekly_curves(after, bins))
    mix = None
    if standardise and rows.kind is not None:
        mix = case_mix(rows.kind[before.row], rows.kind[after.row])
    contrast = raw
    if mix is not None:
        contrast = _contrast(cases, bins, before_curves, weekly_curves(after, bins, mix.weights))
    return Side(cases, (median_before, median_after), (p85_before, p85_after), mix, raw, contrast)


def _contrast(cases: Cases, bins: Bins, before: WeeklyCurves, after: WeeklyCurves) -> Contrast:
    grid = grid_of((before, after))
    enough = (
        cases.before.completed >= FEWEST_COMPLETED
        and cases.after.completed >= FEWEST_COMPLETED
        and len(before.weeks) >= FEWEST_WEEKS_BEFORE
        and len(after.weeks) >= FEWEST_WEEKS_AFTER
        and len(bins.edges) >= 2
        and len(grid) >= FEWEST_QUANTILES
    )
    levels = (level_of(before, bins, grid), level_of(after, bins, grid)) if enough else None
    return Contrast(bins, before, after, grid, levels)
