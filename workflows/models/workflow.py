"""Work as it is: the workflow, its numbered versions, and the activities of each."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from people.models import OrgUnit
from workflows.choices import ActivityKind

MAX_MINUTES = 525_600  # a year: a longer wait in one step is a typing error


class AiTool(models.Model):
    """One release of an AI tool in the register; a new version is a new row."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    version = models.CharField(_("version"), max_length=50)
    vendor = models.CharField(_("vendor"), max_length=150, blank=True)
    intended_use = models.TextField(_("intended use"), blank=True)
    data_region = models.CharField(_("data stays in"), max_length=100, blank=True)
    is_generative = models.BooleanField(_("generative"), default=True)
    approved = models.BooleanField(_("approved for use"), default=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("AI tool")
        verbose_name_plural = _("AI tools")
        constraints = [
            models.UniqueConstraint("name", "version", name="aitool_version_once"),
            models.CheckConstraint(name="aitool_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Workflow(models.Model):
    """A kind of work. ``current_version`` is how it is done today.

    ``row_version`` rises with every saved change, so that two people on one draft cannot silently
    overwrite each other.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=150)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="owned_workflows",
        verbose_name=_("owner"),
    )
    unit = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="workflows", verbose_name=_("unit")
    )
    function = models.CharField(_("function"), max_length=100)
    purpose = models.TextField(_("purpose"))
    yearly_volume = models.PositiveIntegerField(
        _("cases a year"), validators=[MinValueValidator(1)]
    )
    gxp = models.BooleanField(_("GxP relevant"), default=False)
    picked_because_slow = models.BooleanField(_("picked because it was slow"), default=False)
    current_version = models.ForeignKey(
        "WorkflowVersion", models.PROTECT, related_name="+", null=True, blank=True
    )
    candidate_tools = models.ManyToManyField(AiTool, related_name="+", blank=True)
    row_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        constraints = [
            models.CheckConstraint(name="workflow_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="workflow_volume_from_one", condition=Q(yearly_volume__gte=1)
            ),
        ]
        indexes = [models.Index("unit", "name", name="workflow_unit_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workflows:workflow", args=[self.public_id])


class WorkflowVersion(models.Model):
    """How the work is done, numbered. Frozen (``frozen_at``) once a redesign builds on it."""

    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    frozen_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("workflow", "number", name="workflowversion_number_once"),
            models.CheckConstraint(
                name="workflowversion_frozen_with_hash",
                condition=Q(frozen_at__isnull=True, sha256="")
                | Q(frozen_at__isnull=False, sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="workflowversion_number_from_one", condition=Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} v{self.number}"


class Step(models.Model):
    """The facts of an activity that as-is and to-be share."""

    step_key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveIntegerField()
    title = models.CharField(_("activity"), max_length=200)
    role = models.CharField(_("who does it"), max_length=100, blank=True)
    system = models.CharField(_("system"), max_length=100, blank=True)
    touch_minutes = models.DecimalField(
        _("work, minutes"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_MINUTES)],
    )
    wait_minutes = models.DecimalField(
        _("waiting, minutes"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_MINUTES)],
    )
    share_of_cases = models.DecimalField(
        _("share of cases"),
        max_digits=4,
        decimal_places=3,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )

    class Meta:
        abstract = True


def step_constraints(name: str) -> list[models.BaseConstraint]:
    """Rules every kind of step obeys, named after its table."""
    minutes = {
        field: Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}__gte": 0, f"{field}__lte": MAX_MINUTES})
        for field in ("touch_minutes", "wait_minutes")
    }
    return [
        models.CheckConstraint(name=f"{name}_has_title", condition=~Q(title="")),
        models.CheckConstraint(
            name=f"{name}_touch_within_a_year", condition=minutes["touch_minutes"]
        ),
        models.CheckConstraint(
            name=f"{name}_wait_within_a_year", condition=minutes["wait_minutes"]
        ),
        models.CheckConstraint(
            name=f"{name}_share_is_a_share",
            condition=Q(share_of_cases__gte=0, share_of_cases__lte=1),
        ),
    ]


class Activity(Step):
    """One step of a version. ``step_key`` stays the same from version to version."""

    version = models.ForeignKey(WorkflowVersion, models.CASCADE, related_name="activities")
    kind = models.CharField(
        _("kind"), max_length=16, choices=ActivityKind, default=ActivityKind.TASK
    )

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            *step_constraints("activity"),
            models.UniqueConstraint(
                fields=["version", "position"],
                name="activity_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint("version", "step_key", name="activity_key_once"),
            models.CheckConstraint(
                name="activity_kind_known", condition=Q(kind__in=ActivityKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title
