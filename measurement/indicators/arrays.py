"""Shapes checked once, so that a wrong column is an error and not a figure."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def flags(name: str, values: npt.ArrayLike, shape: tuple[int, ...] | None = None) -> Bools:
    """``values`` as bool. Raises ValueError for another type or shape."""
    found: npt.NDArray[Any] = np.asarray(values)
    if found.size == 0:
        found = found.astype(np.bool_)
    if found.dtype != np.bool_:
        raise ValueError(f"{name} must be yes or no")
    if shape is not None and found.shape != shape:
        raise ValueError(f"{name} has shape {found.shape}, not {shape}")
    return found


def amounts(name: str, values: npt.ArrayLike) -> Floats:
    """``values`` (n,) as float64. Raises ValueError for one below zero or not finite."""
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1:
        raise ValueError(f"{name} must be one column")
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError(f"{name} must be finite and not below zero")
    return found
