"""Words of the trust surveys that the database knows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstrumentKind(models.TextChoices):
    """What an instrument asks about; the two never share a trend, a difference or an axis."""

    BEFORE = "before", _("Before go-live")
    AFTER = "after", _("After go-live")


class WaveState(models.TextChoices):
    """Only forward. ``too_few``, ``done`` and ``stopped`` are ends."""

    DRAFT = "draft", _("Being prepared")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed, being counted")
    RELEASED = "released", _("Released, key not yet destroyed")
    DONE = "done", _("Released")
    TOO_FEW = "too_few", _("Too few answers")
    STOPPED = "stopped", _("Ended without a result")
    CANCELLED = "cancelled", _("Not opened")


ENDED = frozenset(
    {WaveState.RELEASED, WaveState.DONE, WaveState.TOO_FEW, WaveState.STOPPED, WaveState.CANCELLED}
)
# What was answered is out of the box, or never will be.
WITH_RESULTS = frozenset({WaveState.RELEASED, WaveState.DONE})


class MailingKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REMINDER = "reminder", _("Reminder")
    RESULT = "result", _("The results are there")


class CellScope(models.TextChoices):
    """Whose answers a cell holds: a unit with all below it, or those assigned to it directly."""

    ROLL_UP = "roll", _("The unit and all below it")
    DIRECT = "direct", _("Directly in the unit")


class Subset(models.TextChoices):
    """Which of the cell's respondents; a subset is suppressed together with the whole."""

    ALL = "all", _("All answers")
    CAREFUL = "careful", _("Without careless answers")
