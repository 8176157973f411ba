"""Numbers and days as people read them."""

import math
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def percent(share: float) -> str:
    """0.412 as "41.2 %"."""
    return f"{100 * share:.1f} %"


def counted(number: int, thing: str) -> str:
    """Number and noun: 1 week, 2 weeks."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def day(seconds: float) -> str:
    """UTC day of epoch seconds, "3 March 2026"."""
    at = EPOCH + timedelta(seconds=seconds)
    return f"{at.day} {at:%B} {at.year}"


def figure(value: float) -> str:
    """A mean or share to three digits."""
    return "not recorded" if math.isnan(value) else f"{value:.3g}"


def span(seconds: float, clock: str) -> str:
    """A duration on the clock in use: days by the wall clock, hours of business time."""
    if math.isnan(seconds):
        return "not reached"
    return f"{seconds / 86_400:.1f} days" if clock == "wall clock" else f"{seconds / 3600:.1f} h"
