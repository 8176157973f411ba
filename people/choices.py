from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Standing duties. Manager and workflow owner are not roles: units and workflows name them."""

    ADMINISTRATOR = "administrator", _("Administrator")
    PROGRAM_OFFICE = "program_office", _("Program office")
    AUDITOR = "auditor", _("Auditor")
    QUALITY = "quality", _("Quality")
    IT = "it", _("Site IT")
    PRIVACY = "privacy", _("Data protection")
    WORKS_COUNCIL = "works_council", _("Works council")
    REGULATORY = "regulatory", _("Regulatory affairs")
    SAFETY = "safety", _("Occupational safety")


# May sign a step of a route; the others read or administer.
SIGNING_ROLES = frozenset(
    {Role.QUALITY, Role.IT, Role.PRIVACY, Role.WORKS_COUNCIL, Role.REGULATORY, Role.SAFETY}
)
# See the whole organisation, not only a subtree.
ORGANISATION_WIDE_ROLES = frozenset({Role.PROGRAM_OFFICE, Role.AUDITOR})
# Open the records pages: administrators to change them, the program office to read some.
RECORDS_ROLES = frozenset({Role.ADMINISTRATOR, Role.PROGRAM_OFFICE})


class EmploymentStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    LEAVE = "leave", _("On long leave")


class InboundChannel(models.TextChoices):
    """The door HR's facts came in by."""

    API = "api", _("Machine interface")
    PAGE = "page", _("Page")
    COMMAND = "command", _("Command")
    SCIM = "scim", _("Directory (SCIM)")
    CLOCK = "clock", _("A day that came")


class ImportMode(models.TextChoices):
    """Full: who is not in the file is no longer employed. Delta: only what changed."""

    DELTA = "delta", _("Changes only")
    FULL = "full", _("Everybody")


class ImportPhase(models.TextChoices):
    """How far the work on a file is; a killed worker goes on from here."""

    READ = "read", _("Reading")
    PLAN = "plan", _("Comparing")
    APPLY = "apply", _("Applying")
    END = "end", _("Ending")
    DONE = "done", _("Done")
