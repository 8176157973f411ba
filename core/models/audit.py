"""Who did what, when and from where; and the seals that make a later change visible."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from core.choices import Channel
from core.models.protection import AppendOnly


class ClockTimestamp(models.Func):
    """The database's clock at this very moment; ``Now()`` stands still within a transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class AuditEvent(AppendOnly):
    """One act. Written by ``core.audit.record`` in the transaction of the change itself.

    A trigger sets ``at``, ``xid`` (the 64-bit transaction number), ``cluster`` (the identifier of
    the database cluster that counted it: after a restore elsewhere numbers start anew) and
    ``row_hash``, whatever the INSERT says.
    """

    at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    verb = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=8, choices=Channel)
    remote_addr = models.GenericIPAddressField(null=True, blank=True)
    xid = models.BigIntegerField(db_default=0, editable=False)
    cluster = models.BigIntegerField(db_default=0, editable=False)
    row_hash = models.BinaryField(db_default=Value(b""), max_length=32, editable=False)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = [
            models.CheckConstraint(
                name="auditevent_channel_known", condition=Q(channel__in=Channel.values)
            ),
            models.CheckConstraint(name="auditevent_verb_given", condition=~Q(verb="")),
            models.CheckConstraint(
                name="auditevent_subject_whole_or_absent",
                condition=Q(subject_type="", subject_id="")
                | (~Q(subject_type="") & ~Q(subject_id="")),
            ),
            models.CheckConstraint(
                name="auditevent_not_for_oneself",
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("actor")),
            ),
        ]
        indexes = [
            models.Index("subject_type", "subject_id", "id", name="auditevent_by_subject"),
            models.Index("actor", "id", name="auditevent_by_actor"),
            models.Index("cluster", "xid", name="auditevent_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id} (event {self.pk})"


class Seal(AppendOnly):
    """A closed block of events: every one whose transaction number lies in a finished range.

    The range, not the event's id, decides what belongs to the block: a slow transaction may commit
    a low id late, but no transaction below ``pg_snapshot_xmin`` can still commit at all.
    ``rows_hash`` is the SHA-256 of the row hashes in id order; a trigger sets ``at`` and
    ``seal_hash``, the SHA-256 over all other columns and so over the seal before.
    """

    number = models.PositiveBigIntegerField(unique=True)
    cluster = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    below_xid = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    event_count = models.PositiveIntegerField()
    rows_hash = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)
    seal_hash = models.BinaryField(db_default=Value(b""), max_length=32, editable=False)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.CheckConstraint(name="seal_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="seal_is_not_empty", condition=Q(event_count__gte=1)),
            models.CheckConstraint(
                name="seal_ids_in_order", condition=Q(first_id__lte=F("last_id"))
            ),
            models.CheckConstraint(
                name="seal_range_in_order", condition=Q(from_xid__lt=F("below_xid"))
            ),
            models.UniqueConstraint("cluster", "from_xid", name="seal_range_once"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number} of events {self.first_id} to {self.last_id}"
