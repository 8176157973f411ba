"""Who must sign, whose turn it is, what they decided, and the proof."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models import AppendOnly
from people.models import OrgUnit
from workflows.choices import Meaning, RouteState, SignatureLevel, StepState, Verdict
from workflows.models.redesign import Redesign, Revision


class ApprovalPolicy(models.Model):
    name = models.CharField(_("name"), max_length=150, unique=True)
    current_version = models.ForeignKey(
        "PolicyVersion", models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")

    def __str__(self) -> str:
        return self.name


class PolicyVersion(AppendOnly):
    """Immutable rules: a list of ``{"when": {...}, "step": {...}}`` (workflows.policy explains)."""

    policy = models.ForeignKey(ApprovalPolicy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(_("why it changed"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("policy", "number", name="policyversion_number_once"),
            models.CheckConstraint(
                name="policyversion_hash", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"


class Route(models.Model):
    """The policy applied to one revision; keeps the version and attributes it opened with.

    ``unit`` is where its signers are looked for, also when the workflow moves; it is empty on
    routes that were closed before units were kept.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    redesign = models.ForeignKey(Redesign, models.PROTECT, related_name="routes")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="routes")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+")
    attributes = models.JSONField()
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=20, choices=RouteState, default=RouteState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "redesign", name="route_one_open_per_redesign", condition=Q(state=RouteState.OPEN)
            ),
            models.CheckConstraint(
                name="route_state_known", condition=Q(state__in=RouteState.values)
            ),
            models.CheckConstraint(
                name="route_closed_with_time",
                condition=Q(state=RouteState.OPEN, closed_at__isnull=True)
                | (~Q(state=RouteState.OPEN) & Q(closed_at__isnull=False)),
            ),
        ]


class RouteStep(models.Model):
    """One signature the route asks for. Steps of equal ``sequence`` are open at the same time."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="steps")
    sequence = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32)
    title = models.CharField(max_length=100)
    why = models.CharField(max_length=200, blank=True)
    meaning = models.CharField(max_length=24, choices=Meaning)
    level = models.PositiveSmallIntegerField(
        choices=SignatureLevel, default=SignatureLevel.REAUTHENTICATED
    )
    quorum = models.PositiveSmallIntegerField(default=1)
    due_days = models.PositiveSmallIntegerField(default=7)
    state = models.CharField(max_length=12, choices=StepState, default=StepState.WAITING)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("route", "position", name="routestep_position_once"),
            models.CheckConstraint(name="routestep_quorum_from_one", condition=Q(quorum__gte=1)),
            models.CheckConstraint(name="routestep_due_from_one", condition=Q(due_days__gte=1)),
            models.CheckConstraint(
                name="routestep_state_known", condition=Q(state__in=StepState.values)
            ),
            models.CheckConstraint(
                name="routestep_meaning_known", condition=Q(meaning__in=Meaning.values)
            ),
            models.CheckConstraint(
                name="routestep_level_known", condition=Q(level__in=SignatureLevel.values)
            ),
            models.CheckConstraint(
                name="routestep_open_has_time",
                condition=~Q(state=StepState.ACTIVE) | Q(opened_at__isnull=False),
            ),
        ]

    @property
    def shown_title(self) -> str:
        """In the reader's language, where it is one of ours; proofs print ``title`` itself."""
        return gettext(self.title)


class StepAssignment(models.Model):
    """Whose turn a step is. Ending one sets ``ended_at`` and says why; the row stays."""

    step = models.ForeignKey(RouteStep, models.PROTECT, related_name="assignments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="step_assignments"
    )
    via = models.CharField(max_length=32, default="role")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "step",
                "person",
                name="stepassignment_once_while_open",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="stepassignment_end_has_reason",
                condition=Q(ended_at__isnull=True, ended_reason="")
                | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                name="stepassignment_open_of_person",
                condition=Q(ended_at__isnull=True),
            )
        ]


class Decision(AppendOnly):
    """One signer's verdict on one step. Rows are only ever inserted; a changed mind is a new route.

    ``content_sha256`` is the hash the signer was shown. ``request_key`` makes a double click one
    decision.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    step = models.ForeignKey(RouteStep, models.PROTECT, related_name="decisions")
    route = models.ForeignKey(Route, models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="decisions")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    verdict = models.CharField(max_length=20, choices=Verdict)
    comment = models.TextField(blank=True)
    content_sha256 = models.CharField(max_length=64)
    request_key = models.UUIDField(unique=True)
    decided_at = models.DateTimeField(db_default=Now())  # the database's clock signs

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_verdict_known", condition=Q(verdict__in=Verdict.values)
            ),
            models.CheckConstraint(
                name="decision_against_has_comment",
                condition=Q(verdict=Verdict.APPROVED) | Q(comment__regex=r"\S"),
                violation_error_message=_("Say why, so that the team can act on it."),
            ),
            models.UniqueConstraint(
                "route", "decided_by", name="decision_once_per_person_and_route"
            ),
            models.UniqueConstraint(
                "step",
                Coalesce("on_behalf_of", "decided_by"),
                name="decision_principal_counts_once",
            ),
            models.CheckConstraint(
                name="decision_not_for_oneself",
                condition=Q(on_behalf_of__isnull=True) | ~Q(on_behalf_of=F("decided_by")),
            ),
            models.CheckConstraint(
                name="decision_hash", condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]


class Signature(AppendOnly):
    """The proof of a decision: names as printed at the moment of signing, never joined live.

    ``manifest`` is the canonical text that was signed, ``manifest_sha256`` its hash; it contains
    the revision's hash, so that a signature cannot be moved to another content.
    """

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="signature")
    method = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField(choices=SignatureLevel)
    printed_name = models.CharField(max_length=250)
    printed_title = models.CharField(max_length=250, blank=True)
    printed_unit = models.CharField(max_length=250, blank=True)
    printed_role = models.CharField(max_length=100)
    meaning = models.CharField(max_length=24, choices=Meaning)
    meaning_text = models.TextField()
    signed_at = models.DateTimeField()
    manifest = models.TextField()
    manifest_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="signature_manifest_hash",
                condition=Q(manifest_sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="signature_has_name_and_meaning",
                condition=~Q(printed_name="") & ~Q(meaning_text=""),
            ),
        ]


class Reauthentication(AppendOnly):
    """A proof of presence: single use, bound to person, revision and verdict, good for a minute."""

    nonce = models.UUIDField(unique=True, default=uuid7)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    session_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=20, choices=Verdict)
    method = models.CharField(max_length=20)
    proved_at = models.DateTimeField(db_default=Now())
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="reauthentication")
