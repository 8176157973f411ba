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
