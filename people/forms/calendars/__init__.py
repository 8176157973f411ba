"""What people say about work calendars."""

from people.forms.calendars.editing import DAYS, SPARE_PERIODS, CalendarForm
from people.forms.calendars.filtering import CalendarFilter

__all__ = ["DAYS", "SPARE_PERIODS", "CalendarFilter", "CalendarForm"]
