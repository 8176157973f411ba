"""Standing roles and stand-ins, both dated and never edited away."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.choices import Role
from people.models.organisation import OrgUnit


class RoleGrant(models.Model):
    """A role held for a unit's subtree, or for the whole organisation when ``unit`` is empty.

    Ending it sets ``ended_at``; the row stays, because it says who could sign when.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=24, choices=Role)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    granted_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="rolegrant_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="rolegrant_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="rolegrant_not_by_oneself",
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("person")),
            ),
            models.CheckConstraint(
                name="rolegrant_ends_after_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("granted_at")),
            ),
            models.UniqueConstraint(
                fields=["person", "role", "unit"],
                name="rolegrant_once_while_open",
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.person}"


class Delegation(models.Model):
    """``delegate`` may decide for ``principal`` in a half-open range of moments."""

    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_given"
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations_held"
    )
    valid = DateTimeRangeField()
    reason = models.CharField(_("reason"), max_length=500)
    accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delegation_not_to_oneself", condition=~Q(principal=F("delegate"))
            ),
            models.CheckConstraint(name="delegation_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="delegation_range_not_empty", condition=Q(valid__isempty=False)
            ),
            ExclusionConstraint(
                name="delegation_one_at_a_time",
                expressions=[
                    ("principal", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]
