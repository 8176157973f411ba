"""Nightly measuring, so that a page can say how far it is."""

from django.db import models
from django.db.models import Q

from core.ids import uuid7


class MeasuringRun(models.Model):
    """One night's measuring, cut into ``ranges`` jobs over ``redesigns`` redesigns.

    The jobs name it as their subject and know how far they are; readings are taken as at ``at``.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    at = models.DateTimeField()
    ranges = models.PositiveIntegerField()
    workflows = models.PositiveIntegerField()
    redesigns = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="measuringrun_has_work",
                condition=Q(ranges__gte=1, workflows__gte=1, redesigns__gte=1),
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="measuringrun_newest")]

    def __str__(self) -> str:
        return f"{self.redesigns} redesigns at {self.at:%Y-%m-%d %H:%M}"
