"""What HR says about people: the one log it comes in by, and what waits or was refused."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.ids import uuid7
from core.models import AppendOnly, Job
from people.choices import ImportMode, ImportPhase, InboundChannel
from people.errors import row_refusal


class ChangeLog(AppendOnly):
    """One attribute of one person that changed, from a day on.

    Every way in (interface, file, page, command) writes here and nowhere else changes a person of
    HR's. ``value`` is a code or a public id; it stays empty for names, addresses and numbers of a
    person, so that a person can be forgotten while this log stays (decision 0065).
    ``source_version`` is what the row said of its own age.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    attribute = models.CharField(max_length=32)
    value = models.CharField(max_length=200, blank=True)
    effective_from = models.DateField()
    source = models.CharField(max_length=8, choices=InboundChannel)
    source_version = models.BigIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="changelog_source_known", condition=Q(source__in=InboundChannel.values)
            ),
            models.CheckConstraint(name="changelog_attribute_given", condition=~Q(attribute="")),
            models.CheckConstraint(
                name="changelog_no_personal_value",
                condition=Q(value="")
                | ~Q(attribute__in=["given_name", "family_name", "email", "employee_number"]),
            ),
        ]
        indexes = [
            models.Index(
                "recorded_at",
                name="changelog_ends",
                condition=Q(attribute="active", value="false"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} from {self.effective_from} (change {self.pk})"


class HrRecord(models.Model):
    """The last row HR sent about a person: how old it was, and its SHA-256 to know it again.

    ``digest`` is empty after anything else changed the person: the next row is then looked at.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="hr_record", primary_key=True
    )
    version = models.BigIntegerField(null=True, blank=True)
    digest = models.BinaryField(max_length=32, null=True, blank=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"row about {self.person_id}"


class ParkedManager(models.Model):
    """A manager HR names who is not here yet; set as soon as that person arrives."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="parked_manager", primary_key=True
    )
    manager_source_id = models.CharField(max_length=128)
    effective_from = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="parkedmanager_names_somebody", condition=~Q(manager_source_id="")
            ),
        ]
        indexes = [models.Index("manager_source_id", name="parkedmanager_awaited")]

    def __str__(self) -> str:
        return f"awaits {self.manager_source_id}"


class PeopleImport(models.Model):
    """One file of people and what became of its rows.

    read = created + updated + unchanged + stale + rejected. ``rows_ended`` are people a full file
    no longer has. ``plan`` holds what a look at the whole file found before anything was applied
    (counts, moves, levels), ``brakes`` why a second person must look first. That this is not the
    owner or maker of the token which brought the file is refused by a trigger: the token stands
    with the job.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+", null=True, blank=True)
    channel = models.CharField(max_length=8, choices=InboundChannel)
    mode = models.CharField(max_length=8, choices=ImportMode)
    dry_run = models.BooleanField(default=False)
    preview = models.BooleanField(default=False)
    phase = models.CharField(max_length=8, choices=ImportPhase, default=ImportPhase.READ)
    original_name = models.CharField(max_length=300, blank=True)
    stored_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=40, blank=True)
    dropped_columns = models.JSONField(default=list)
    rows_read = models.PositiveIntegerField(default=0)
    rows_created = models.PositiveIntegerField(default=0)
    rows_updated = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_stale = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    rows_ended = models.PositiveIntegerField(default=0)
    unnamed_rows = models.PositiveIntegerField(default=0)
    plan = models.JSONField(default=dict)
    brakes = models.JSONField(default=list)
    loops = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="peopleimport_channel_known", condition=Q(channel__in=InboundChannel.values)
            ),
            models.CheckConstraint(
                name="peopleimport_mode_known", condition=Q(mode__in=ImportMode.values)
            ),
            models.CheckConstraint(
                name="peopleimport_phase_known", condition=Q(phase__in=ImportPhase.values)
            ),
            models.CheckConstraint(
                name="peopleimport_hash", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="peopleimport_dry_run_applies_nothing",
                condition=Q(dry_run=False) | Q(applied_at__isnull=True),
            ),
            models.CheckConstraint(
                name="peopleimport_approval_whole",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="peopleimport_braked_needs_second_person",
                condition=Q(brakes=[])
                | Q(approved_by__isnull=True, applied_at__isnull=True)
                | (
                    Q(approved_by__isnull=False)
                    & (Q(created_by__isnull=True) | ~Q(approved_by=F("created_by")))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.original_name or str(self.public_id)


class PeopleRejection(models.Model):
    """A row that was not taken: line, whom HR calls it, column and why. Nothing else of the row."""

    people_import = models.ForeignKey(PeopleImport, models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField()
    source_id = models.CharField(max_length=128, blank=True)
    column = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index("people_import", "line", name="peoplerejection_in_file_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return row_refusal(self.code, column=self.column, value=self.value)
