"""What makes a team ready for a redesign beside training: that somebody talked to it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import AppendOnly
from workflows.models.redesign import Redesign


class TeamTalk(AppendOnly):
    """A manager says that the talk about the redesign was held on a day. Rows are only inserted.

    Each manager says it once for a redesign: of those the talk was held with.
    """

    redesign = models.ForeignKey(Redesign, models.PROTECT, related_name="talks")
    held_date = models.DateField(_("held on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("team talk")
        verbose_name_plural = _("team talks")
        constraints = [
            models.UniqueConstraint(
                "redesign", "recorded_by", name="teamtalk_once_for_each_manager"
            ),
        ]

    def __str__(self) -> str:
        return f"talk about {self.redesign_id} on {self.held_date}"
