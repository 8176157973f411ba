"""Who may use an AI tool, and on how many days of a week somebody did.

Rows of persons are input to aggregates and nothing else: no page, export or API returns them but a
person's own.
"""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from workflows.models import AiTool


class Entitlement(models.Model):
    """A person may use a tool over a half-open range of days."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    tool = models.ForeignKey(AiTool, models.PROTECT, related_name="entitlements")
    valid = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="entitlement_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("tool", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="entitlement_range_not_empty", condition=Q(valid__isempty=False)
            ),
        ]


class UsageWeek(models.Model):
    """Distinct days on which a person used a tool in one ISO week, named by its Monday.

    ``worked_days`` is empty where the source does not say; a week of leave has 0.
    """

    pk = models.CompositePrimaryKey("week", "person_id", "tool_id")
    week = models.DateField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    tool = models.ForeignKey(AiTool, models.PROTECT, related_name="+", db_index=False)
    active_days = models.PositiveSmallIntegerField()
    assisted_cases = models.PositiveIntegerField(null=True)
    worked_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="usageweek_days_of_a_week", condition=Q(active_days__lte=7)
            ),
            models.CheckConstraint(
                name="usageweek_worked_days_of_a_week",
                condition=Q(worked_days__isnull=True) | Q(worked_days__lte=7),
            ),
            models.CheckConstraint(
                name="usageweek_begins_on_monday", condition=Q(week__iso_week_day=1)
            ),
        ]
