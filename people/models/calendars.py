"""Sites and work calendars. A changed calendar changes results, so readings name a version."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7


class WorkCalendar(models.Model):
    """The opening hours cases are measured by; the hours themselves live in its versions."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150, unique=True)

    class Meta:
        verbose_name = _("work calendar")
        verbose_name_plural = _("work calendars")

    def __str__(self) -> str:
        return self.name


class WorkCalendarVersion(models.Model):
    """Immutable opening hours. Rows are only ever inserted.

    ``hours`` maps the weekday ("0" Monday ... "6" Sunday) to a list of ["08:00", "17:00"] pairs in
    local time; an end not later than its start is on the next day. ``holidays`` lists ISO dates
    as they were known then (resolved from the `holidays` library, whose release is named in
    ``source``); ``closed_periods`` lists [first, last] pairs of ISO dates, both inclusive.
    ``first_day`` to ``last_day`` (inclusive) is what the calendar knows about.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    zone = models.CharField(_("time zone"), max_length=64)
    hours = models.JSONField()
    country = models.CharField(_("country"), max_length=2, blank=True)
    subdivision = models.CharField(_("region"), max_length=16, blank=True)
    holidays = models.JSONField(default=list)
    closed_periods = models.JSONField(default=list)
    first_day = models.DateField()
    last_day = models.DateField()
    source = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("calendar", "number", name="workcalendarversion_number_once"),
            models.CheckConstraint(
                name="workcalendarversion_days_in_order",
                condition=Q(first_day__lte=F("last_day")),
            ),
            models.CheckConstraint(
                name="workcalendarversion_number_from_one", condition=Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"


class Site(models.Model):
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=150)
    country = models.CharField(_("country"), max_length=2, blank=True)
    calendar = models.ForeignKey(
        WorkCalendar, models.PROTECT, related_name="sites", null=True, blank=True
    )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name
