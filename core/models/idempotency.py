"""Answers that are given again to a client that asks again."""

from django.db import models
from django.db.models.functions import Now

from core.models.tokens import ApiToken


class IdempotencyKey(models.Model):
    """What one client was answered for one ``Idempotency-Key``; kept for a day.

    Written in the transaction of the work itself: there is no key without its work, and no work
    without its key. ``body_sha256`` covers method, address and body.
    """

    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("token", "key", name="idempotencykey_once_per_client"),
            models.CheckConstraint(name="idempotencykey_given", condition=~models.Q(key="")),
        ]
        indexes = [models.Index("created_at", name="idempotencykey_oldest")]

    def __str__(self) -> str:
        return f"key of {self.created_at:%Y-%m-%d %H:%M %Z}"
