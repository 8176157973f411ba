"""What is asked: data, not code, so that a changed word is a new version."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from surveys.choices import InstrumentKind


class Instrument(models.Model):
    """One version of a questionnaire, frozen once a wave has used it.

    Texts are by language code, such as ``{"en": .., "de": .., "fr": ..}``; ``{workflow}`` in them
    stands for the workflow's title. ``answers`` are the labels of 1 to 5 and of "cannot say" in
    that order. ``is_pilot`` says that its figures have not met trust-survey-method 1.7.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=16)
    version = models.CharField(_("version"), max_length=16)
    kind = models.CharField(_("asks"), max_length=8, choices=InstrumentKind)
    lead_in = models.JSONField(_("lead-in"))
    answers = models.JSONField(_("answers"))
    comment_question = models.JSONField(_("last question"), default=dict, blank=True)
    is_pilot = models.BooleanField(_("pilot"), default=True)
    comparable_with = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, blank=True
    )
    comparable_reason = models.TextField(_("why comparable"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = [
            models.UniqueConstraint("code", "version", name="instrument_version_once"),
            models.CheckConstraint(
                name="instrument_kind_known", condition=Q(kind__in=InstrumentKind.values)
            ),
            models.CheckConstraint(
                name="instrument_comparable_has_reason",
                condition=Q(comparable_with__isnull=True) | ~Q(comparable_reason=""),
            ),
            models.CheckConstraint(
                name="instrument_comparable_with_another",
                condition=Q(comparable_with__isnull=True) | ~Q(comparable_with=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Scale(models.Model):
    """Items scored together. ``in_index``: part of the trust index (calibration never is)."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="scales")
    key = models.CharField(max_length=8)
    name = models.JSONField()
    position = models.PositiveSmallIntegerField()
    in_index = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("instrument", "key", name="scale_key_once"),
            models.UniqueConstraint("instrument", "position", name="scale_position_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Item(models.Model):
    """One statement. ``position`` is its place in an answer array; ``part`` the page it stands on.

    ``is_reversed``: agreeing means less; the score is 6 minus the answer.
    """

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="items")
    scale = models.ForeignKey(Scale, models.PROTECT, related_name="items", null=True, blank=True)
    key = models.CharField(max_length=8)
    text = models.JSONField()
    position = models.PositiveSmallIntegerField()
    part = models.PositiveSmallIntegerField(default=1)
    is_reversed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("instrument", "key", name="item_key_once"),
            models.UniqueConstraint("instrument", "position", name="item_position_once"),
            models.CheckConstraint(name="item_part_from_one", condition=Q(part__gte=1)),
        ]

    def __str__(self) -> str:
        return self.key
