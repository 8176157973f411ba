"""Case mix: weigh the after-cases so that their types are as frequent as before."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from measurement.statistics.arrays import Floats

FEWEST_AFTER = 5


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """``weights`` (n_after,) of the after-cases; ``vanished`` share of the before-cases
    whose type no after-case has; ``types`` seen in the two windows.
    """  # noqa: D205

    weights: Floats
    vanished: float
    types: int


def case_mix(before: npt.NDArray[np.generic], after: npt.NDArray[np.generic]) -> Mix | None:
    """Weights from the types (n,) of the cases of each period; None with fewer than 2 types.

    Types with fewer than 5 after-cases, none included, are pooled into one in
    both periods. A type the baseline does not have weighs 0. None also when a
    period is empty.

    Source: measurement method, section 6.
    """
    n_before, n_after = len(before), len(after)
    if not (n_before and n_after):
        return None
    names, code = np.unique(np.concatenate((before, after)), return_inverse=True)
    if len(names) < 2:
        return None
    was = np.bincount(code[:n_before], minlength=len(names))
    now = np.bincount(code[n_before:], minlength=len(names))
    vanished = int(was[now == 0].sum()) / n_before
    rare = now < FEWEST_AFTER
    was[rare] = was[rare].sum()
    now[rare] = now[rare].sum()
    weight = (was / n_before) / (np.maximum(now, 1) / n_after)
    return Mix(weight[code[n_before:]], vanished, len(names))
