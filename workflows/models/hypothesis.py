"""What is promised, frozen with the revision at submit; go-live adds the dates and locks all."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import AppendOnly
from people.models import WorkCalendar, WorkCalendarVersion
from workflows.choices import GuardKind, Worse
from workflows.models.redesign import Redesign, Revision
from workflows.models.workflow import Workflow


class Hypothesis(models.Model):
    """The registered design of the reading (measurement-method.md sections 1 and 6).

    ``target_ratio`` is the promised typical-time ratio (0.80 = 20 % shorter); days are wall clock.
    ``calendar`` empty = wall clock.
    """

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="hypothesis")
    target_ratio = models.DecimalField(
        _("promised ratio"), max_digits=4, decimal_places=3, default="0.800"
    )
    margin = models.DecimalField(
        _("practical margin"), max_digits=4, decimal_places=3, default="0.050"
    )
    before_days = models.PositiveIntegerField(_("days before"), default=364)
    washout_days = models.PositiveIntegerField(_("washout, days"), default=14)
    after_days = models.PositiveIntegerField(_("days after"), default=84, null=True, blank=True)
    planned_go_live_date = models.DateField(_("planned go-live"), null=True, blank=True)
    standardise = models.BooleanField(_("standardise the case mix"), default=True)
    season = models.BooleanField(_("has a yearly season"), default=False)
    placebo = models.BooleanField(default=True)
    drift_key = models.BooleanField(default=True)
    comparison = models.ForeignKey(
        Workflow,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("comparison workflow"),
    )
    calendar = models.ForeignKey(
        WorkCalendar,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("work calendar"),
    )
    registered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hypothesis_promises_a_shorter_time",
                condition=Q(target_ratio__gt=0, target_ratio__lt=1),
            ),
            models.CheckConstraint(
                name="hypothesis_margin_is_a_share", condition=Q(margin__gte=0, margin__lt=1)
            ),
            models.CheckConstraint(
                name="hypothesis_windows_make_sense",
                condition=Q(before_days__gte=84, before_days__lte=3660, washout_days__lte=365)
                & (Q(after_days__isnull=True) | Q(after_days__gte=42, after_days__lte=3660)),
            ),
        ]


class Guardrail(models.Model):
    """What must not get worse by more than ``margin``, in the unit of the case field."""

    hypothesis = models.ForeignKey(Hypothesis, models.CASCADE, related_name="guardrails")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("guardrail"), max_length=100)
    field = models.CharField(_("field of the cases"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8, choices=GuardKind)
    margin = models.DecimalField(_("margin"), max_digits=12, decimal_places=4)
    worse = models.CharField(_("direction"), max_length=8, choices=Worse, default=Worse.HIGHER)

    class Meta:
        constraints = [
            models.UniqueConstraint("hypothesis", "name", name="guardrail_name_once"),
            models.CheckConstraint(
                name="guardrail_margin_not_negative", condition=Q(margin__gte=0)
            ),
            models.CheckConstraint(
                name="guardrail_kind_and_direction_known",
                condition=Q(kind__in=GuardKind.values, worse__in=Worse.values),
            ),
            models.CheckConstraint(
                name="guardrail_has_name_and_field", condition=~Q(name="") & ~Q(field="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GoLive(AppendOnly):
    """The instant work changed. Inserted once; locks the hypothesis of the approved revision.

    ``reading_at`` = go-live + washout + after-days + follow-up (measurement-method.md section 1);
    ``post_hoc`` when the instant lay in the past. ``data_from``, ``completed_only`` and
    ``horizon_days`` are what the case source said then, null without cases (then the first delivery
    counts, decision 0031). ``lock_sha256`` covers hypothesis and these columns.
    """

    redesign = models.OneToOneField(Redesign, models.PROTECT, related_name="go_live")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    post_hoc = models.BooleanField()
    follow_up_days = models.PositiveSmallIntegerField()
    reading_at = models.DateTimeField()
    calendar_version = models.ForeignKey(
        WorkCalendarVersion, models.PROTECT, related_name="+", null=True, blank=True
    )
    planned_information = models.FloatField(null=True, blank=True)
    detectable_ratio = models.FloatField(null=True, blank=True)
    data_from = models.DateTimeField(null=True, blank=True)
    completed_only = models.BooleanField(null=True, blank=True)
    horizon_days = models.PositiveIntegerField(null=True, blank=True)
    picked_because_slow = models.BooleanField(null=True, blank=True)  # null: from before 0031
    lock_sha256 = models.CharField(max_length=64)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="golive_read_after_it", condition=Q(reading_at__gt=F("at"))
            ),
            models.CheckConstraint(
                name="golive_past_is_post_hoc",
                condition=Q(post_hoc=True) | Q(at__gte=F("decided_at")),
            ),
            models.CheckConstraint(
                name="golive_follow_up_at_most_four_weeks", condition=Q(follow_up_days__lte=28)
            ),
            models.CheckConstraint(
                name="golive_source_known_whole",
                condition=Q(completed_only__isnull=False)
                | Q(data_from__isnull=True, horizon_days__isnull=True),
            ),
            models.CheckConstraint(
                name="golive_lock_is_a_hash", condition=Q(lock_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
