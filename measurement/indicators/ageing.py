"""How long signatures take, and how old those are that are still asked for."""

import numpy as np
import numpy.typing as npt

from measurement.indicators.arrays import amounts, flags
from measurement.statistics.survival import SurvivalCurve, kaplan_meier

# First and last full day of each class; the last is open.
AGE_CLASSES: tuple[tuple[int, int | None], ...] = ((0, 3), (4, 7), (8, 14), (15, None))


def sign_off_latency(days: npt.ArrayLike, decided: npt.ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier curve of the days from request to decision, requests still open censored.

    Source: console-and-indicators.md section 1, "Sign-off latency".
    """
    waited = amounts("days", days)
    return kaplan_meier(waited, flags("decided", decided, np.shape(waited)))


def ageing(days: npt.ArrayLike) -> tuple[int, ...]:
    """How many open requests are in each of AGE_CLASSES; ``days`` (n,) since they were asked for.

    Full days count: 3.9 days are still in the first class.
    """
    full = np.floor(amounts("days", days))
    return tuple(
        int(((full >= first) & (full <= (np.inf if last is None else last))).sum())
        for first, last in AGE_CLASSES
    )
