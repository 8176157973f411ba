"""Keys of machine clients."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models.networks import NetworkField


class ApiToken(models.Model):
    """A scoped key. Only the SHA-256 of its secret is kept; ``prefix`` tells keys apart.

    ``networks``: from where it may be used; null is everywhere. ``replaces``: the one whose place
    it takes; both work until the older one ends.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    secret_hash = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=32), verbose_name=_("scopes"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    networks = ArrayField(NetworkField(), verbose_name=_("networks"), null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(name="apitoken_has_a_scope", condition=Q(scopes__len__gte=1)),
            models.CheckConstraint(
                name="apitoken_expires_after_creation",
                condition=Q(expires_at__gt=F("created_at")),
            ),
            models.CheckConstraint(
                name="apitoken_networks_some_or_null",
                condition=Q(networks__isnull=True) | Q(networks__len__gte=1),
            ),
            models.CheckConstraint(
                name="apitoken_revoked_by_with_its_time",
                condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="apitoken_does_not_replace_itself",
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
