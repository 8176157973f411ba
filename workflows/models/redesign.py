"""Work as it should be: the redesign, its revisions, and the activities of each."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from workflows.choices import (
    STOPPED,
    AiActRisk,
    Automation,
    Change,
    DataClass,
    GxpImpact,
    PersonalData,
    RedesignState,
)
from workflows.models.workflow import AiTool, Step, Workflow, WorkflowVersion, step_constraints


class Redesign(models.Model):
    """A proposal for one workflow. This row is the single lock root of everything below it.

    ``stopped_at``: since when work is not done this way, while it is suspended, retired or
    superseded. ``copied_from``: the declined or withdrawn one it was started from.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="redesigns")
    base_version = models.ForeignKey(WorkflowVersion, models.PROTECT, related_name="redesigns")
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposed_redesigns"
    )
    state = models.CharField(max_length=20, choices=RedesignState, default=RedesignState.DRAFT)
    current_revision = models.ForeignKey(
        "Revision", models.PROTECT, related_name="+", null=True, blank=True
    )
    copied_from = models.ForeignKey(
        "self", models.PROTECT, related_name="copies", null=True, blank=True
    )
    stopped_at = models.DateTimeField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("redesign")
        verbose_name_plural = _("redesigns")
        constraints = [
            models.CheckConstraint(
                name="redesign_state_known", condition=Q(state__in=RedesignState.values)
            ),
            # One redesign of a workflow runs at a time; several may be drafted or in review.
            models.UniqueConstraint(
                "workflow",
                name="redesign_one_live_per_workflow",
                condition=Q(state__in=[RedesignState.LIVE, RedesignState.SUSPENDED]),
            ),
            models.CheckConstraint(
                name="redesign_stopped_with_its_time",
                condition=Q(state__in=STOPPED, stopped_at__isnull=False)
                | (~Q(state__in=STOPPED) & Q(stopped_at__isnull=True)),
            ),
        ]
        indexes = [models.Index("state", "workflow", name="redesign_state_workflow")]

    def __str__(self) -> str:
        return _("Redesign of %(name)s") % {"name": self.workflow}

    def get_absolute_url(self) -> str:
        return reverse("workflows:redesign", args=[self.public_id])

    @property
    def tone(self) -> str:
        """Of the badge that shows the state."""
        return "warn" if self.state == RedesignState.SUSPENDED else ""


class Revision(models.Model):
    """One version of the proposal. From submit on (``frozen_at``) it never changes.

    ``content`` is the canonical JSON the signatures bind to; ``sha256`` is of its canonical bytes
    (sorted keys, no spaces, UTF-8, decimal numbers as text).
    """

    redesign = models.ForeignKey(Redesign, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    summary = models.CharField(_("what changes, in one sentence"), max_length=300, blank=True)
    tool = models.ForeignKey(
        AiTool,
        models.PROTECT,
        related_name="revisions",
        null=True,
        blank=True,
        verbose_name=_("AI tool and version"),
    )
    data_classes = ArrayField(
        models.CharField(max_length=20, choices=DataClass),
        default=list,
        blank=True,
        verbose_name=_("data classes"),
    )
    ai_act_risk = models.CharField(
        _("risk under the AI Act"), max_length=16, choices=AiActRisk, default=AiActRisk.MINIMAL
    )
    gxp_impact = models.CharField(
        _("GxP impact"), max_length=16, choices=GxpImpact, default=GxpImpact.NONE
    )
    personal_data = models.CharField(
        _("personal data"), max_length=16, choices=PersonalData, default=PersonalData.NONE
    )
    automation = models.CharField(
        _("automation"), max_length=16, choices=Automation, default=Automation.ASSIST
    )
    overseer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("who watches over it"),
    )
    oversight_what = models.TextField(_("what is reviewed"), blank=True)
    oversight_sample_percent = models.PositiveSmallIntegerField(
        _("share of cases reviewed, %"), null=True, blank=True
    )
    oversight_stop = models.TextField(_("when we stop"), blank=True)
    oversight_fallback = models.TextField(_("if the AI is down"), blank=True)
    change_note = models.TextField(_("what is new in this revision"), blank=True)
    content = models.JSONField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("redesign", "number", name="revision_number_once"),
            models.CheckConstraint(name="revision_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="revision_frozen_with_content_and_hash",
                condition=Q(frozen_at__isnull=True, sha256="", content__isnull=True)
                | Q(
                    frozen_at__isnull=False,
                    sha256__regex=r"^[0-9a-f]{64}$",
                    content__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="revision_sample_is_a_percentage",
                condition=Q(oversight_sample_percent__isnull=True)
                | Q(oversight_sample_percent__lte=100),
            ),
            models.CheckConstraint(
                name="revision_classes_known",
                condition=Q(
                    ai_act_risk__in=AiActRisk.values,
                    gxp_impact__in=GxpImpact.values,
                    personal_data__in=PersonalData.values,
                    automation__in=Automation.values,
                ),
            ),
        ]

    def __str__(self) -> str:
        named = {"number": self.number, "name": self.redesign.workflow}
        return _("Revision %(number)s: %(name)s") % named


class RevisionAuthor(models.Model):
    """Everybody who edited a revision: none of them may sign the redesign."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="authorships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("revision", "person", name="revisionauthor_once"),
        ]


class RevisionActivity(Step):
    """A to-be activity, aligned to as-is by ``step_key``.

    A removed one stays as a row, so that the two columns can be aligned. ``origin_keys`` are the
    as-is steps a changed or added one was split from or merged of.
    """

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="activities")
    change = models.CharField(_("change"), max_length=20, choices=Change, default=Change.KEPT)
    detail = models.CharField(_("how"), max_length=300, blank=True)
    origin_keys = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta:
        constraints = [
            *step_constraints("revisionactivity"),
            models.UniqueConstraint(
                fields=["revision", "position"],
                name="revisionactivity_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint("revision", "step_key", name="revisionactivity_key_once"),
            models.CheckConstraint(
                name="revisionactivity_change_known", condition=Q(change__in=Change.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title
