"""``POST /api/v1/workflows/{id}/cases``: cases by machine, into the same store and job as files."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.bodies import TABLES, charset_of, table_of
from core.api.fields import Moment
from core.api.jobs import JOB, JobOut
from core.api.parameters import ByParameters, parameters_of
from core.api.permissions import HasScope
from core.api.schema import example
from core.api.throttling import TokenThrottle
from core.models import ApiToken
from measurement.choices import CaseStatus, ImportChannel
from measurement.models import CaseImport, ImportRejection
from measurement.operations import imports
from measurement.rules import workflows_of_token
from workflows.models import Workflow


class CasesParameters(serializers.Serializer[Any]):
    on_error = serializers.ChoiceField(
        choices=["stop", "skip"],
        required=False,
        help_text="What becomes of the good rows while some cannot be read: stop waits for review.",
    )
    zone = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=64,
        help_text="Of times without an offset, such as Europe/Zurich; wins over the source's.",
    )
    encoding = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=32,
        help_text="Of a CSV that is neither UTF-8 nor UTF-16; wins over the source's.",
    )
    complete_from = Moment(
        required=False, help_text="No case that began since then is missing; kept for the source."
    )
    covers_to = Moment(required=False, help_text="Up to when the delivery knows.")


@example(
    case_id="BR-2026-0417",
    started_at="2026-03-04T09:30:00+01:00",
    completed_at="2026-03-11T16:10:00+01:00",
    status="completed",
    kind="standard",
    rework=0,
)
class CaseIn(serializers.Serializer[Any]):
    """One run of the workflow. Further keys with numbers or yes and no are guardrail fields."""

    case_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=CaseStatus.values, required=False)
    kind = serializers.CharField(required=False)
    last_event_at = serializers.DateTimeField(required=False, allow_null=True)


# XES has no media type of its own.
XES = ("application/xml", "text/xml")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CASE_FILES = TABLES | {*XES, XLSX}
RECEIVED = JOB | {
    "status_url": f"/api/v1/jobs/{JOB['id']}",
    "import": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a59a",
    "again": False,
}


@example(**RECEIVED | {"state": "queued", "read": 0, "created": 0, "updated": 0, "unchanged": 0})
class ReceivedOut(JobOut):
    """The job, and the delivery it reads."""

    status_url = serializers.CharField()
    again = serializers.BooleanField(help_text="These very bytes came before; nothing was added.")

    class Meta(JobOut.Meta):
        fields = (*JOB, "status_url", "again")

    def get_fields(self) -> dict[str, Any]:
        """With the one whose name no Python class can have."""
        return super().get_fields() | {"import": serializers.UUIDField()}


class CasesView(APIView):
    """Bring in cases. Always 202 with the job's address once the delivery is stored.

    An object, a list, NDJSON, CSV, XES or a workbook (XLSX), packed with gzip or not, read as the
    workflow's source says on its mapping page: a row for each case, or an event log. Keys that are
    not known are guardrail fields. A case that came before is updated, never doubled. The same
    bytes again give the job of the first time and add nothing. `complete_from` holds for the
    workflow's source from now on.
    """

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("cases:write")]
    throttle_classes = [TokenThrottle]
    parameters = CasesParameters

    @extend_schema(
        request={
            "application/json": CaseIn(many=True),
            "application/x-ndjson": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
            **dict.fromkeys(XES, OpenApiTypes.STR),
            XLSX: OpenApiTypes.BINARY,
        },
        responses={202: ReceivedOut},
    )
    def post(self, request: Request, workflow: str) -> Response:
        found = _workflow(_token(request), workflow)
        wanted = parameters_of(request, CasesParameters)
        complete_from = wanted.get("complete_from")
        options = {
            "zone": wanted.get("zone", ""),
            "encoding": wanted.get("encoding") or charset_of(request),
            "covers_to": wanted.get("covers_to"),
        }
        owner = _token(request).owner
        received = imports.receive_file(
            source=imports.source_for(workflow=found, actor=owner),
            actor=owner,
            upload=table_of(request, CASE_FILES),
            options=options,
            channel=ImportChannel.API,
            skip_bad_rows=wanted.get("on_error") == "skip",
            source_facts={"data_from": complete_from} if complete_from else {},
        )
        job = received.case_import.job
        address = reverse("job-detail", kwargs={"public_id": job.public_id}) if job else ""
        return Response(
            {
                **JobOut(job).data,
                "status_url": address,
                "import": received.case_import.public_id,
                "again": received.again,
            },
            status=202,
            headers={"Location": address},
        )


REJECTION = {
    "line": 17,
    "column": "started_at",
    "code": "not_a_time",
    "reason": "“started_at” is not a time like 2026-03-04T09:30:00Z",
    "row": {"case_id": "BR-2026-0421", "started_at": "03/04/2026"},
}


@example(**REJECTION)
class RejectionOut(serializers.ModelSerializer[ImportRejection]):
    row = serializers.DictField(help_text="The cells as they came, without columns of people.")

    class Meta:
        model = ImportRejection
        fields = tuple(REJECTION)


class RejectionViewSet(ListModelMixin, viewsets.GenericViewSet[ImportRejection]):
    """The rows of one import that were not read, in the file's order."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("cases:write")]
    throttle_classes = [TokenThrottle]
    serializer_class = RejectionOut
    filter_backends = [ByParameters]
    queryset = ImportRejection.objects.none()

    def get_queryset(self) -> Any:
        case_import = get_object_or_404(
            CaseImport.objects.filter(
                source__workflow__in=workflows_of_token(_token(self.request))
            ),
            public_id=self.kwargs["public_id"],
        )
        return ImportRejection.objects.filter(case_import=case_import)


def _token(request: Request) -> ApiToken:
    token = request.auth
    assert isinstance(token, ApiToken)  # noqa: S101 - the permission said so
    return token


def _workflow(token: ApiToken, name: str) -> Workflow:
    """By public id or slug."""
    try:
        named = Q(public_id=UUID(name))
    except ValueError:
        named = Q(slug=name)
    found = workflows_of_token(token).filter(named).first()
    if found is None:
        raise Http404
    return found
