"""``/api/v1/hr/units`` and the second lines of a person."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.authentication import TokenAuthentication
from core.api.pagination import CursorPages
from core.api.permissions import HasScope
from core.api.throttling import TokenThrottle
from people.api.people import HrView, PlainText, owner_of
from people.choices import InboundChannel
from people.models import OrgUnit, ReportingLine
from people.operations.inbound import Inbound, put_lines, put_unit
from people.operations.inbound.lines import Line
from people.operations.inbound.units import UnknownName
from people.queries.people import lines_of, people_of_hr, units_shown

KINDS = ("matrix", "project")
MOST_LINES = 50


class Strict(serializers.Serializer[Any]):
    """Unknown keys are refused, not forgotten."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = {name: [_("Unknown field.")] for name in data if name not in self.fields}
            if unknown:
                raise ValidationError(unknown)
        return super().to_internal_value(data)


class UnitIn(Strict):
    code = serializers.CharField(max_length=64, required=False)
    name = serializers.CharField(max_length=200, required=False)
    function = serializers.CharField(max_length=100, required=False, allow_blank=True)
    parent = serializers.CharField(  # type: ignore[assignment]
        max_length=64, required=False, allow_blank=True, allow_null=True
    )
    head = serializers.CharField(max_length=128, required=False, allow_blank=True, allow_null=True)
    site = serializers.CharField(max_length=64, required=False, allow_blank=True, allow_null=True)
    closed_date = serializers.DateField(required=False, allow_null=True)


class UnitOut(serializers.ModelSerializer[OrgUnit]):
    id = serializers.UUIDField(source="public_id")
    parent = serializers.CharField(source="parent.code", default="")  # type: ignore[assignment]
    head = serializers.CharField(source="head.source_id", default="")
    site = serializers.CharField(source="site.code", default="")

    class Meta:
        model = OrgUnit
        fields = ("id", "code", "name", "function", "parent", "head", "site", "closed_date")


class LineIn(Strict):
    manager = serializers.CharField(max_length=128)
    kind = serializers.ChoiceField(choices=KINDS)
    first = serializers.DateField(required=False)
    until = serializers.DateField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()  # "from" is a word of Python's
        return {
            "manager": fields["manager"],
            "kind": fields["kind"],
            "from": fields["first"],
            "to": fields["until"],
        }


class ByUnitCode(CursorPages):
    ordering = "code"


class UnitView(HrView):
    """One unit by HR's code. What is not sent stays; an empty parent, head or site is none."""

    def get(self, request: Request, code: str) -> Response:  # noqa: ARG002
        return Response(UnitOut(get_object_or_404(units_shown(), code=code)).data)

    def put(self, request: Request, code: str) -> Response:
        body = UnitIn(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        if given.pop("code", code) != code:
            raise ValidationError({"code": [_("Another one than in the address.")]})
        inbound = Inbound(InboundChannel.API, owner_of(request), timezone.now())
        try:
            unit, said = put_unit(code=code, given=given, inbound=inbound)
        except UnknownName as wrong:
            raise ValidationError({wrong.field: [str(wrong)]}) from wrong
        return Response(UnitOut(unit).data, status=201 if said == "created" else 200)


class UnitsView(PlainText, ListModelMixin, viewsets.GenericViewSet[OrgUnit]):
    """All units, by code."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("hr:read")]
    throttle_classes = [TokenThrottle]
    serializer_class = UnitOut
    pagination_class = ByUnitCode

    def get_queryset(self) -> Any:
        return units_shown()


class LinesView(HrView):
    """Matrix and project managers of one person: running and coming ones, as a whole."""

    def get(self, request: Request, source_id: str) -> Response:  # noqa: ARG002
        person = get_object_or_404(people_of_hr(timezone.localdate()), source_id=source_id)
        return Response(_told(person))

    def put(self, request: Request, source_id: str) -> Response:
        person = get_object_or_404(people_of_hr(timezone.localdate()), source_id=source_id)
        body = LineIn(data=request.data, many=True)
        body.is_valid(raise_exception=True)
        if len(body.validated_data) > MOST_LINES:
            raise ValidationError({"non_field_errors": [_("At most 50 lines.")]})
        inbound = Inbound(InboundChannel.API, owner_of(request), timezone.now())
        lines = []
        for number, given in enumerate(body.validated_data):
            first, until = given.get("from", inbound.today), given.get("to")
            if until is not None and until <= first:
                raise ValidationError({f"{number}.to": [_("This is not after “from”.")]})
            lines.append(Line(given["manager"], given["kind"], first, until))
        try:
            put_lines(person=person, lines=lines, inbound=inbound)
        except UnknownName as wrong:
            raise ValidationError({wrong.field: [str(wrong)]}) from wrong
        return Response(_told(person))


def _told(person: Any) -> list[dict[str, Any]]:
    return [_line(row) for row in lines_of(person, timezone.localdate())]


def _line(row: ReportingLine) -> dict[str, Any]:
    return {
        "manager": row.manager.source_id or "",
        "kind": row.kind,
        "from": row.valid.lower,
        "to": row.valid.upper,
    }
