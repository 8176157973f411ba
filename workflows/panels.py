"""What pages of lower apps show of workflows."""

from typing import Any

from django.http import HttpRequest

from core.acting import acting_person
from core.panels import panel
from people.models import WorkCalendar
from workflows.queries.calendar_use import calendar_use


@panel("workflows.calendar")
def calendar_panel(request: HttpRequest, calendar: WorkCalendar) -> tuple[str, dict[str, Any]]:
    """Which redesigns are read by the calendar, and by which of its versions."""
    return "workflows/_calendar_panel.html", {"use": calendar_use(calendar, acting_person(request))}
