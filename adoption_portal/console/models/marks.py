"""What the program office writes on the console: notes at dates, and views kept by name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adoption_portal.console.choices import ScopeKind
from core.ids import uuid7

LONGEST_NOTE = 60


class Annotation(models.Model):
    """A note at a date, drawn on every chart over time of its scope. Taking it back keeps the row.

    A note of the organisation stands on the charts of every scope.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    date = models.DateField(_("date"))
    text = models.CharField(_("note"), max_length=LONGEST_NOTE)
    kind = models.CharField(max_length=8, choices=ScopeKind, default=ScopeKind.ORGANISATION)
    key = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        constraints = [
            models.CheckConstraint(name="annotation_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="annotation_kind_known", condition=Q(kind__in=ScopeKind.values)
            ),
            models.CheckConstraint(
                name="annotation_removed_whole",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="annotation_organisation_has_no_key",
                condition=(Q(kind=ScopeKind.ORGANISATION) & Q(key=""))
                | (~Q(kind=ScopeKind.ORGANISATION) & ~Q(key="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.text}"


class SavedView(models.Model):
    """A page with its filters, kept by name for the person who saved it."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    page = models.CharField(max_length=20)
    query = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint("person", "name", name="savedview_name_once"),
            models.CheckConstraint(name="savedview_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(f"console:{self.page}") + (f"?{self.query}" if self.query else "")
