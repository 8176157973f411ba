"""Work as the newest count found it: facts of workflows, redesigns and waves, never of people.

Replaced whole by each count, so that a page reads one table and no page counts for itself.
"""

from django.db import models
from django.db.models import F, Q

from adoption_portal.console.choices import Pending
from measurement.choices import ReadingVerdict
from measurement.models import Reading
from people.models import OrgUnit, Site
from surveys.models import Instrument, Wave
from workflows.models import AiTool, Redesign, Workflow

STAGES = 6


class Placed(models.Model):
    """Where the work is done. ``top_unit`` is the unit of the first level above it."""

    name = models.CharField(max_length=150)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    top_unit = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="+", null=True, db_index=False
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, db_index=False)
    function = models.CharField(max_length=100, blank=True)
    tool = models.ForeignKey(AiTool, models.PROTECT, related_name="+", null=True, db_index=False)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        abstract = True


class WorkflowRow(Placed):
    """How far a workflow has come, and when it got to each bar of the funnel.

    ``stage`` 1 (logged) to 6 (sustained); Changed has its date only. ``use``: the rung ``breadth``
    (null is hidden) and ``depth`` as [assisted cases, cases], of live work.
    """

    workflow = models.OneToOneField(Workflow, models.PROTECT, primary_key=True, related_name="+")
    stage = models.PositiveSmallIntegerField()
    pending = models.CharField(max_length=8, choices=Pending, blank=True)
    logged_at = models.DateTimeField()
    redesigned_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    measured_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    sustained_at = models.DateTimeField(null=True)
    is_relapsed = models.BooleanField(default=False)
    use = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="workflowrow_stage_known", condition=Q(stage__gte=1, stage__lte=STAGES)
            ),
            models.CheckConstraint(
                name="workflowrow_changed_only_when_measured",
                condition=Q(changed_at__isnull=True) | Q(measured_at__isnull=False),
            ),
            models.CheckConstraint(
                name="workflowrow_pending_known",
                condition=Q(pending="") | Q(pending__in=Pending.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReadingRow(Placed):
    """A redesign that went live and the reading to show of it, if there is one.

    ``log_ratio`` and ``log_se`` are of the final readings alone: what the pooled effect and the
    funnel plot are made of. ``held_90`` and ``held_180``: true, false, or null while the day has
    not come; a redesign that was stopped before counts as not held.
    """

    redesign = models.OneToOneField(Redesign, models.PROTECT, primary_key=True, related_name="+")
    live_at = models.DateTimeField()
    due_at = models.DateTimeField()
    is_stopped = models.BooleanField(default=False)
    reading = models.ForeignKey(
        Reading, models.PROTECT, related_name="+", null=True, db_index=False
    )
    is_final = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=24, choices=ReadingVerdict, blank=True)
    grade = models.CharField(max_length=1, blank=True)
    ratio = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    promised = models.FloatField(null=True)
    log_ratio = models.FloatField(null=True)
    log_se = models.FloatField(null=True)
    is_changed = models.BooleanField(default=False)
    held_90 = models.BooleanField(null=True)
    held_180 = models.BooleanField(null=True)
    is_relapsed = models.BooleanField(default=False)
    cases = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="readingrow_pooled_only_when_final",
                condition=Q(log_ratio__isnull=True, log_se__isnull=True)
                | Q(is_final=True, log_ratio__isnull=False, log_se__gt=0),
            ),
            models.CheckConstraint(
                name="readingrow_verdict_with_reading",
                condition=Q(verdict="", reading__isnull=True)
                | Q(verdict__in=ReadingVerdict.values, reading__isnull=False),
            ),
            models.CheckConstraint(
                name="readingrow_interval_holds_ratio",
                condition=Q(ratio__isnull=True) | Q(low__lte=F("ratio"), high__gte=F("ratio")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.verdict}"


class TrustRow(Placed):
    """The published trust index of one released wave: a copy of its cell, never of an answer.

    ``instrument`` is the line the figure may be drawn on: that version which stands for all that
    are marked as comparable with it, and for itself.
    """

    wave = models.OneToOneField(Wave, models.PROTECT, primary_key=True, related_name="+")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", db_index=False)
    closed_date = models.DateField()
    days_after = models.IntegerField(null=True)  # from go-live to the wave's opening
    n = models.PositiveIntegerField()
    mean = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    sd = models.FloatField(null=True)
    favourable = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="trustrow_not_under_floor", condition=Q(n__gte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.closed_date:%Y-%m-%d}"
