from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    NEEDS_REVIEW = "needs_review", _("Needs review")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


# Nothing happens to these any more unless a person asks for it.
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Channel(models.TextChoices):
    """The door an act came in by."""

    PAGE = "page", _("Page")
    API = "api", _("Machine interface")
    COMMAND = "command", _("Command")
    JOB = "job", _("Background job")
