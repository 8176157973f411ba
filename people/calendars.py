"""From a stored calendar version to what the statistics take, and from a country to its holidays.

Pure but for the imports; kept apart because NumPy is heavy and pages need neither.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from people.models import WorkCalendarVersion


def opening_hours_arguments(version: "WorkCalendarVersion") -> dict[str, Any]:
    """Arguments of ``measurement.statistics.opening_hours`` for this version."""
    return {
        "zone": version.zone,
        "hours": {
            int(day): [tuple(pair) for pair in pairs] for day, pairs in version.hours.items()
        },
        "first_day": version.first_day,
        "last_day": version.last_day,
        "holidays": [date.fromisoformat(day) for day in version.holidays],
        "closed": [
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in version.closed_periods
        ],
    }


def public_holidays(country: str, subdivision: str, first: date, last: date) -> list[date]:
    """Days off between two days (inclusive), by the pinned `holidays` release.

    Raises ValueError for a country or subdivision the library does not know.
    """
    import holidays

    try:
        known = holidays.country_holidays(
            country, subdiv=subdivision or None, years=range(first.year, last.year + 1)
        )
    except NotImplementedError as unknown:
        raise ValueError(str(unknown)) from unknown
    return sorted(day for day in known if first <= day <= last)


def holidays_release() -> str:
    import holidays

    return f"holidays {holidays.__version__}"
