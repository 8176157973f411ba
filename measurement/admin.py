"""Records of measurement. Single cases, events, stages and weeks of use stand nowhere."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.charts import words
from core.records import EditableAdmin, ReasonForm, RecordsAdmin
from measurement import models
from measurement.operations.imports.sources import correct_source


class SourceForm(ReasonForm):
    mapping = forms.JSONField(
        label=_("Columns"),
        required=False,
        help_text=_("Our field names and the source's column names, where they differ."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    class Meta:
        help_texts = {"horizon_days": _("Needed where completed cases only are delivered.")}
        field_classes = {"data_from": forms.DateTimeField}

    def clean_mapping(self) -> Any:
        mapping = self.cleaned_data["mapping"] or {}
        if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
            raise forms.ValidationError(_("Write one column name for each field."))
        return mapping


@admin.register(models.CaseSource)
class CaseSourceAdmin(EditableAdmin):
    form = SourceForm
    select = ("workflow",)
    list_display = (
        "name",
        "workflow",
        "layout",
        "zone",
        "completed_only",
        "horizon_days",
        "data_from",
    )
    list_filter = ("layout", "completed_only")
    search_fields = ("name", "workflow__name")
    edited = ("name", "zone", "mapping", "completed_only", "horizon_days", "data_from")
    # How files are read is chosen on the mapping page, where a file shows what comes of it.
    shown = (
        "public_id",
        "workflow",
        *edited,
        "layout",
        "start_activities",
        "end_activities",
        "cancel_activities",
        "encoding",
        "delimiter",
        "time_pattern",
        "decimal",
        "sheet",
        "created_at",
    )
    note = _(
        "A change counts for what comes in from now on; readings of what is live become post-hoc."
    )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "data_from":
            return forms.DateTimeField(
                label=db_field.verbose_name,
                required=False,
                widget=forms.DateTimeInput(
                    attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
                ),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.CaseSource:
        return correct_source(source=row, actor=actor, reason=reason, **values)


@admin.register(models.CaseImport)
class CaseImportAdmin(RecordsAdmin):
    """Counts of a delivery; neither its file nor a row of it."""

    is_long = True
    select = ("source__workflow", "job", "created_by", "confirmed_by")
    heavy = ("options", "dropped_columns")
    list_display = (
        "original_name",
        "source",
        "channel",
        "rows_read",
        "rows_rejected",
        "created_at",
        "merged_at",
    )
    list_filter = ("channel",)
    search_fields = ("original_name", "source__workflow__name")
    fields = (
        "public_id",
        "original_name",
        "source",
        "channel",
        "job",
        "size",
        "sha256",
        "skip_bad_rows",
        "rows_read",
        "rows_created",
        "rows_updated",
        "rows_unchanged",
        "rows_rejected",
        "duplicate_rows",
        "clock_errors",
        "dropped_columns",
        "covers_to",
        "created_by",
        "created_at",
        "confirmed_by",
        "merged_at",
    )


@admin.register(models.Reading)
class ReadingAdmin(RecordsAdmin):
    is_long = True
    select = ("redesign__workflow", "go_live", "calendar_version__calendar")
    heavy = ("design", "result", "chart")
    list_display = ("redesign", "kind", "verdict", "grade", "effect", "interval", "cutoff")
    list_filter = ("kind", "verdict", "grade")
    search_fields = ("redesign__workflow__name",)
    fields = (
        "public_id",
        "redesign",
        "kind",
        "verdict",
        "grade",
        "ratio",
        "low",
        "high",
        "p",
        "negligible",
        "post_hoc",
        "cutoff",
        "measured_at",
        "calendar_version",
        "code_version",
        "design_sha256",
        "result_sha256",
    )
    note = _("Never changed: each can be recomputed to the same bytes on its evidence page.")

    def name_of(self, row: models.Reading) -> str:
        return f"{row.get_verdict_display()}: {row.redesign.workflow}"

    @admin.display(description=_("typical-time ratio"))
    def effect(self, row: models.Reading) -> str:
        return "" if row.ratio is None else words.number(row.ratio, 2)

    @admin.display(description=_("95% interval"))
    def interval(self, row: models.Reading) -> str:
        if row.low is None or row.high is None:
            return ""
        return _("%(first)s to %(last)s") % {
            "first": words.number(row.low, 2),
            "last": words.number(row.high, 2),
        }
