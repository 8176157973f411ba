"""``POST /api/v1/usage``, ``/entitlements`` and ``/trainings/completions``: rows about people, in.

Nothing of a person ever comes out again: refused rows are told by line and reason.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.bodies import charset_of, table_of
from core.api.jobs import JobOut
from core.api.permissions import HasScope, has_scope
from core.api.throttling import TokenThrottle
from core.models import ApiToken
from measurement.choices import ImportChannel, UseKind
from measurement.models import UseImport, UseRejection
from measurement.operations import use_imports
from measurement.rules import may_deliver_about_people

SCOPE_OF = {
    UseKind.USAGE: "usage:write",
    UseKind.ENTITLEMENTS: "usage:write",
    UseKind.COMPLETIONS: "training:write",
}
PARAMETERS = frozenset({"on_error", "encoding", "tool"})


class PeopleRowsView(APIView):
    """Always 202 with the job's address once the delivery is stored.

    A list, NDJSON or CSV, packed with gzip or not. The same bytes again give the job of the first
    time and add nothing. ``tool`` names the AI tool (public id) of files that name none.
    """

    kind: ClassVar[UseKind]
    authentication_classes = [TokenAuthentication]
    throttle_classes = [TokenThrottle]

    def post(self, request: Request) -> Response:
        token = _token(request)
        if token.owner is not None and not may_deliver_about_people(token.owner):
            raise PermissionDenied
        options, skip = _parameters(request, self.kind)
        received = use_imports.receive_people(
            kind=self.kind,
            actor=token.owner,
            upload=table_of(request),
            options=options | {"encoding": options["encoding"] or charset_of(request)},
            channel=ImportChannel.API,
            skip_bad_rows=skip,
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


class UsageView(PeopleRowsView):
    """Active days of a person, an AI tool and a week."""

    kind = UseKind.USAGE
    permission_classes = [HasScope(SCOPE_OF[UseKind.USAGE])]


class EntitlementsView(PeopleRowsView):
    """Who may use which AI tool from which day to which."""

    kind = UseKind.ENTITLEMENTS
    permission_classes = [HasScope(SCOPE_OF[UseKind.ENTITLEMENTS])]


class CompletionsView(PeopleRowsView):
    """Finished trainings, as rows or as a list of xAPI statements."""

    kind = UseKind.COMPLETIONS
    permission_classes = [HasScope(SCOPE_OF[UseKind.COMPLETIONS])]


class UseRejectionOut(serializers.ModelSerializer[UseRejection]):
    class Meta:
        model = UseRejection
        fields = ("line", "column", "code", "reason", "value")


class UseRejectionViewSet(ListModelMixin, viewsets.GenericViewSet[UseRejection]):
    """The rows of one delivery that were not read; those that name nobody known come last."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("usage:write") | HasScope("training:write")]
    throttle_classes = [TokenThrottle]
    serializer_class = UseRejectionOut

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


def _parameters(request: Request, kind: UseKind) -> tuple[dict[str, Any], bool]:
    given = request.query_params
    known = PARAMETERS if kind != UseKind.COMPLETIONS else PARAMETERS - {"tool"}
    errors = {name: [_("Unknown parameter.")] for name in given if name not in known}
    if given.get("on_error", "stop") not in {"skip", "stop"}:
        errors["on_error"] = [_("Either skip or stop.")]
    if errors:
        raise ValidationError(errors)
    options = {"encoding": given.get("encoding", ""), "tool": given.get("tool", "")}
    return options, given.get("on_error") == "skip"
