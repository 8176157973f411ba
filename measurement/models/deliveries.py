"""What every delivery of rows has in common, whatever the rows say."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.ids import uuid7
from core.models import Job
from measurement.choices import ImportChannel


class Delivery(models.Model):
    """A file that came in, and what became of its rows.

    ``duplicate_rows`` repeat a key of the same file, the last one counts. ``confirmed_at`` =
    somebody said "import the good rows". ``area`` begins the verbs of the audit trail;
    ``related`` is read with the row by who decides about it.
    """

    area: ClassVar[str]
    related: ClassVar[tuple[str, ...]] = ()

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+", null=True, blank=True)
    channel = models.CharField(max_length=8, choices=ImportChannel)
    original_name = models.CharField(max_length=300, blank=True)
    stored_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    skip_bad_rows = models.BooleanField(default=False)
    rows_read = models.PositiveIntegerField(default=0)
    rows_created = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    duplicate_rows = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    merged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_channel_known", condition=Q(channel__in=ImportChannel.values)
            ),
            models.CheckConstraint(
                name="%(class)s_hash", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.original_name or str(self.public_id)

    @property
    def subject(self) -> models.Model:
        """What events of the audit trail are about."""
        raise NotImplementedError
