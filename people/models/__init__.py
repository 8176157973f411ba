from people.models.calendars import Site, WorkCalendar, WorkCalendarVersion
from people.models.enablement import Training, TrainingCompletion
from people.models.inbound import (
    ChangeLog,
    HrRecord,
    ParkedManager,
    PeopleImport,
    PeopleRejection,
)
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
    "ChangeLog",
    "Delegation",
    "Employment",
    "HrRecord",
    "LegalEntity",
    "OrgUnit",
    "OrgUnitClosure",
    "ParkedManager",
    "PeopleImport",
    "PeopleRejection",
    "Person",
    "ReportingLine",
    "RoleGrant",
    "Site",
    "Training",
    "TrainingCompletion",
    "WorkCalendar",
    "WorkCalendarVersion",
]
