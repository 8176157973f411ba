"""``GET /api/v1/workflows``: the work, how far each piece of it has come, and today's steps."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from core.api.fields import Moment
from core.api.reading import EvidenceViewSet, owner_of
from core.api.schema import example
from workflows.choices import Stage
from workflows.models import Activity, Workflow
from workflows.queries.readers import readable_stages, with_readable_lead, workflows_read_by

WORKFLOW = {
    "id": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596",
    "slug": "batch-record-review",
    "name": "Batch record review",
    "unit": {"code": "QA-BASEL", "name": "Quality assurance Basel"},
    "function": "Quality",
    "purpose": "Every batch record is read before the batch is released.",
    "yearly_volume": 1200,
    "gxp": True,
    "simulated": False,
    "stage": "measured",
    "changed": True,
    "verdict": "improved",
    "redesign": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a597",
    "created_at": "2026-01-12T09:30:00Z",
    "updated_at": "2026-06-02T14:05:00Z",
    "retired_at": None,
}
STEP = {
    "key": "7c8a2f0e-2f5b-4e0a-9a53-6f5a8f3c1d11",
    "position": 1,
    "title": "Read the record",
    "kind": "task",
    "role": "Reviewer",
    "system": "Document system",
    "touch_minutes": 45.0,
    "wait_minutes": 1440.0,
    "share_of_cases": 1.0,
}


class WorkflowParameters(serializers.Serializer[Any]):
    slug = serializers.SlugField(required=False, max_length=80)
    unit = serializers.CharField(required=False, max_length=64, help_text="Code of a unit.")
    function = serializers.CharField(required=False, max_length=100)
    retired = serializers.BooleanField(required=False, help_text="Taken out of use, or not.")
    updated_since = Moment(required=False, help_text="Changed at this moment or later.")


CONDITIONS = {
    "slug": "slug",
    "unit": "unit__code",
    "function": "function",
    "updated_since": "updated_at__gte",
}


class UnitOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


@example(**WORKFLOW)
class WorkflowOut(serializers.ModelSerializer[Workflow]):
    """A workflow; it names nobody."""

    id = serializers.UUIDField(source="public_id")
    unit = UnitOut()
    simulated = serializers.BooleanField(source="is_simulated")
    stage = serializers.ChoiceField(
        choices=[stage.value for stage in Stage],
        help_text="Derived from redesign and readings, never typed in.",
    )
    changed = serializers.BooleanField(
        help_text="Improved at the registered date, and a survivor of the false-discovery control."
    )
    verdict = serializers.CharField(
        allow_null=True, help_text="Of the reading at the registered date; null before it."
    )
    redesign = serializers.UUIDField(
        allow_null=True, help_text="The redesign that speaks for the workflow."
    )

    class Meta:
        model = Workflow
        fields: tuple[str, ...] = tuple(WORKFLOW)


class ActivityOut(serializers.ModelSerializer[Activity]):
    key = serializers.UUIDField(source="step_key", help_text="The same from version to version.")
    touch_minutes = serializers.FloatField(allow_null=True)
    wait_minutes = serializers.FloatField(allow_null=True)
    share_of_cases = serializers.FloatField()

    class Meta:
        model = Activity
        fields = tuple(STEP)


@example(**WORKFLOW, version=2, steps=[STEP])
class WorkflowDetailOut(WorkflowOut):
    version = serializers.IntegerField(source="current_version.number", default=None)
    steps = serializers.SerializerMethodField()

    class Meta(WorkflowOut.Meta):
        fields = (*WorkflowOut.Meta.fields, "version", "steps")

    def get_steps(self, workflow: Workflow) -> "list[dict[str, Any]]":
        version = workflow.current_version
        steps = list(version.activities.all()) if version else []
        return list(ActivityOut(steps, many=True).data)


class WorkflowViewSet(EvidenceViewSet[Workflow]):
    """Workflows with their stage. Nobody is named in them; a unit's code leads to its people."""

    queryset = Workflow.objects.none()
    serializer_class = WorkflowOut
    detail_serializer_class = WorkflowDetailOut
    parameters = WorkflowParameters

    def get_queryset(self) -> QuerySet[Workflow]:
        person = owner_of(self.request)
        rows = with_readable_lead(workflows_read_by(person), person).select_related("unit")
        if self.action == "retrieve":
            steps = Activity.objects.order_by("position")
            return rows.select_related("unit", "current_version").prefetch_related(
                Prefetch("current_version__activities", queryset=steps)
            )
        return rows

    def narrowed(self, rows: QuerySet[Workflow], wanted: dict[str, Any]) -> QuerySet[Workflow]:
        told = {CONDITIONS[name]: value for name, value in wanted.items() if name != "retired"}
        if "retired" in wanted:
            told["retired_at__isnull"] = not wanted["retired"]
        return rows.filter(**told)

    def complete(self, rows: Sequence[Workflow]) -> None:
        stages = readable_stages(rows)
        for row in rows:
            stage, lead = stages[row.pk]
            row.stage = stage.stage.value  # type: ignore[attr-defined]
            row.changed = stage.changed  # type: ignore[attr-defined]
            row.verdict = stage.verdict or None  # type: ignore[attr-defined]
            row.redesign = lead.public_id if lead else None  # type: ignore[attr-defined]
