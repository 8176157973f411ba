"""Dated verdicts, each with everything needed to recompute it to the same bytes."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models import AppendOnly
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.models.summaries import ReadingInput
from people.models import WorkCalendarVersion
from workflows.models import GoLive, Redesign


class Reading(AppendOnly):
    """What ``measurement.statistics.evaluate`` said of a redesign. Rows are only ever inserted.

    ``input`` holds the case arrays, ``design`` the rest of the call; ``result`` is the canonical
    JSON of the Reading (null = not a number) and ``result_sha256`` its hash. ``chart`` is the
    control chart of the same data. The columns beside them are copies for lists and figures; a
    guard of the database holds those of the go-live and its workflow to what these say.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    redesign = models.ForeignKey(Redesign, models.PROTECT, related_name="readings")
    go_live = models.ForeignKey(GoLive, models.PROTECT, related_name="readings")
    kind = models.CharField(max_length=8, choices=ReadingKind)
    cutoff = models.DateTimeField()
    calendar_version = models.ForeignKey(
        WorkCalendarVersion, models.PROTECT, related_name="+", null=True, blank=True
    )
    design = models.JSONField()
    design_sha256 = models.CharField(max_length=64)
    input = models.ForeignKey(ReadingInput, models.PROTECT, related_name="+")
    code_version = models.CharField(max_length=64)
    result = models.JSONField()
    result_sha256 = models.CharField(max_length=64)
    chart = models.JSONField(null=True)
    verdict = models.CharField(max_length=24, choices=ReadingVerdict)
    grade = models.CharField(max_length=1)
    ratio = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p = models.FloatField(null=True)
    negligible = models.BooleanField(default=False)
    post_hoc = models.BooleanField(default=False)
    is_simulated = models.BooleanField(default=False)
    measured_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.UniqueConstraint(
                "redesign",
                "kind",
                "design_sha256",
                "input",
                "code_version",
                name="reading_once_per_input",
            ),
            models.UniqueConstraint(
                "redesign",
                "kind",
                name="reading_final_once",
                condition=Q(
                    kind__in=[ReadingKind.PRIMARY, ReadingKind.DAY_90, ReadingKind.DAY_180]
                ),
            ),
            models.CheckConstraint(
                name="reading_kind_known", condition=Q(kind__in=ReadingKind.values)
            ),
            models.CheckConstraint(
                name="reading_verdict_known", condition=Q(verdict__in=ReadingVerdict.values)
            ),
            models.CheckConstraint(
                name="reading_grade_known", condition=Q(grade__in=["A", "B", "C"])
            ),
            models.CheckConstraint(
                name="reading_ratio_never_without_interval",
                condition=Q(ratio__isnull=True, low__isnull=True, high__isnull=True)
                | Q(ratio__isnull=False, low__isnull=False, high__isnull=False),
            ),
            models.CheckConstraint(
                name="reading_interval_holds_ratio",
                condition=Q(ratio__isnull=True) | Q(low__lte=F("ratio"), high__gte=F("ratio")),
            ),
            models.CheckConstraint(
                name="reading_post_hoc_at_most_c", condition=Q(post_hoc=False) | Q(grade="C")
            ),
        ]
        indexes = [models.Index(fields=["redesign", "-cutoff"], name="reading_newest_of_redesign")]

    @staticmethod
    def kind_order() -> Case:
        """For order_by: the verdict at the registered date before the early readings."""
        return Case(
            When(kind=ReadingKind.PRIMARY, then=Value(0)),
            When(kind=ReadingKind.EARLY, then=Value(1)),
            default=Value(2),
        )

    def __str__(self) -> str:
        return f"{self.verdict} ({self.grade}) for {self.redesign_id} at {self.cutoff:%Y-%m-%d}"


class Recomputation(AppendOnly):
    """A reading evaluated once more from its stored input, with the code of that day."""

    reading = models.ForeignKey(Reading, models.PROTECT, related_name="recomputations")
    result_sha256 = models.CharField(max_length=64)
    differs = models.JSONField(default=list)  # names of what is stored otherwise
    code_version = models.CharField(max_length=64)
    recomputed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recomputation")
        verbose_name_plural = _("recomputations")
        constraints = [
            models.CheckConstraint(
                name="recomputation_hash", condition=Q(result_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    @property
    def is_same(self) -> bool:
        """Whether every byte of the result came out as stored, and stands so wherever it is."""
        return self.result_sha256 == self.reading.result_sha256 and not self.differs

    def __str__(self) -> str:
        return f"{self.result_sha256[:12]} for reading {self.reading_id}"
