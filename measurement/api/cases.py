"""``POST /api/v1/workflows/{id}/cases``: cases by machine, into the same store and job as files."""

from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.jobs import JobOut
from core.api.permissions import HasScope
from core.api.throttling import TokenThrottle
from core.models import ApiToken
from measurement.choices import ImportChannel
from measurement.errors import FileRefusedError
from measurement.models import CaseImport, ImportRejection
from measurement.operations import imports
from measurement.parsing import ENCODINGS
from measurement.rules import workflows_of_token
from workflows.models import Workflow

CONTENT_TYPES = frozenset({"application/json", "application/x-ndjson", "text/csv"})
PARAMETERS = frozenset({"on_error", "zone", "encoding", "complete_from", "covers_to"})
MOMENTS = ("complete_from", "covers_to")


class WholeBody:
    """The request's body as a stream; an end before the promised length is an error."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._missing = length

    def read(self, size: int, /) -> bytes:
        piece: bytes = self._stream.read(size)
        self._missing -= len(piece)
        if not piece and self._missing > 0:
            raise FileRefusedError("cut_off")
        return piece


class CasesView(APIView):
    """Always 202 with the job's address once the delivery is stored.

    An object, a list, NDJSON or CSV, packed with gzip or not. Keys that are not known are guardrail
    fields. The same bytes again give the job of the first time and add nothing. ``complete_from``
    holds for the workflow's source from now on.
    """

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("cases:write")]
    throttle_classes = [TokenThrottle]

    def post(self, request: Request, workflow: str) -> Response:
        found = _workflow(_token(request), workflow)
        options, complete_from, skip = _parameters(request)
        owner = _token(request).owner
        received = imports.receive_file(
            source=imports.source_for(workflow=found, actor=owner),
            actor=owner,
            upload=_body(request),
            options=options | {"encoding": options.get("encoding") or _charset(request)},
            channel=ImportChannel.API,
            skip_bad_rows=skip,
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


class RejectionOut(serializers.ModelSerializer[ImportRejection]):
    class Meta:
        model = ImportRejection
        fields = ("line", "column", "code", "reason", "row")


class RejectionViewSet(ListModelMixin, viewsets.GenericViewSet[ImportRejection]):
    """The rows of one import that were not read, in the file's order."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("cases:write")]
    throttle_classes = [TokenThrottle]
    serializer_class = RejectionOut

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


def _parameters(request: Request) -> tuple[dict[str, Any], datetime | None, bool]:
    given = request.query_params
    errors = {name: [_("Unknown parameter.")] for name in given if name not in PARAMETERS}
    if given.get("on_error", "stop") not in {"skip", "stop"}:
        errors["on_error"] = [_("Either skip or stop.")]
    moments = {name: _moment(given[name]) for name in MOMENTS if given.get(name)}
    errors |= {
        name: [_("A time with its offset, like 2026-03-04T09:30:00Z.")]
        for name, moment in moments.items()
        if moment is None
    }
    if errors:
        raise ValidationError(errors)
    options = {
        "zone": given.get("zone", ""),
        "encoding": given.get("encoding", ""),
        "covers_to": moments.get("covers_to"),
    }
    return options, moments.get("complete_from"), given.get("on_error") == "skip"


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _body(request: Request) -> WholeBody:
    kind = request.content_type.partition(";")[0].strip().lower()
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if kind not in CONTENT_TYPES:
        raise UnsupportedMediaType(kind)
    if packing not in {"identity", "gzip"}:
        raise UnsupportedMediaType(packing)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    return WholeBody(request.stream or BytesIO(), length)


def _charset(request: Request) -> str:
    """``text/csv; charset=iso-8859-1`` names the encoding, too; an unknown one is no hint."""
    _kind, _sign, rest = request.content_type.lower().partition("charset=")
    named = rest.partition(";")[0].strip(' "')
    return named if named in ENCODINGS else ""
