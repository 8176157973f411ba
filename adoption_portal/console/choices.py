from django.db import models
from django.utils.translation import gettext_lazy as _


class ScopeKind(models.TextChoices):
    """Whose figures a row holds. One at a time: two at once would cut groups into small ones."""

    ORGANISATION = "all", _("Organisation")
    UNIT = "unit", _("Unit")
    SITE = "site", _("Site")
    FUNCTION = "function", _("Function")
    TOOL = "tool", _("AI tool")


class Pending(models.TextChoices):
    """Why a workflow that is live has no verdict of its own."""

    WAITS = "waits", _("waits for its date")
    LACKS = "lacks", _("lacks evidence")
    REFUSED = "refused", _("refused")
