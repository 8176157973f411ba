"""The organisation: a tree of units, and who was where from when to when."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from people.choices import EmploymentStatus
from people.models.calendars import Site


class LegalEntity(models.Model):
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        verbose_name_plural = _("legal entities")

    def __str__(self) -> str:
        return self.name


class OrgUnit(models.Model):
    """A unit of the tree of today. ``head`` manages it; a manager's reach is the own subtree."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self", models.PROTECT, related_name="children", null=True, blank=True
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="heads", null=True, blank=True
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="units", null=True, blank=True)
    function = models.CharField(_("function"), max_length=100, blank=True)
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(
                name="orgunit_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrgUnitClosure(models.Model):
    """Every (ancestor, descendant) pair of today's tree, each unit with itself at depth 0.

    A derived cache, kept by a database trigger on OrgUnit (which also refuses loops); never
    written by hand.
    """

    ancestor = models.ForeignKey(OrgUnit, models.CASCADE, related_name="+")
    descendant = models.ForeignKey(OrgUnit, models.CASCADE, related_name="+")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("ancestor", "descendant", name="orgunitclosure_pair_once"),
        ]
        indexes = [models.Index("descendant", "ancestor", name="orgunitclosure_upward")]


class Employment(models.Model):
    """A person employed by a legal entity over a half-open range of days."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="employments")
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="+")
    # Long leave: still employed, but neither counted as using AI nor as not using it.
    status = models.CharField(
        max_length=8, choices=EmploymentStatus, default=EmploymentStatus.ACTIVE
    )
    country = models.CharField(max_length=2, blank=True)
    # Of several at once this one says where the person belongs; the person is counted once.
    is_primary = models.BooleanField(default=True, db_default=True)
    valid = DateRangeField()
    # The other time axis: since when the portal knows. A start before it was told afterwards.
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="employment_one_primary_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_primary=True),
            ),
            ExclusionConstraint(
                name="employment_no_overlap_in_one_entity",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("legal_entity", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="employment_status_known", condition=Q(status__in=EmploymentStatus.values)
            ),
            models.CheckConstraint(
                name="employment_range_not_empty", condition=Q(valid__isempty=False)
            ),
        ]


class Assignment(models.Model):
    """Where a person works: unit, manager and job, over a half-open range of days."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="assignments")
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reports", null=True, blank=True
    )
    job_title = models.CharField(max_length=150, blank=True)
    cost_centre = models.CharField(max_length=64, blank=True)
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="assignments", null=True, blank=True
    )
    valid = DateRangeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="assignment_one_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="assignment_range_not_empty", condition=Q(valid__isempty=False)
            ),
            models.CheckConstraint(
                name="assignment_not_own_manager",
                condition=Q(manager__isnull=True) | ~Q(manager=F("person")),
            ),
        ]
        indexes = [models.Index("unit", "person", name="assignment_unit_person")]


class ReportingLine(models.Model):
    """A second line beside the assignment's manager: matrix or project."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="lines")
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=16, choices=[("matrix", _("Matrix")), ("project", _("Project"))]
    )
    valid = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reportingline_not_to_oneself", condition=~Q(person=F("manager"))
            ),
            models.CheckConstraint(
                name="reportingline_kind_known", condition=Q(kind__in=["matrix", "project"])
            ),
            ExclusionConstraint(
                name="reportingline_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("manager", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]
