"""One asking: who is invited, and whether they have answered; never what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from people.models import OrgUnit
from surveys.choices import WaveState
from surveys.models.instruments import Instrument
from workflows.models import Redesign, Workflow

FLOOR = 5


class Wave(models.Model):
    """An instrument put to the people of one workflow, once.

    ``minimum_group``, the instrument, the comment and the attributes are fixed when it opens.
    ``opens_date`` and ``closes_date`` are days: answers are taken through the last one. The public
    key seals answers; the private one is a file the worker alone can read, until the release.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="waves")
    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="waves")
    redesign = models.ForeignKey(Redesign, models.PROTECT, related_name="waves")
    state = models.CharField(max_length=12, choices=WaveState, default=WaveState.DRAFT)
    opens_date = models.DateField(_("opens"))
    closes_date = models.DateField(_("closes"))
    minimum_group = models.PositiveSmallIntegerField(_("smallest group shown"), default=FLOOR)
    asks_comment = models.BooleanField(_("asks for a comment"), default=True)
    attributes = models.JSONField(_("attributes reported"), default=list, blank=True)
    contact = models.CharField(_("data protection contact"), max_length=200)
    agreement = models.CharField(_("agreement with the works council"), max_length=200, blank=True)
    public_key = models.BinaryField(null=True, editable=False)
    closed_early_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    closed_early_reason = models.CharField(max_length=500, blank=True)
    is_simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("survey wave")
        verbose_name_plural = _("survey waves")
        constraints = [
            models.CheckConstraint(
                name="wave_state_known", condition=Q(state__in=WaveState.values)
            ),
            models.CheckConstraint(
                name="wave_minimum_group_not_under_floor", condition=Q(minimum_group__gte=FLOOR)
            ),
            models.CheckConstraint(
                name="wave_closes_after_opening", condition=Q(closes_date__gt=F("opens_date"))
            ),
            models.CheckConstraint(
                name="wave_open_with_key_and_contact",
                condition=Q(state__in=[WaveState.DRAFT, WaveState.CANCELLED])
                | (Q(public_key__isnull=False) & ~Q(contact="")),
            ),
            models.CheckConstraint(
                name="wave_closed_early_has_reason",
                condition=Q(closed_early_by__isnull=True) | ~Q(closed_early_reason=""),
            ),
            models.UniqueConstraint(
                "workflow",
                name="wave_one_open_per_workflow",
                condition=Q(state__in=[WaveState.OPEN, WaveState.CLOSED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.opens_date:%Y-%m-%d}"


class RosterSnapshot(models.Model):
    """The tree of units as of the opening, frozen; the people are in ``Participation``.

    ``tree``: a list of ``{"unit", "parent", "name", "invited"}``, ids of OrgUnit, parents before
    children. ``attributes``: by code the list of categories, the place in it being the number that
    travels in a ballot.
    """

    wave = models.OneToOneField(
        Wave, models.PROTECT, primary_key=True, related_name="snapshot", serialize=False
    )
    tree = models.JSONField()
    attributes = models.JSONField(default=dict)


class Participation(models.Model):
    """Whether a person answered, only to stop reminders and a second answer.

    No time, no device, no count, no last update: nothing here may help to order the answers.
    """

    pk = models.CompositePrimaryKey("wave_id", "person_id")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="participations", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    attributes = models.JSONField(default=list)
    done = models.BooleanField(default=False)


class Reminder(models.Model):
    """That a reminder went out to all who had not answered; neither whom nor how many."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="reminders")
    started_date = models.DateField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("wave", "started_date", name="reminder_once_a_day"),
        ]
