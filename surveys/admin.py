"""Records of the trust surveys: what is asked and when. Who answered, and what, stand nowhere."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.charts import words
from core.records import RecordsAdmin
from surveys import models


@admin.register(models.Instrument)
class InstrumentAdmin(RecordsAdmin):
    select = ("comparable_with",)
    heavy = ("lead_in", "answers", "comment_question")
    list_display = ("code", "version", "kind", "is_pilot", "comparable_with")
    list_filter = ("kind", "is_pilot")
    search_fields = ("code",)
    fields = (
        "public_id",
        "code",
        "version",
        "kind",
        "lead_in",
        "answers",
        "comment_question",
        "is_pilot",
        "comparable_with",
        "comparable_reason",
        "created_at",
    )
    note = _("A changed word is a new version, because scores of two versions are not one trend.")


@admin.register(models.Wave)
class WaveAdmin(RecordsAdmin):
    select = ("instrument", "workflow", "redesign__workflow", "created_by", "closed_early_by")
    list_display = (
        "workflow",
        "instrument",
        "state",
        "opens_date",
        "closes_date",
        "minimum_group",
        "is_simulated",
    )
    list_filter = ("state", "is_simulated")
    search_fields = ("workflow__name",)
    fields = (
        "public_id",
        "instrument",
        "workflow",
        "redesign",
        "state",
        "opens_date",
        "closes_date",
        "minimum_group",
        "asks_comment",
        "attributes",
        "contact",
        "agreement",
        "closed_early_by",
        "closed_early_reason",
        "is_simulated",
        "created_by",
        "created_at",
    )
    note = _(
        "The key of an open wave is a file of the worker and in no backup: if it is lost, the wave "
        "is lost, its answers are deleted, and a new wave is needed."
    )

    def name_of(self, row: models.Wave) -> str:
        return f"{row.workflow}: {row.instrument}, {words.day(row.opens_date)}"
