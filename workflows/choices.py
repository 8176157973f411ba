from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActivityKind(models.TextChoices):
    TASK = "task", _("Task")
    DECISION = "decision", _("Decision")
    WAIT = "wait", _("Wait")
    HANDOVER = "handover", _("Handover")


class Change(models.TextChoices):
    """What a redesign does to an activity; "moved" is computed from positions."""

    KEPT = "kept", _("Kept")
    CHANGED = "changed", _("Changed")
    AI_ASSISTED = "ai_assisted", _("AI-assisted")
    AUTOMATED = "automated", _("Automated")
    HUMAN_REVIEW_ADDED = "human_review_added", _("Human review added")
    ADDED = "added", _("Added")
    REMOVED = "removed", _("Removed")


# Kinds of change that need the AI tool named and an oversight plan.
AI_CHANGES = frozenset({Change.AI_ASSISTED, Change.AUTOMATED})


class RedesignState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    LIVE = "live", _("Live")
    MEASURED = "measured", _("Measured")
    SUSPENDED = "suspended", _("Suspended")
    RETIRED = "retired", _("Retired")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")


class Action(models.TextChoices):
    """What moves a redesign from one state to another."""

    SUBMIT = "submit", _("Submit for sign-off")
    APPROVE = "approve", _("Approve")
    REQUEST_CHANGES = "request_changes", _("Ask for changes")
    REJECT = "reject", _("Decline")
    REVISE = "revise", _("Revise")
    WITHDRAW = "withdraw", _("Withdraw")
    GO_LIVE = "go_live", _("Go live")
    MEASURED = "measured", _("Measured")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    SUPERSEDE = "supersede", _("Supersede")
    RETIRE = "retire", _("Retire")


_S, _A = RedesignState, Action

# The whole machine (sign-off-method.md 4.2): action -> {state it starts from: state it ends in}.
# Operations, buttons and the database's own guard (migrations 0002 and 0004) follow this one table.
# Beyond the paper: measured work can be suspended too, and what was approved in vain can be ended.
TRANSITIONS: dict[Action, dict[RedesignState, RedesignState]] = {
    _A.SUBMIT: {_S.DRAFT: _S.IN_REVIEW, _S.CHANGES_REQUESTED: _S.IN_REVIEW},
    _A.APPROVE: {_S.IN_REVIEW: _S.APPROVED},
    _A.REQUEST_CHANGES: {_S.IN_REVIEW: _S.CHANGES_REQUESTED},
    _A.REJECT: {_S.IN_REVIEW: _S.REJECTED},
    _A.REVISE: {_S.IN_REVIEW: _S.DRAFT, _S.CHANGES_REQUESTED: _S.DRAFT},
    _A.WITHDRAW: {
        _S.DRAFT: _S.WITHDRAWN,
        _S.IN_REVIEW: _S.WITHDRAWN,
        _S.CHANGES_REQUESTED: _S.WITHDRAWN,
    },
    _A.GO_LIVE: {_S.APPROVED: _S.LIVE},
    _A.MEASURED: {_S.LIVE: _S.MEASURED},
    _A.SUSPEND: {_S.LIVE: _S.SUSPENDED, _S.MEASURED: _S.SUSPENDED},
    _A.RESUME: {_S.SUSPENDED: _S.LIVE},
    _A.SUPERSEDE: {
        _S.APPROVED: _S.SUPERSEDED,
        _S.LIVE: _S.SUPERSEDED,
        _S.SUSPENDED: _S.SUPERSEDED,
        _S.MEASURED: _S.SUPERSEDED,
    },
    _A.RETIRE: {
        _S.APPROVED: _S.RETIRED,
        _S.LIVE: _S.RETIRED,
        _S.SUSPENDED: _S.RETIRED,
        _S.MEASURED: _S.RETIRED,
    },
}
# Submitted and not ended: a team is talked to before or after it goes live.
TALKED_ABOUT = (_S.IN_REVIEW, _S.APPROVED, _S.LIVE, _S.MEASURED, _S.SUSPENDED)
# Work is not done this way, for now or for good, although everybody signed.
STOPPED = (_S.SUSPENDED, _S.RETIRED, _S.SUPERSEDED)


class Verdict(models.TextChoices):
    """What a signer decides on one step."""

    APPROVED = "approved", _("Approve")
    CHANGES_REQUESTED = "changes_requested", _("Ask for changes")
    REJECTED = "rejected", _("Decline")


class RouteState(models.TextChoices):
    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")
    CANCELLED = "cancelled", _("Cancelled")


class StepState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", _("Active")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")


class Meaning(models.TextChoices):
    """What a signature says (21 CFR 11.50): stored as code and as the text shown."""

    REVIEWED = "reviewed", _("I have reviewed this redesign.")
    APPROVED = (
        "approved",
        _("I approve this redesign as line manager of the people who do this work."),
    )
    QUALITY = "quality_approved", _("I approve this redesign for quality.")
    PRIVACY = "privacy_approved", _("I approve the use of personal data in this redesign.")
    RESPONSIBLE = "responsible", _("I take responsibility for this redesign.")
    SENT_BACK = "sent_back", _("I send this redesign back with my note.")
    REJECTED = "rejected", _("I decline this redesign for the reason given.")


class SignatureLevel(models.IntegerChoices):
    """L0 a click, L1 the password again, L2 user id and password typed (Part 11)."""

    CLICK = 0, _("Confirmation")
    REAUTHENTICATED = 1, _("Password")
    TWO_COMPONENTS = 2, _("User id and password")


class AiActRisk(models.TextChoices):
    MINIMAL = "minimal", _("Minimal")
    TRANSPARENCY = "transparency", _("Transparency duties (Art. 50)")
    HIGH = "high", _("High risk (Annex I or III)")
    PROHIBITED = "prohibited", _("Prohibited")


class GxpImpact(models.TextChoices):
    NONE = "none", pgettext_lazy("GxP impact", "None")
    INDIRECT = "indirect", _("Indirect")
    DIRECT = "direct", _("Direct or critical")


class PersonalData(models.TextChoices):
    NONE = "none", pgettext_lazy("personal data", "None")
    ORDINARY = "ordinary", _("Ordinary")
    SPECIAL = "special", _("Special categories")


class Automation(models.TextChoices):
    ASSIST = "assist", _("AI assists, a person does the work")
    APPROVES_EACH = "approves_each", _("A person approves each case")
    SAMPLES = "samples", _("A person checks samples")
    NONE = "none", _("No person in the loop")


class DataClass(models.TextChoices):
    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    PERSONAL = "personal", _("Personal data")
    HEALTH = "health", _("Health data")
    BATCH = "batch_record", _("Batch and quality records")


class GuardKind(models.TextChoices):
    SHARE = "share", _("Share of cases (yes or no)")
    MEAN = "mean", _("Average of a number")


class Worse(models.TextChoices):
    HIGHER = "higher", _("Higher is worse")
    LOWER = "lower", _("Lower is worse")


class Stage(models.TextChoices):
    """The six stages of the rail; derived, never stored. "Changed" is a mark on Measured."""

    LOGGED = "logged", _("Logged")
    REDESIGNED = "redesigned", _("Redesigned")
    SIGNED_OFF = "signed_off", _("Signed off")
    LIVE = "live", pgettext_lazy("stage", "Live")
    MEASURED = "measured", pgettext_lazy("stage", "Measured")
    SUSTAINED = "sustained", _("Sustained")
