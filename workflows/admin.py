"""Records of work and sign-off. What was signed is looked at, by anybody, and changed by nobody."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.records import EditableAdmin, ReasonForm, RecordsAdmin
from workflows import models
from workflows.operations import tools
from workflows.operations.policies import publish_policy
from workflows.queries.policies import rules_in_force

TITLE = "redesign__workflow__name"


# --- the register of tools --------------------------------------------------------------------
class ToolForm(ReasonForm):
    retired = forms.BooleanField(
        label=_("Retired"), required=False, help_text=_("No new redesign can name it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["retired"] = self.instance.retired_at is not None


@admin.register(models.AiTool)
class AiToolAdmin(EditableAdmin):
    form = ToolForm
    add_form = ReasonForm
    ordering = ("name", "version", "pk")
    list_display = ("name", "version", "vendor", "approved", "is_generative", "retired_at")
    list_filter = ("approved", "is_generative", ("retired_at", admin.EmptyFieldListFilter))
    lookups = ("retired_at__isempty",)
    search_fields = ("name", "vendor")
    added = (
        "name",
        "version",
        "vendor",
        "intended_use",
        "data_region",
        "is_generative",
        "approved",
    )
    edited = (*added, "retired")
    shown = ("public_id", *added, "retired_at", "retired")
    note = _("A new release is a new row: signatures name the one they were given for.")

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        may = obj is None or self.has_change_permission(request, obj)
        return fields if may else [name for name in fields if name != "retired"]

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.AiTool:
        return tools.register_tool(actor=actor, reason=reason, **values)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.AiTool:
        return tools.change_tool(tool=row, actor=actor, reason=reason, at=timezone.now(), **values)


# --- policies ---------------------------------------------------------------------------------
@admin.register(models.ApprovalPolicy)
class ApprovalPolicyAdmin(RecordsAdmin):
    select = ("current_version__policy",)
    list_display = ("name", "current_version")
    fields = ("name", "current_version")
    note = _("What a policy says stands in its versions: a change is a new version.")


class PolicyForm(ReasonForm):
    rules = forms.JSONField(
        label=_("Rules"),
        initial=rules_in_force,
        help_text=_("Those in force are filled in. Open routes keep the version they began with."),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )


@admin.register(models.PolicyVersion)
class PolicyVersionAdmin(EditableAdmin):
    add_form = PolicyForm
    select = ("policy", "created_by")
    heavy = ("rules",)
    list_display = ("policy", "number", "created_at", "created_by", "reason")
    shown = ("policy", "number", "rules", "sha256", "reason", "created_by", "created_at")
    added = ("rules",)
    note = _("A version never changes, because routes name it. Publish a new one instead.")

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.PolicyVersion:
        return publish_policy(actor=actor, reason=reason, rules=values["rules"])


# --- work -------------------------------------------------------------------------------------
@admin.register(models.Workflow)
class WorkflowAdmin(RecordsAdmin):
    select = ("owner", "unit", "current_version__workflow")
    list_display = ("name", "slug", "owner", "unit", "gxp", "retired_at")
    list_filter = ("gxp", ("retired_at", admin.EmptyFieldListFilter))
    lookups = ("retired_at__isempty",)
    search_fields = ("name", "slug")
    fields = (
        "public_id",
        "name",
        "slug",
        "owner",
        "unit",
        "function",
        "purpose",
        "yearly_volume",
        "gxp",
        "picked_because_slow",
        "current_version",
        "created_by",
        "created_at",
        "updated_at",
        "retired_at",
    )

    def view_on_site(self, workflow: models.Workflow) -> str:
        return workflow.get_absolute_url()


@admin.register(models.Redesign)
class RedesignAdmin(RecordsAdmin):
    select = (
        "workflow",
        "proposer",
        "current_revision__redesign__workflow",
        "base_version__workflow",
    )
    list_display = ("workflow", "state", "proposer", "created_at", "updated_at")
    list_filter = ("state",)
    search_fields = ("workflow__name",)
    fields = (
        "public_id",
        "workflow",
        "base_version",
        "state",
        "proposer",
        "current_revision",
        "stopped_at",
        "created_at",
        "updated_at",
    )

    def view_on_site(self, redesign: models.Redesign) -> str:
        return redesign.get_absolute_url()


@admin.register(models.Revision)
class RevisionAdmin(RecordsAdmin):
    select = ("redesign__workflow", "tool", "overseer", "created_by")
    heavy = ("content",)
    list_display = ("redesign", "number", "frozen_at", "sha256", "created_by", "created_at")
    list_filter = (("frozen_at", admin.EmptyFieldListFilter),)
    lookups = ("frozen_at__isempty",)
    search_fields = (TITLE, "sha256")
    fields = (
        "redesign",
        "number",
        "summary",
        "tool",
        "data_classes",
        "ai_act_risk",
        "gxp_impact",
        "personal_data",
        "automation",
        "overseer",
        "oversight_what",
        "oversight_sample_percent",
        "oversight_stop",
        "oversight_fallback",
        "change_note",
        "sha256",
        "frozen_at",
        "content",
        "created_by",
        "created_at",
    )


@admin.register(models.Decision)
class DecisionAdmin(RecordsAdmin):
    """Who, when and with which meaning stand in the signature beside it."""

    select = ("revision__redesign__workflow", "decided_by", "on_behalf_of", "signature")
    list_display = ("revision", "verdict", "decided_by", "on_behalf_of", "decided_at", "meaning")
    list_filter = ("verdict",)
    search_fields = ("revision__redesign__workflow__name",)
    fields = (
        "public_id",
        "revision",
        "verdict",
        "decided_by",
        "on_behalf_of",
        "decided_at",
        "meaning",
        "comment",
        "content_sha256",
    )
    readonly_fields = ("meaning",)

    def name_of(self, row: models.Decision) -> str:
        return f"{row.get_verdict_display()}: {row.revision.redesign.workflow}"

    @admin.display(description=_("meaning"))
    def meaning(self, decision: models.Decision) -> str:
        signature = getattr(decision, "signature", None)
        return signature.meaning_text if signature else ""


@admin.register(models.Signature)
class SignatureAdmin(RecordsAdmin):
    heavy = ("manifest",)
    list_display = ("printed_name", "printed_role", "meaning_text", "signed_at", "manifest_sha256")
    list_filter = ("meaning", "level")
    search_fields = ("printed_name", "manifest_sha256")
    fields = (
        "printed_name",
        "printed_title",
        "printed_unit",
        "printed_role",
        "meaning_text",
        "signed_at",
        "method",
        "level",
        "manifest",
        "manifest_sha256",
    )
    note = _(
        "Names as printed at the moment of signing. docs/signatures.md shows how to verify one."
    )

    def name_of(self, row: models.Signature) -> str:
        return f"{row.printed_name}, {row.printed_role}"


@admin.register(models.GoLive)
class GoLiveAdmin(RecordsAdmin):
    select = ("redesign__workflow", "decided_by", "calendar_version__calendar")
    list_display = ("redesign", "at", "post_hoc", "reading_at", "decided_by")
    search_fields = (TITLE,)
    fields = (
        "redesign",
        "at",
        "post_hoc",
        "follow_up_days",
        "reading_at",
        "calendar_version",
        "data_from",
        "completed_only",
        "horizon_days",
        "lock_sha256",
        "decided_by",
        "decided_at",
    )

    def name_of(self, row: models.GoLive) -> str:
        return _("Go-live of %(name)s") % {"name": row.redesign.workflow}
