"""What a machine client may be allowed. No scope gives survey answers or one person's figures."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Name and what it lets a machine do, in words.
SCOPE_WORDS: dict[str, str | Promise] = {
    "scim:read": _("Read accounts and groups (SCIM)"),
    "scim:write": _("Change accounts and groups (SCIM)"),
    "hr:read": _("Read people and units"),
    "hr:write": _("Change people and units"),
    "hr:bulk": _("Bring in files of people"),
    "cases:write": _("Bring in cases"),
    "usage:write": _("Bring in who may use and who used AI tools"),
    "training:write": _("Bring in completed trainings"),
    "jobs:read": _("Follow every background job"),
    "evidence:read": _("Read workflows, redesigns and readings"),
    "webhooks:manage": _("Manage webhooks"),
}
SCOPES = tuple(SCOPE_WORDS)
