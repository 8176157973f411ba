from people.models.calendars import Site, WorkCalendar, WorkCalendarVersion
from people.models.organisation import (
    Assignment,
    Employment,
    LegalEntity,
    OrgUnit,
    OrgUnitClosure,
    ReportingLine,
)
from people.models.person import Person
from people.models.rights import Delegation, RoleGrant

__all__ = [
    "Assignment",
    "Delegation",
    "Employment",
    "LegalEntity",
    "OrgUnit",
    "OrgUnitClosure",
    "Person",
    "ReportingLine",
    "RoleGrant",
    "Site",
    "WorkCalendar",
    "WorkCalendarVersion",
]
