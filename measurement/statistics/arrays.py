"""What the caller hands in, checked once at the door."""

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400.0
WEEK = 7 * DAY

# Years 385 to 5138: milliseconds passed for seconds fall outside and are caught here.
EARLIEST, LATEST = -5e10, 1e11


def moment(name: str, value: float) -> float:
    """UTC epoch seconds as a float; ValueError when it cannot be a moment of ours."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be UTC epoch seconds, not {value!r}") from None
    if not (math.isfinite(seconds) and EARLIEST <= seconds <= LATEST):
        raise ValueError(f"{name} must be UTC epoch seconds (years 385 to 5138), not {value!r}")
    return seconds


def times(name: str, values: npt.ArrayLike, size: int | None = None) -> Floats:
    """``values`` as a (n,) float64 array of epoch seconds; NaN and infinities may stay."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers (UTC epoch seconds)") from None
    return _row_of(name, array, size)


def flags(name: str, values: npt.ArrayLike, size: int) -> Bools:
    """``values`` as a (n,) bool array; only truth values and 0/1 are taken."""
    array = _row_of(name, np.asarray(values), size)
    if array.dtype != np.bool_:
        if array.size and not np.isin(array, (0, 1)).all():
            raise ValueError(f"{name} must hold true or false for each case")
        array = array.astype(np.bool_)
    return array


def types(name: str, values: npt.ArrayLike, size: int) -> npt.NDArray[np.generic]:
    """``values`` as a (n,) array of case types that can be sorted; None is a type of its own."""
    array = _row_of(name, np.asarray(values), size)
    return array.astype(np.str_) if array.dtype == np.object_ else array


def _row_of(name: str, array: npt.NDArray[Scalar], size: int | None) -> npt.NDArray[Scalar]:
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {array.shape}")
    if size is not None and len(array) != size:
        raise ValueError(f"{name} has {len(array)} values for {size} cases")
    return array
