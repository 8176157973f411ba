"""Opening hours as the statistics take them."""

from measurement.statistics import OpeningHours, opening_hours
from people.calendars import opening_hours_arguments
from people.models import WorkCalendarVersion


def calendar_of(version: WorkCalendarVersion | None) -> OpeningHours | None:
    """None, the wall clock, without a version. Takes milliseconds: compute each version once."""
    return None if version is None else opening_hours(**opening_hours_arguments(version))
