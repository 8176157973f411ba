"""What was registered before go-live: windows, target, margin, guards."""

import math
from dataclasses import dataclass

LONGEST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Design:
    """How a reading is taken, fixed at registration.

    ``before_days``, ``washout_days``, ``after_days`` and ``horizon_days`` are
    wall-clock days; ``after_days=None`` reads every start up to the cutoff,
    ``horizon_days`` marks a source that exports completed cases only.
    ``target_ratio`` 0.80 means "20 % shorter"; ``margin`` 0.05 is the smallest
    change that matters. ``planned_information`` is the figure registered at
    go-live for early readings (1 / squared log units).

    Raises ValueError for a value that makes no sense.

    Source: measurement method, sections 1, 6 and 7.
    """

    before_days: float = 364
    washout_days: float = 14
    after_days: float | None = 84
    target_ratio: float = 0.80
    margin: float = 0.05
    placebo: bool = True
    drift_key: bool = True
    standardise: bool = True
    early: bool = False
    planned_information: float | None = None
    horizon_days: float | None = None
    post_hoc: bool = False

    def __post_init__(self) -> None:
        _positive("before_days", self.before_days)
        _positive("target_ratio", self.target_ratio)
        if self.before_days > LONGEST_DAYS:
            raise ValueError(f"before_days must be at most {LONGEST_DAYS}, a century")
        for name in ("after_days", "planned_information", "horizon_days"):
            value = getattr(self, name)
            if value is not None:
                _positive(name, value)
        if not (math.isfinite(self.washout_days) and self.washout_days >= 0):
            raise ValueError(f"washout_days must be 0 or more, not {self.washout_days!r}")
        if self.target_ratio > 1:
            raise ValueError(f"target_ratio must be at most 1, not {self.target_ratio!r}")
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin must be at least 0 and below 1, not {self.margin!r}")


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be above 0, not {value!r}")
