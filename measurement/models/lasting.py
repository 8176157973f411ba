"""What became of an effect after its verdict, and the answers to alarms."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import AppendOnly
from measurement.choices import LastingState
from measurement.models.readings import Reading


class Lasting(AppendOnly):
    """What a reading at 90 or 180 days says of the effect of ``primary``; one row a reading.

    A guard of the database holds the two to one redesign and to their kinds.
    """

    reading = models.OneToOneField(Reading, models.PROTECT, related_name="lasting")
    primary = models.ForeignKey(Reading, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=LastingState)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("later reading")
        verbose_name_plural = _("later readings")
        constraints = [
            models.CheckConstraint(
                name="lasting_state_known", condition=Q(state__in=LastingState.values)
            ),
        ]
        indexes = [
            models.Index("found_at", name="lasting_relapses", condition=Q(state="relapse")),
        ]

    def __str__(self) -> str:
        return f"{self.state} at reading {self.reading_id}"


class RelapseAnswer(AppendOnly):
    """Why an effect went, as its people see it, and what they will do; then the alarm is off."""

    lasting = models.OneToOneField(Lasting, models.PROTECT, related_name="answer")
    reason = models.TextField(_("Why the effect went"))
    plan = models.TextField(_("What will be done"))
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a relapse")
        verbose_name_plural = _("answers to relapses")
        constraints = [
            models.CheckConstraint(
                name="relapseanswer_says_why_and_what",
                condition=~Q(reason="") & ~Q(plan=""),
                violation_error_message=_("Say why the effect went, and what will be done."),
            ),
        ]

    def __str__(self) -> str:
        return f"answer to {self.lasting_id}"
