"""How long until people use what they were given."""

import numpy as np
import numpy.typing as npt

from measurement.indicators.arrays import amounts, flags
from measurement.statistics.survival import SurvivalCurve, kaplan_meier


def time_to_first_use(days: npt.ArrayLike, used: npt.ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier curve of the days from entitlement to the first use.

    ``days`` (n,): to the first day known as used, or, where ``used`` (n,) is false, as long as the
    person has been watched. Its median is ``.quantile(0.5)``, NaN while half have not begun.
    Source: Kaplan & Meier 1958, doi 10.1080/01621459.1958.10501452.
    """
    waited = amounts("days", days)
    return kaplan_meier(waited, flags("used", used, np.shape(waited)))
