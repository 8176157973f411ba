"""The row every background job starts from, and the slots of periodic work."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import ENDED, JobState
from core.ids import uuid7
from core.models.tokens import ApiToken

MAX_ATTEMPTS = 3


class Job(models.Model):
    """Work asked for. The row is the truth; the broker only carries a hint that it is there.

    ``args`` holds primitives only. ``attempts`` counts claims and, with the state, fences off a
    worker that lost its lease. ``error_text`` is for a person, ``error_detail`` for an engineer.
    ``last_error`` is its sentence as the code has it, with ``error_facts`` to fill in: the worker
    does not know who will read it.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=100)
    args = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=JobState, default=JobState.QUEUED)
    queue = models.CharField(max_length=32, default="fast")
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(null=True, blank=True)
    read = models.PositiveBigIntegerField(default=0)
    created = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    last_error = models.TextField(blank=True)
    error_facts = models.JSONField(
        default=dict, blank=True, db_default={}, encoder=DjangoJSONEncoder
    )
    error_detail = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="jobs", null=True, blank=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(name="job_state_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="job_args_are_an_object",
                condition=Exact(
                    models.Func(
                        F("args"), function="jsonb_typeof", output_field=models.TextField()
                    ),
                    Value("object"),
                ),
            ),
            models.CheckConstraint(
                name="job_leased_only_while_running",
                condition=Q(state=JobState.RUNNING, lease_until__isnull=False, attempts__gte=1)
                | (~Q(state=JobState.RUNNING) & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_finished_only_when_ended",
                condition=Q(state__in=ENDED, finished_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_attempts_limited", condition=Q(attempts__lte=MAX_ATTEMPTS)
            ),
            models.CheckConstraint(
                name="job_waits_only_with_an_attempt_left",
                condition=~Q(state=JobState.QUEUED) | Q(attempts__lt=MAX_ATTEMPTS),
            ),
            models.CheckConstraint(
                name="job_failure_has_a_text",
                condition=~Q(state=JobState.FAILED, last_error=""),
            ),
            models.CheckConstraint(
                name="job_progress_within_total",
                condition=Q(progress_total__isnull=True)
                | Q(progress_done__lte=F("progress_total")),
            ),
            models.CheckConstraint(
                name="job_subject_whole_or_absent",
                condition=Q(subject_type="", subject_id="")
                | (~Q(subject_type="") & ~Q(subject_id="")),
            ),
            models.UniqueConstraint(
                fields=["name", "dedupe_key"],
                condition=Q(state=JobState.QUEUED) & ~Q(dedupe_key=""),
                name="job_waits_once_per_key",
            ),
        ]
        indexes = [
            models.Index("id", name="job_waiting", condition=Q(state=JobState.QUEUED)),
            models.Index("lease_until", name="job_running", condition=Q(state=JobState.RUNNING)),
            models.Index("subject_type", "subject_id", "id", name="job_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.state} (job {self.public_id})"

    @property
    def error_text(self) -> str:
        """What went wrong, in the reader's language."""
        if not self.last_error:
            return ""
        text = gettext(self.last_error)
        return text % self.error_facts if self.error_facts else text


class PeriodicRun(models.Model):
    """One due time of one periodic job: a second tick for the same slot is refused here."""

    name = models.CharField(max_length=100)
    slot = models.DateTimeField()
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("name", "slot", name="periodicrun_once_per_slot"),
        ]
        indexes = [models.Index("created_at", name="periodicrun_newest")]

    def __str__(self) -> str:
        return f"{self.name} at {self.slot:%Y-%m-%d %H:%M %Z}"
