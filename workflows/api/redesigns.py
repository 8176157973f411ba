"""``GET /api/v1/redesigns``: what was proposed, promised and put to use."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from core.api.fields import Moment
from core.api.reading import EvidenceViewSet, owner_of
from core.api.schema import example
from workflows.choices import RedesignState
from workflows.models import GoLive, Guardrail, Hypothesis, Redesign
from workflows.queries.readers import redesigns_read_by

REDESIGN = {
    "id": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a597",
    "workflow": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596",
    "state": "measured",
    "revision": 2,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "summary": "The record is read by AI first; a reviewer looks at what it marks.",
    "tool": {"name": "Record reader", "version": "3.1"},
    "data_classes": ["internal", "batch_record"],
    "ai_act_risk": "minimal",
    "gxp_impact": "indirect",
    "personal_data": "none",
    "automation": "approves_each",
    "simulated": False,
    "go_live": {
        "at": "2026-02-02T06:00:00Z",
        "reading_at": "2026-05-26T06:00:00Z",
        "post_hoc": False,
        "lock_sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    },
    "stopped_at": None,
    "created_at": "2026-01-14T08:00:00Z",
    "updated_at": "2026-05-27T02:00:00Z",
}
PROMISE = {
    "target_ratio": 0.8,
    "margin": 0.05,
    "before_days": 364,
    "washout_days": 14,
    "after_days": 84,
    "comparison": None,
    "guardrails": [
        {"name": "Rework", "field": "rework", "kind": "share", "margin": 0.02, "worse": "higher"}
    ],
}


class RedesignParameters(serializers.Serializer[Any]):
    workflow = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(choices=RedesignState.values, required=False)
    updated_since = Moment(required=False, help_text="Changed at this moment or later.")


CONDITIONS = {
    "workflow": "workflow__public_id",
    "state": "state",
    "updated_since": "updated_at__gte",
}


class ToolOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()


class GoLiveOut(serializers.ModelSerializer[GoLive]):
    class Meta:
        model = GoLive
        fields = ("at", "reading_at", "post_hoc", "lock_sha256")


class GuardrailOut(serializers.ModelSerializer[Guardrail]):
    margin = serializers.FloatField()

    class Meta:
        model = Guardrail
        fields = ("name", "field", "kind", "margin", "worse")


class PromiseOut(serializers.ModelSerializer[Hypothesis]):
    target_ratio = serializers.FloatField(help_text="Promised typical time after / before.")
    margin = serializers.FloatField()
    comparison = serializers.UUIDField(source="comparison.public_id", default=None, allow_null=True)
    guardrails = GuardrailOut(many=True)

    class Meta:
        model = Hypothesis
        fields = tuple(PROMISE)


@example(**REDESIGN)
class RedesignOut(serializers.ModelSerializer[Redesign]):
    """A redesign; it names nobody. Until it is first submitted only its people's tokens read it."""

    id = serializers.UUIDField(source="public_id")
    workflow = serializers.UUIDField(source="workflow.public_id")
    revision = serializers.IntegerField(
        source="current_revision.number", default=None, allow_null=True
    )
    sha256 = serializers.CharField(
        source="current_revision.sha256",
        default="",
        help_text="Of exactly what the signatures bind to; empty while it is written at.",
    )
    summary = serializers.CharField(source="current_revision.summary", default="")
    tool = ToolOut(source="current_revision.tool", default=None, allow_null=True)
    data_classes = serializers.ListField(
        child=serializers.CharField(), source="current_revision.data_classes", default=list
    )
    ai_act_risk = serializers.CharField(source="current_revision.ai_act_risk", default="")
    gxp_impact = serializers.CharField(source="current_revision.gxp_impact", default="")
    personal_data = serializers.CharField(source="current_revision.personal_data", default="")
    automation = serializers.CharField(source="current_revision.automation", default="")
    simulated = serializers.BooleanField(source="workflow.is_simulated")
    go_live = GoLiveOut(default=None, allow_null=True)

    class Meta:
        model = Redesign
        fields: tuple[str, ...] = tuple(REDESIGN)


@example(**REDESIGN, promise=PROMISE)
class RedesignDetailOut(RedesignOut):
    promise = PromiseOut(source="current_revision.hypothesis", default=None, allow_null=True)

    class Meta(RedesignOut.Meta):
        fields = (*RedesignOut.Meta.fields, "promise")


class RedesignViewSet(EvidenceViewSet[Redesign]):
    """Redesigns with their state, tool, classes and dates. Who wrote and signed is not in them."""

    queryset = Redesign.objects.none()
    serializer_class = RedesignOut
    detail_serializer_class = RedesignDetailOut
    parameters = RedesignParameters

    def get_queryset(self) -> QuerySet[Redesign]:
        rows = redesigns_read_by(owner_of(self.request)).select_related(
            "workflow", "current_revision__tool", "go_live"
        )
        if self.action != "retrieve":
            return rows
        guardrails = Guardrail.objects.order_by("position", "pk")
        return rows.select_related(
            "workflow",
            "current_revision__tool",
            "current_revision__hypothesis__comparison",
            "go_live",
        ).prefetch_related(
            Prefetch("current_revision__hypothesis__guardrails", queryset=guardrails)
        )

    def narrowed(self, rows: QuerySet[Redesign], wanted: dict[str, Any]) -> QuerySet[Redesign]:
        return rows.filter(**{CONDITIONS[name]: value for name, value in wanted.items()})
