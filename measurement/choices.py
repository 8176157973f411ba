from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseStatus(models.TextChoices):
    OPEN = "open", _("Open")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class SourceLayout(models.TextChoices):
    """What one row of a source's files is."""

    CASES = "cases", _("One row for each case")
    EVENTS = "events", _("An event log: one row for each step of a case")


class Lifecycle(models.TextChoices):
    """What an event says of its activity; without a word it is done."""

    DONE = "", _("Done")
    START = "start", _("Started")
    COMPLETE = "complete", _("Completed")
    OTHER = "other", _("Other")


class ImportChannel(models.TextChoices):
    PAGE = "page", _("Upload")
    API = "api", _("API")
    COMMAND = "command", _("Command")
    DEMO = "demo", _("Simulation")


class UseKind(models.TextChoices):
    """What the rows of a delivery about people say."""

    USAGE = "usage", _("Use of AI, by week")
    ENTITLEMENTS = "entitlements", _("Who may use a tool")
    COMPLETIONS = "completions", _("Finished trainings")


class ReadingKind(models.TextChoices):
    """``primary`` is the one verdict at the registered date; early ones are always-valid."""

    EARLY = "early", _("Early reading")
    PRIMARY = "primary", _("Reading")
    DAY_90 = "day_90", _("Reading at 90 days")
    DAY_180 = "day_180", _("Reading at 180 days")


class ReadingVerdict(models.TextChoices):
    """The words of measurement-method.md section 8, each with a mark of its own on the pages."""

    IMPROVED = "improved", _("Improved")
    WORSE = "worse", _("Worse")
    NO_MEASURABLE_CHANGE = "no_measurable_change", _("No measurable change")
    INSUFFICIENT_EVIDENCE = "insufficient_evidence", _("Insufficient evidence")
    FASTER_BUT_WORSE = "faster_but_worse", _("Faster but worse")
    REFUSED = "refused", _("Refused (data)")


class LastingState(models.TextChoices):
    """What a later reading says of an effect (measurement-method.md section 7)."""

    SUSTAINED = "sustained", _("Sustained")
    RELAPSE = "relapse", _("Relapse")
    NOT_SHOWN = "not_shown", _("Not shown any more")
    NOT_KNOWN = "not_known", _("Not known yet")


# A final verdict of its own: the workflow counts as Measured (product.md section 2).
CONCLUSIVE = frozenset(
    {
        ReadingVerdict.IMPROVED,
        ReadingVerdict.WORSE,
        ReadingVerdict.NO_MEASURABLE_CHANGE,
        ReadingVerdict.FASTER_BUT_WORSE,
    }
)
