"""One asking: who is invited, and whether they have answered; never what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import get_script_prefix
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models import AppendOnly
from people.models import OrgUnit
from surveys.choices import MailingKind, WaveState
from surveys.models.instruments import Instrument
from workflows.models import Redesign, Workflow

FLOOR = 5
NOT_CLOSED = [WaveState.DRAFT, WaveState.OPEN, WaveState.CANCELLED]


class Wave(models.Model):
    """An instrument put to the people of one workflow, once.

    ``minimum_group``, the instrument, the comment and the attributes are fixed when it opens.
    ``opens_date`` and ``closes_date`` are days: answers are taken through the last one. The public
    key seals answers; the private one is a file the worker alone can read, until the release.
    ``answered_percent`` is counted once a day while it is open, rounded to 5, and null where fewer
    than ten are invited.
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
    answered_percent = models.PositiveSmallIntegerField(null=True, editable=False)
    closed_date = models.DateField(null=True, editable=False)
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
                name="wave_closed_with_its_date",
                condition=Q(closed_date__isnull=True, state__in=NOT_CLOSED)
                | (Q(closed_date__isnull=False) & ~Q(state__in=NOT_CLOSED)),
            ),
            models.CheckConstraint(
                name="wave_answered_share_is_rounded",
                condition=Q(answered_percent__isnull=True)
                | Q(answered_percent__in=list(range(10, 95, 5))),
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

    def get_absolute_url(self) -> str:
        return f"{get_script_prefix()}surveys/{self.public_id}/"


class RosterSnapshot(AppendOnly):
    """The tree of units as of the opening, frozen; the people are in ``Participation``.

    ``tree``: a list of ``{"unit", "parent", "name", "invited"}``, ids of OrgUnit, parents before
    children; ``invited`` counts those directly in the unit. ``attributes``: by code the list of
    categories, the place in it being the number that travels in a ballot.
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


class Reminder(AppendOnly):
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


class Mailing(models.Model):
    """How far a mailing got: everybody up to ``through_person`` was looked at.

    It says of nobody whether a mail was sent, so a reminder does not tell who had not answered.
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="mailings")
    kind = models.CharField(max_length=12, choices=MailingKind)
    number = models.PositiveSmallIntegerField(default=1)
    through_person = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("wave", "kind", "number", name="mailing_once"),
            models.CheckConstraint(
                name="mailing_kind_known", condition=Q(kind__in=MailingKind.values)
            ),
        ]
