"""``POST /api/v1/hr/imports``: files of people, into the same rules as one person's PUT."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.bodies import charset_of, table_of
from core.api.idempotency import key_held
from core.api.jobs import JOB, JobOut
from core.api.parameters import parameters_of
from core.api.permissions import HasScope
from core.api.reading import owner_of
from core.api.schema import IDEMPOTENCY_KEY, example
from core.api.throttling import TokenThrottle
from core.audit import record
from core.choices import JobState
from people.api.permissions import ForAdministrators
from people.api.shapes import ROWS
from people.choices import ImportMode, InboundChannel
from people.models import PeopleImport, PeopleRejection
from people.operations import imports
from people.queries.imports import all_imports, rejections_of

ID = "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a59d"
IMPORT = {
    "id": ID,
    "job": JOB["id"],
    "state": "needs_review",
    "mode": "full",
    "dry_run": False,
    "read": 1200,
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "stale": 0,
    "rejected": 0,
    "ended": 31,
    "dropped_columns": ["salary"],
    "plan": {
        "people": 1231,
        "ends": 31,
        "ended": 2,
        "missing": 31,
        "moves": 4,
        "counts": {"updated": 4},
    },
    "brakes": [{"code": "ends", "found": 33, "limit": 24}],
    "loops": [],
}


class ImportParameters(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(
        choices=ImportMode.values,
        required=False,
        help_text="full: who is not in the file is no longer employed. delta if not said.",
    )
    dry_run = serializers.BooleanField(
        required=False, help_text="Only tell what would happen; nothing is changed."
    )
    encoding = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=32,
        help_text="Of a CSV that is neither UTF-8 nor UTF-16.",
    )


class BrakeOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=["ends", "moves", "levels", "unnamed"])
    found = serializers.IntegerField()
    limit = serializers.IntegerField()


@example(**IMPORT)
class HrImportOut(serializers.ModelSerializer[PeopleImport]):
    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(
        source="job.state", choices=JobState.values, allow_null=True, help_text="Of its job."
    )
    job = serializers.UUIDField(source="job.public_id", allow_null=True)
    read = serializers.IntegerField(source="rows_read")
    created = serializers.IntegerField(source="rows_created")
    updated = serializers.IntegerField(source="rows_updated")
    unchanged = serializers.IntegerField(source="rows_unchanged")
    stale = serializers.IntegerField(source="rows_stale")
    rejected = serializers.IntegerField(source="rows_rejected")
    ended = serializers.IntegerField(source="rows_ended", help_text="People a full file lacks.")
    dropped_columns = serializers.ListField(
        child=serializers.CharField(), help_text="Columns nothing was read of."
    )
    plan = serializers.DictField(
        help_text=(
            "What a look at the whole file found, as counts. `ended` are those HR ended in the 24 "
            "hours before, beside the `ends` of this file."
        )
    )
    brakes = BrakeOut(many=True, help_text="Why a second person must look first.")
    loops = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Managers in a circle, by the ids of the people.",
    )

    class Meta:
        model = PeopleImport
        fields = tuple(IMPORT)


@example(
    **JOB
    | {"state": "queued", "read": 0, "created": 0, "updated": 0, "unchanged": 0}
    | {
        "status_url": f"/api/v1/jobs/{JOB['id']}",
        "import": ID,
        "import_url": f"/api/v1/hr/imports/{ID}",
    }
)
class HrReceivedOut(JobOut):
    """The job, and the delivery it reads."""

    status_url = serializers.CharField()
    import_url = serializers.CharField(help_text="What became of the file, in more words.")

    class Meta(JobOut.Meta):
        fields = (*JOB, "status_url", "import_url")

    def get_fields(self) -> dict[str, Any]:
        """With the one whose name no Python class can have."""
        return super().get_fields() | {"import": serializers.UUIDField()}


class LinesRenderer(JSONRenderer):
    """So that who asks for NDJSON alone is not refused; a problem is JSON all the same."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class HrBulkView(APIView):
    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("hr:bulk"), ForAdministrators]
    throttle_classes = [TokenThrottle]


class ImportsView(HrBulkView):
    """Bring in a file of people. Always 202 with the job's address once the file is stored.

    A list, NDJSON or CSV, packed with gzip or not. A file that would end too many, or a full one
    that would move too many, waits until a second person approved it; whom HR ended in the 24 hours
    before, by file or by call, counts with it. The same `Idempotency-Key` with the same body gives
    the job of the first time.
    """

    parameters = ImportParameters

    @extend_schema(request=ROWS, responses={202: HrReceivedOut}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        wanted = parameters_of(request, ImportParameters)
        encoding = wanted.get("encoding", "").lower() or charset_of(request)
        token: Any = request.auth
        with (
            key_held(request) as held,
            imports.delivered(table_of(request), encoding=encoding) as file,
        ):
            answer = held.answered(file.sha256)
            if answer is not None:
                imports.discard(file.name)
                return answer
            with transaction.atomic():
                received = imports.take_in(
                    file=file,
                    actor=token.owner,
                    channel=InboundChannel.API,
                    mode=ImportMode(wanted.get("mode", ImportMode.DELTA)),
                    dry_run=wanted.get("dry_run", False),
                    encoding=encoding,
                )
                answer = _accepted(received)
                held.keep(file.sha256, answer)
            return answer


def _accepted(received: PeopleImport) -> Response:
    job = received.job
    address = reverse("job-detail", kwargs={"public_id": job.public_id}) if job else ""
    body = {
        **json.loads(json.dumps(JobOut(job).data, default=str)),
        "status_url": address,
        "import": str(received.public_id),
        "import_url": reverse("hr-import", kwargs={"public_id": received.public_id}),
    }
    return Response(body, status=202, headers={"Location": address})


class ImportView(HrBulkView):
    """What became of one file, in more words than its job has."""

    @extend_schema(responses=HrImportOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        parameters_of(request, None)
        return Response(HrImportOut(get_object_or_404(all_imports(), public_id=public_id)).data)


class ImportErrorsView(HrBulkView):
    """The refused rows of one file, in its order.

    NDJSON; each line has `line`, `source_id`, `column`, `code`, `value` and `reason`.
    """

    renderer_classes = [JSONRenderer, LinesRenderer]

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.STR})
    def get(self, request: Request, public_id: UUID) -> StreamingHttpResponse:
        parameters_of(request, None)
        people_import = get_object_or_404(all_imports(), public_id=public_id)
        with transaction.atomic():
            record(
                "export",
                subject=people_import,
                actor=owner_of(request),
                after={"what": "errors.ndjson"},
            )
        return StreamingHttpResponse(
            map(_error_line, _rows(people_import)), content_type="application/x-ndjson"
        )


def _rows(people_import: PeopleImport) -> Iterator[PeopleRejection]:
    return iter(rejections_of(people_import).iterator(chunk_size=2000))


def _error_line(row: PeopleRejection) -> str:
    told = {
        "line": row.line,
        "source_id": row.source_id,
        "column": row.column,
        "code": row.code,
        "value": row.value,
        "reason": row.reason,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"
