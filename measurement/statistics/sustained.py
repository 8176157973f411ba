"""Does the effect still hold 90 and 180 days later?"""

from collections.abc import Mapping
from typing import Protocol

from measurement.statistics.gates import Gate
from measurement.statistics.verdict import INSUFFICIENT, failed


class Primary(Protocol):
    """What is needed of the primary reading; a ``Reading`` has it, and so can a stored row."""

    @property
    def verdict(self) -> str: ...
    @property
    def ratio(self) -> float: ...


class Later(Protocol):
    """What is needed of the later reading."""

    @property
    def verdict(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def gates(self) -> Mapping[str, Gate]: ...


def lasting(primary: Primary, later: Later) -> str:
    """Say whether the effect is "sustained", in "relapse", "not_shown" or "not_known".

    ``later`` is the same call with the washout and the cutoff moved by 90 or
    180 days. A relapse, the only alarm, needs an interval that rules out the
    effect measured at the primary reading; "not_known" means that the later
    data do not carry an answer yet.

    Source: measurement method, section 7.
    """
    if later.verdict == "improved":
        return "sustained"
    if failed(later.gates, (*INSUFFICIENT, "G5", "G8")):
        return "not_known"
    if primary.verdict == "improved" and later.low > primary.ratio:
        return "relapse"
    return "not_shown"
