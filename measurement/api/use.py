"""``POST /api/v1/usage``, ``/entitlements`` and ``/trainings/completions``: rows about people, in.

Nothing of a person ever comes out again: refused rows are told by line and reason.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.bodies import charset_of, table_of
from core.api.jobs import JobOut
from core.api.pagination import CursorPages
from core.api.parameters import ByParameters, parameters_of
from core.api.permissions import HasScope, has_scope
from core.api.schema import example
from core.api.throttling import TokenThrottle
from core.models import ApiToken
from measurement.api.cases import ReceivedOut
from measurement.choices import ImportChannel, UseKind
from measurement.models import UseImport, UseRejection
from measurement.operations import use_imports
from measurement.rules import may_deliver_about_people

SCOPE_OF = {
    UseKind.USAGE: "usage:write",
    UseKind.ENTITLEMENTS: "usage:write",
    UseKind.COMPLETIONS: "training:write",
}


class CompletionsParameters(serializers.Serializer[Any]):
    on_error = serializers.ChoiceField(
        choices=["stop", "skip"],
        required=False,
        help_text="What becomes of the good rows while some cannot be read: stop waits for review.",
    )
    encoding = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=32,
        help_text="Of a CSV that is neither UTF-8 nor UTF-16.",
    )


class UseParameters(CompletionsParameters):
    tool = serializers.UUIDField(
        required=False, help_text="The AI tool of files that name none, by its id."
    )


@example(person="W-1001", tool="Record reader 3.1", week="2026-03-02", active_days=3)
class UsageIn(serializers.Serializer[Any]):
    """Active days of a person, an AI tool and a week."""

    person = serializers.CharField(help_text="HR's key of the person, `source_id`.")
    tool = serializers.CharField(
        required=False, help_text="Name, with the version where there are several, or id."
    )
    week = serializers.DateField(help_text="The Monday.")
    active_days = serializers.IntegerField(min_value=0, max_value=7)
    assisted_cases = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    worked_days = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=7
    )


@example(**{"person": "W-1001", "tool": "Record reader 3.1", "from": "2026-01-01", "to": None})
class EntitlementIn(serializers.Serializer[Any]):
    """A range of days; `to` is the last one, null for no end."""

    person = serializers.CharField(help_text="HR's key of the person, `source_id`.")
    tool = serializers.CharField(
        required=False, help_text="Name, with the version where there are several, or id."
    )

    def get_fields(self) -> dict[str, Any]:
        """With the one whose name is a word of Python's, and its pair."""
        return super().get_fields() | {
            "from": serializers.DateField(),
            "to": serializers.DateField(required=False, allow_null=True),
        }


@example(person="W-1001", training="AI-BASICS", completed_date="2026-03-04")
class CompletionIn(serializers.Serializer[Any]):
    """Who finished which training, and when."""

    person = serializers.CharField(help_text="HR's key of the person, `source_id`.")
    training = serializers.CharField(help_text="Its code.")
    completed_date = serializers.DateField()


def takes(row: type[serializers.Serializer[Any]]) -> Any:
    return extend_schema(
        request={
            "application/json": row(many=True),
            "application/x-ndjson": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
        },
        responses={202: ReceivedOut},
    )


class PeopleRowsView(APIView):
    """Always 202 with the job's address once the delivery is stored."""

    kind: ClassVar[UseKind]
    parameters: ClassVar[type[serializers.Serializer[Any]]] = UseParameters
    authentication_classes = [TokenAuthentication]
    throttle_classes = [TokenThrottle]

    def post(self, request: Request) -> Response:
        token = _token(request)
        if token.owner is not None and not may_deliver_about_people(token.owner):
            raise PermissionDenied
        wanted = parameters_of(request, self.parameters)
        options = {
            "encoding": wanted.get("encoding") or charset_of(request),
            "tool": str(wanted.get("tool", "")),
        }
        received = use_imports.receive_people(
            kind=self.kind,
            actor=token.owner,
            upload=table_of(request),
            options=options,
            channel=ImportChannel.API,
            skip_bad_rows=wanted.get("on_error") == "skip",
        )
        job = received.use_import.job
        address = reverse("job-detail", kwargs={"public_id": job.public_id}) if job else ""
        return Response(
            {
                **(JobOut(job).data if job else {}),
                "status_url": address,
                "import": received.use_import.public_id,
                "again": received.again,
            },
            status=202,
            headers={"Location": address} if address else None,
        )


@extend_schema_view(post=takes(UsageIn))
class UsageView(PeopleRowsView):
    """Bring in who used which AI tool on how many days of a week.

    A list, NDJSON or CSV, packed with gzip or not. Always 202 with the job's address once the
    delivery is stored. The same bytes again give the job of the first time and add nothing.
    """

    kind = UseKind.USAGE
    permission_classes = [HasScope(SCOPE_OF[UseKind.USAGE])]


@extend_schema_view(post=takes(EntitlementIn))
class EntitlementsView(PeopleRowsView):
    """Bring in who may use which AI tool from which day to which.

    A list, NDJSON or CSV, packed with gzip or not. Always 202 with the job's address once the
    delivery is stored. The same bytes again give the job of the first time and add nothing.
    """

    kind = UseKind.ENTITLEMENTS
    permission_classes = [HasScope(SCOPE_OF[UseKind.ENTITLEMENTS])]


@extend_schema_view(post=takes(CompletionIn))
class CompletionsView(PeopleRowsView):
    """Bring in finished trainings.

    Rows as a list, NDJSON or CSV, or a list of xAPI statements; packed with gzip or not. Always 202
    with the job's address once the delivery is stored. The same bytes again give the job of the
    first time and add nothing.
    """

    kind = UseKind.COMPLETIONS
    parameters = CompletionsParameters
    permission_classes = [HasScope(SCOPE_OF[UseKind.COMPLETIONS])]


REJECTION = {
    "line": 17,
    "column": "active_days",
    "code": "too_many_days",
    "reason": "“active_days” is more than the seven days of a week",
    "value": "8",
}


@example(**REJECTION)
class UseRejectionOut(serializers.ModelSerializer[UseRejection]):
    """Where and why; whom the row was about is not kept."""

    class Meta:
        model = UseRejection
        fields = tuple(REJECTION)


class InFileOrder(CursorPages):
    """Rows that name nobody known are found last, wherever they stood."""

    ordering = ("line", "pk")


class UseRejectionViewSet(ListModelMixin, viewsets.GenericViewSet[UseRejection]):
    """The rows of one delivery that were not read; those that name nobody known come last."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("usage:write") | HasScope("training:write")]
    throttle_classes = [TokenThrottle]
    serializer_class = UseRejectionOut
    filter_backends = [ByParameters]
    pagination_class = InFileOrder
    queryset = UseRejection.objects.none()

    def get_queryset(self) -> QuerySet[UseRejection]:
        owner = _token(self.request).owner
        if owner is not None and not may_deliver_about_people(owner):
            raise PermissionDenied
        kinds = [kind for kind, scope in SCOPE_OF.items() if has_scope(self.request, scope)]
        found = get_object_or_404(
            UseImport.objects.filter(kind__in=kinds), public_id=self.kwargs["public_id"]
        )
        return UseRejection.objects.filter(use_import=found)


def _token(request: Request) -> ApiToken:
    token = request.auth
    assert isinstance(token, ApiToken)  # noqa: S101 - the permission said so
    return token
