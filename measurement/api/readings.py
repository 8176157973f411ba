"""``GET /api/v1/readings``: dated verdicts, each with everything to check it by."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from core.api.fields import Moment
from core.api.reading import EvidenceViewSet, owner_of
from core.api.schema import example
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.models import Reading
from measurement.queries.charts import weekly_json
from measurement.queries.portfolios import survivors_of_quarters
from measurement.queries.readers import readings_read_by, too_few_on, whole_told

READING = {
    "id": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a598",
    "redesign": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a597",
    "workflow": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a596",
    "kind": "primary",
    "verdict": "improved",
    "grade": "B",
    "ratio": 0.71,
    "low": 0.63,
    "high": 0.8,
    "target": "met",
    "negligible": False,
    "changed": True,
    "post_hoc": False,
    "simulated": False,
    "cutoff": "2026-05-26T06:00:00Z",
    "measured_at": "2026-05-27T02:00:00Z",
    "withheld": [],
}
WHOLE = {
    "call": {"go_live": 1769990400.0, "cutoff": 1779775200.0},
    "call_sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "input_sha256": "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
    "code_version": "5feceb66ffc86f38 numpy 2.4.6 scipy 1.17.1",
    "result": {"verdict": "improved", "ratio": 0.71, "low": 0.63, "high": 0.8},
    "result_sha256": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
    "weekly": [
        {"week_of": "2026-03-02", "median_seconds": 432000.0, "cases": 24, "complete": True}
    ],
}


class ReadingParameters(serializers.Serializer[Any]):
    workflow = serializers.UUIDField(required=False)
    redesign = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=ReadingKind.values, required=False)
    verdict = serializers.ChoiceField(choices=ReadingVerdict.values, required=False)
    measured_since = Moment(required=False, help_text="Taken at this moment or later.")


CONDITIONS = {
    "workflow": "redesign__workflow__public_id",
    "redesign": "redesign__public_id",
    "kind": "kind",
    "verdict": "verdict",
    "measured_since": "measured_at__gte",
}


@example(**READING)
class ReadingOut(serializers.ModelSerializer[Reading]):
    """A verdict about work, never about a person."""

    id = serializers.UUIDField(source="public_id")
    redesign = serializers.UUIDField(source="redesign.public_id")
    workflow = serializers.UUIDField(source="redesign.workflow.public_id")
    simulated = serializers.BooleanField(source="is_simulated")
    ratio = serializers.FloatField(
        allow_null=True, help_text="Typical time after / before; null where nothing can be said."
    )
    low = serializers.FloatField(allow_null=True, help_text="95 % interval.")
    high = serializers.FloatField(allow_null=True, help_text="95 % interval.")
    target = serializers.ChoiceField(
        choices=["proven", "met", "below"], allow_null=True, help_text="What became of the promise."
    )
    changed = serializers.BooleanField(
        help_text="Improved at the registered date, and a survivor of the false-discovery control."
    )
    withheld = serializers.ListField(
        child=serializers.ChoiceField(choices=["before", "after"]),
        help_text="Sides with fewer finished cases than the minimum group: their figures are null.",
    )

    class Meta:
        model = Reading
        fields: tuple[str, ...] = tuple(READING)


class WeekOut(serializers.Serializer[Any]):
    week_of = serializers.DateField()
    median_seconds = serializers.FloatField(
        allow_null=True, help_text="Null with fewer finished cases than the minimum group."
    )
    cases = serializers.IntegerField()
    complete = serializers.BooleanField()


@example(**READING, **WHOLE)
class ReadingDetailOut(ReadingOut):
    """The call, the result with its gates, and the hashes; ``null`` stands for not a number."""

    call = serializers.DictField(source="design")
    call_sha256 = serializers.CharField(source="design_sha256")
    input_sha256 = serializers.CharField(source="input_id", help_text="Of the cases looked at.")
    result = serializers.SerializerMethodField(
        help_text="Its canonical JSON has the hash `result_sha256`, unless something is withheld."
    )
    weekly = serializers.SerializerMethodField()

    class Meta(ReadingOut.Meta):
        fields = (*ReadingOut.Meta.fields, *WHOLE)

    def get_result(self, reading: Reading) -> dict[str, Any]:
        return whole_told(reading)

    def get_weekly(self, reading: Reading) -> WeekOut(many=True):  # type: ignore[valid-type]
        return weekly_json(reading)


class ReadingViewSet(EvidenceViewSet[Reading]):
    """Readings: early ones, the verdict at the registered date, checks after 90 and 180 days."""

    queryset = Reading.objects.none()
    serializer_class = ReadingOut
    detail_serializer_class = ReadingDetailOut
    parameters = ReadingParameters

    def get_queryset(self) -> QuerySet[Reading]:
        rows = readings_read_by(owner_of(self.request))
        return rows if self.action == "retrieve" else rows.defer("chart", "design")

    def narrowed(self, rows: QuerySet[Reading], wanted: dict[str, Any]) -> QuerySet[Reading]:
        return rows.filter(**{CONDITIONS[name]: value for name, value in wanted.items()})

    def complete(self, rows: Sequence[Reading]) -> None:
        primary = {row.redesign_id for row in rows if row.kind == ReadingKind.PRIMARY}
        survivors = survivors_of_quarters(primary)
        for row in rows:
            row.changed = (  # type: ignore[attr-defined]
                row.kind == ReadingKind.PRIMARY
                and row.verdict == ReadingVerdict.IMPROVED
                and row.redesign_id in survivors
            )
            row.target = row.result.get("target")  # type: ignore[attr-defined]
            row.withheld = list(too_few_on(row.result))  # type: ignore[attr-defined]
            if row.withheld:  # type: ignore[attr-defined]
                row.ratio = row.low = row.high = None
