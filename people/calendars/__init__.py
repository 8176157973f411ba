"""What a version of a calendar says, free of the database: hours, holidays, what a change does.

Kept apart from what pages need not load: NumPy stands in none of these, the `holidays` library is
imported when it is asked.
"""

from people.calendars.changes import CalendarChange, WeekdayChange, change_of
from people.calendars.facts import CalendarFacts, facts_of, opening_hours_arguments
from people.calendars.hours import (
    Hours,
    Overlap,
    Shift,
    overlap_in,
    shift_minutes,
    week_minutes,
)
from people.calendars.official import (
    countries,
    holiday_names,
    holidays_release,
    public_holidays,
    regions_of,
)
from people.calendars.preview import Day, days_from

__all__ = [
    "CalendarChange",
    "CalendarFacts",
    "Day",
    "Hours",
    "Overlap",
    "Shift",
    "WeekdayChange",
    "change_of",
    "countries",
    "days_from",
    "facts_of",
    "holiday_names",
    "holidays_release",
    "opening_hours_arguments",
    "overlap_in",
    "public_holidays",
    "regions_of",
    "shift_minutes",
    "week_minutes",
]
