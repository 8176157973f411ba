"""A count of a group, and Wilson's interval for its share."""

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Count:
    """``count`` of ``of``; a percent is never shown without both."""

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of:
            raise ValueError(f"{self.count} of {self.of} is no share")

    @property
    def share(self) -> float:
        """NaN of nobody."""
        return self.count / self.of if self.of else math.nan


def wilson(count: int, of: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, without continuity correction; NaN of nobody.

    Source: Wilson 1927, doi 10.1080/01621459.1927.10502953.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if not of:
        return math.nan, math.nan
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = count / of
    centre = share + z * z / (2 * of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)
