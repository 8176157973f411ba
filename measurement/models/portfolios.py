"""All redesigns due in a quarter, read together."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models import AppendOnly
from measurement.choices import ReadingVerdict
from measurement.models.readings import Reading
from workflows.models import Redesign

QUARTER_STARTS = (1, 4, 7, 10)


class PortfolioReading(AppendOnly):
    """How many of the ``due`` redesigns of a quarter (UTC) measurably improved, as of one moment.

    Provisional ones follow each other while the quarter runs or readings are outstanding; the final
    one is taken once (decision 0077). ``result`` has the sums, ``result_sha256`` covers them and
    every member. The columns are copies for lists. The pooled effect is null for fewer than two.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    quarter = models.DateField()  # its first day
    is_final = models.BooleanField()
    due = models.PositiveIntegerField()
    outstanding = models.PositiveIntegerField()
    improved = models.PositiveIntegerField()
    expected_false = models.FloatField()
    pooled_ratio = models.FloatField(null=True)
    pooled_low = models.FloatField(null=True)
    pooled_high = models.FloatField(null=True)
    pooled_of = models.PositiveIntegerField(default=0)
    result = models.JSONField()
    result_sha256 = models.CharField(max_length=64)
    code_version = models.CharField(max_length=64)
    is_simulated = models.BooleanField(default=False)
    measured_at = models.DateTimeField()

    class Meta:
        verbose_name = _("portfolio reading")
        verbose_name_plural = _("portfolio readings")
        constraints = [
            models.UniqueConstraint(
                "quarter", name="portfolioreading_final_once", condition=Q(is_final=True)
            ),
            models.CheckConstraint(
                name="portfolioreading_quarter_starts",
                condition=Q(quarter__day=1, quarter__month__in=QUARTER_STARTS),
            ),
            models.CheckConstraint(
                name="portfolioreading_counts_fit",
                condition=Q(improved__lte=F("due") - F("outstanding"), expected_false__gte=0),
            ),
            models.CheckConstraint(
                name="portfolioreading_pooled_holds_ratio",
                condition=Q(
                    pooled_ratio__isnull=True, pooled_low__isnull=True, pooled_high__isnull=True
                )
                | Q(
                    pooled_of__gte=2,
                    pooled_low__lte=F("pooled_ratio"),
                    pooled_high__gte=F("pooled_ratio"),
                ),
            ),
            models.CheckConstraint(
                name="portfolioreading_hash", condition=Q(result_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [models.Index(fields=["quarter", "-id"], name="portfolioreading_newest")]

    def __str__(self) -> str:
        return f"{self.improved} of {self.due} in the quarter from {self.quarter}"

    def get_absolute_url(self) -> str:
        number = (self.quarter.month + 2) // 3
        return reverse("measurement:quarter", args=[self.quarter.year, number])


class PortfolioMember(AppendOnly):
    """One redesign that was due, with its primary reading, or without while there is none.

    ``p`` is what went into the control (1 without a reading), ``adjusted_p`` what came out;
    ``survived`` passed it at 5 %, ``counted`` is in the number.
    """

    portfolio = models.ForeignKey(PortfolioReading, models.PROTECT, related_name="members")
    redesign = models.ForeignKey(Redesign, models.PROTECT, related_name="+")
    reading = models.ForeignKey(
        Reading, models.PROTECT, related_name="+", null=True, db_index=False
    )
    verdict = models.CharField(max_length=24, choices=ReadingVerdict, blank=True)
    p = models.FloatField()
    adjusted_p = models.FloatField()
    survived = models.BooleanField()
    counted = models.BooleanField()

    class Meta:
        verbose_name = _("member of a portfolio reading")
        verbose_name_plural = _("members of portfolio readings")
        constraints = [
            models.UniqueConstraint("portfolio", "redesign", name="portfoliomember_once"),
            models.CheckConstraint(
                name="portfoliomember_p", condition=Q(p__range=(0, 1), adjusted_p__range=(0, 1))
            ),
            models.CheckConstraint(
                name="portfoliomember_counted_only_when_improved",
                condition=Q(counted=False)
                | Q(survived=True, reading__isnull=False, verdict=ReadingVerdict.IMPROVED),
            ),
            models.CheckConstraint(
                name="portfoliomember_unread_is_one",
                condition=Q(reading__isnull=False, verdict__in=ReadingVerdict.values)
                | Q(reading__isnull=True, verdict="", p=1),
            ),
        ]

    def __str__(self) -> str:
        return f"redesign {self.redesign_id} in portfolio reading {self.portfolio_id}"
