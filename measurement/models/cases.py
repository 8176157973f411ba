"""Cases as they came from a source, and how they came."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from measurement.choices import CaseStatus, Lifecycle, SourceLayout
from measurement.errors import row_refusal
from measurement.models.deliveries import Delivery
from workflows.models import Workflow


class CaseSource(models.Model):
    """Where a workflow's cases come from and how its files are read, delivery after delivery.

    ``mapping`` maps our field names (of cases, or of events) to the source's column names where
    they differ. ``zone`` reads times without an offset; empty = such times are refused.
    ``time_pattern`` is a name of measurement.parsing.TIME_PATTERNS, ``delimiter`` and ``encoding``
    are found out where empty, ``sheet`` is the first one with rows. Of an event log a case begins
    with ``start_activities`` (none: with its first event) and ends with ``end_activities`` or
    ``cancel_activities``. ``horizon_days`` is set for sources that deliver completed cases only.
    ``data_from``: nothing before it is complete.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    workflow = models.OneToOneField(Workflow, models.PROTECT, related_name="case_source")
    name = models.CharField(_("name"), max_length=150)
    layout = models.CharField(
        _("layout"), max_length=8, choices=SourceLayout, default=SourceLayout.CASES
    )
    zone = models.CharField(_("time zone of times without an offset"), max_length=64, blank=True)
    encoding = models.CharField(_("letters of the file"), max_length=32, blank=True)
    delimiter = models.CharField(_("sign between cells"), max_length=1, blank=True)
    time_pattern = models.CharField(_("how times are written"), max_length=32, blank=True)
    decimal = models.CharField(_("decimal sign"), max_length=1, default=".")
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    start_activities = models.JSONField(_("steps that begin a case"), default=list, blank=True)
    end_activities = models.JSONField(_("steps that complete a case"), default=list, blank=True)
    cancel_activities = models.JSONField(_("steps that cancel a case"), default=list, blank=True)
    completed_only = models.BooleanField(_("delivers completed cases only"), default=False)
    horizon_days = models.PositiveIntegerField(_("horizon, days"), null=True, blank=True)
    data_from = models.DateTimeField(_("complete from"), null=True, blank=True)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("case source")
        verbose_name_plural = _("case sources")
        constraints = [
            models.CheckConstraint(
                name="casesource_completed_only_has_horizon",
                condition=Q(completed_only=False) | Q(horizon_days__gte=1),
            ),
            models.CheckConstraint(
                name="casesource_layout_known", condition=Q(layout__in=SourceLayout.values)
            ),
            models.CheckConstraint(
                name="casesource_decimal_known", condition=Q(decimal__in=[".", ","])
            ),
            models.CheckConstraint(
                name="casesource_events_have_an_end",
                condition=~Q(layout=SourceLayout.EVENTS) | ~Q(end_activities=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One run of a workflow, keyed (workflow, case_id) so that it can be split by workflow.

    ``fields`` holds the guardrail columns as numbers (yes/no as 1/0); nothing that names a
    person. Times are aware UTC. Rows that end before they start never get in. What it refers to
    the database checks once for each statement: see migration 0011.
    """

    pk = models.CompositePrimaryKey("workflow_id", "case_id")
    workflow = models.ForeignKey(
        Workflow, models.PROTECT, related_name="cases", db_index=False, db_constraint=False
    )
    case_id = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=CaseStatus)
    kind = models.CharField(max_length=100, blank=True)
    last_event_at = models.DateTimeField(null=True)
    fields = models.JSONField(null=True)
    first_import = models.ForeignKey(
        "CaseImport", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    last_import = models.ForeignKey(
        "CaseImport", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="case_status_known", condition=Q(status__in=CaseStatus.values)
            ),
            models.CheckConstraint(
                name="case_ends_after_start",
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="case_completed_has_end",
                condition=~Q(status=CaseStatus.COMPLETED) | Q(completed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_open_has_no_end",
                condition=~Q(status=CaseStatus.OPEN) | Q(completed_at__isnull=True),
            ),
            models.CheckConstraint(name="case_has_id", condition=~Q(case_id="")),
        ]

    def __str__(self) -> str:
        return self.case_id


class CaseEvent(models.Model):
    """One event of a case, as the source told it; cases are derived from all of theirs.

    ``position`` counts from 1 in order of time. ``began_at``: when the activity began, where the
    event says so itself; otherwise a "start" and a "complete" of one activity belong together, and
    they may come in different deliveries. ``kind`` and ``fields`` stand only where the case's next
    event does not say the same. Rows are inserted and deleted by the whole case, never changed.
    """

    pk = models.CompositePrimaryKey("workflow_id", "case_id", "position")
    workflow = models.ForeignKey(
        Workflow, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    case_id = models.CharField(max_length=200, db_collation="C")
    position = models.PositiveIntegerField()
    activity = models.CharField(max_length=200, db_collation="C")
    happened_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    lifecycle = models.CharField(max_length=8, choices=Lifecycle, blank=True)
    kind = models.CharField(max_length=100, blank=True)
    fields = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="caseevent_lifecycle_known", condition=Q(lifecycle__in=Lifecycle.values)
            ),
            models.CheckConstraint(
                name="caseevent_ends_after_it_began",
                condition=Q(began_at__isnull=True) | Q(happened_at__gte=F("began_at")),
            ),
            models.CheckConstraint(
                name="caseevent_has_case_and_activity", condition=~Q(case_id="") & ~Q(activity="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.activity}"


class CaseImport(Delivery):
    """One delivery of cases and what became of its rows; the counts feed gates G5 and G9.

    ``duplicate_rows`` repeat a case id of the same file, of an event log the very same event;
    ``clock_errors`` are rejected rows whose end lies before the start or whose times lie in the
    future. Of an event log rows are events, but created, updated and unchanged count cases.
    Without a job it waits until somebody said how it is to be read.
    """

    area = "cases"
    related = ("source__workflow",)

    source = models.ForeignKey(CaseSource, models.PROTECT, related_name="imports")
    clock_errors = models.PositiveIntegerField(default=0)
    dropped_columns = models.JSONField(default=list)
    covers_to = models.DateTimeField(null=True, blank=True)

    class Meta(Delivery.Meta):
        indexes = [models.Index(fields=["source", "-id"], name="caseimport_newest_of_source")]

    @property
    def subject(self) -> Workflow:
        return self.source.workflow


class ImportRejection(models.Model):
    """A row that was not read, with its line in the file and a code of measurement.errors."""

    case_import = models.ForeignKey(CaseImport, models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    row = models.JSONField()

    class Meta:
        indexes = [models.Index("case_import", "line", name="importrejection_in_file_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return row_refusal(self.code, self.column)
