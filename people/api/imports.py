"""``POST /api/v1/hr/imports``: files of people, into the same rules as one person's PUT."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.bodies import charset_of, table_of
from core.api.idempotency import key_held
from core.api.jobs import JobOut
from core.api.permissions import HasScope
from core.api.throttling import TokenThrottle
from core.audit import record
from people.api.people import owner_of
from people.choices import ImportMode, InboundChannel
from people.models import PeopleImport, PeopleRejection
from people.operations import imports
from people.queries.imports import all_imports, rejections_of

PARAMETERS = frozenset({"mode", "dry_run", "encoding"})


class ImportOut(serializers.ModelSerializer[PeopleImport]):
    """``plan`` is what a look at the whole file found; ``brakes`` why somebody must approve it."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.CharField(source="job.state", default=None)
    job = serializers.UUIDField(source="job.public_id", default=None)
    read = serializers.IntegerField(source="rows_read")
    created = serializers.IntegerField(source="rows_created")
    updated = serializers.IntegerField(source="rows_updated")
    unchanged = serializers.IntegerField(source="rows_unchanged")
    stale = serializers.IntegerField(source="rows_stale")
    rejected = serializers.IntegerField(source="rows_rejected")
    ended = serializers.IntegerField(source="rows_ended")

    class Meta:
        model = PeopleImport
        fields = (
            "id",
            "job",
            "state",
            "mode",
            "dry_run",
            "read",
            "created",
            "updated",
            "unchanged",
            "stale",
            "rejected",
            "ended",
            "dropped_columns",
            "plan",
            "brakes",
            "loops",
        )


class HrBulkView(APIView):
    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("hr:bulk")]
    throttle_classes = [TokenThrottle]


class ImportsView(HrBulkView):
    """Always 202 with the job's address once the file is stored: NDJSON, JSON or CSV, gzip or not.

    ``mode=full``: who is not in the file is no longer employed. ``dry_run=true``: only tell what
    would happen. The same ``Idempotency-Key`` with the same body gives the job of the first time.
    """

    def post(self, request: Request) -> Response:
        mode, dry_run, encoding = _parameters(request)
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
                    mode=mode,
                    dry_run=dry_run,
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

    def get(self, request: Request, public_id: UUID) -> Response:  # noqa: ARG002
        return Response(ImportOut(get_object_or_404(all_imports(), public_id=public_id)).data)


class ImportErrorsView(HrBulkView):
    """The refused rows as NDJSON, in the file's order: line, source_id, column, code, reason."""

    def get(self, request: Request, public_id: UUID) -> StreamingHttpResponse:
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


def _parameters(request: Request) -> tuple[ImportMode, bool, str]:
    given = request.query_params
    errors = {name: [_("Unknown parameter.")] for name in given if name not in PARAMETERS}
    mode, dry_run = given.get("mode", "delta"), given.get("dry_run", "false")
    if mode not in ImportMode.values:
        errors["mode"] = [_("Either delta or full.")]
    if dry_run not in {"true", "false"}:
        errors["dry_run"] = [_("Either true or false.")]
    if errors:
        raise ValidationError(errors)
    return (
        ImportMode(mode),
        dry_run == "true",
        given.get("encoding", "").strip().lower() or charset_of(request),
    )
