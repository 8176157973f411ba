"""``/api/v1/hr/units`` and the second lines of a person."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.authentication import TokenAuthentication
from core.api.pagination import CursorPages
from core.api.parameters import ByParameters, ParameterError
from core.api.permissions import HasScope
from core.api.reading import owner_of
from core.api.throttling import TokenThrottle
from core.audit import record
from people.api.people import HrView
from people.api.permissions import ForAdministrators
from people.api.shapes import HrUnitIn, HrUnitOut, LineIn, LineOut
from people.choices import InboundChannel
from people.models import OrgUnit
from people.operations.inbound import Inbound, put_lines, put_unit
from people.operations.inbound.lines import Line
from people.operations.inbound.units import UnknownName
from people.queries.people import lines_of, people_of_hr, units_shown

MOST_LINES = 50
LONGEST_CODE = 64


class ByUnitCode(CursorPages):
    ordering = "code"


class UnitView(HrView):
    """One unit by HR's code."""

    @extend_schema(responses=HrUnitOut)
    def get(self, request: Request, code: str) -> Response:  # noqa: ARG002
        """One unit by HR's code."""
        return Response(HrUnitOut(get_object_or_404(units_shown(), code=code)).data)

    @extend_schema(request=HrUnitIn, responses={200: HrUnitOut, 201: HrUnitOut})
    def put(self, request: Request, code: str) -> Response:
        """Make or change one unit.

        What is not sent stays; an empty parent, head or site is none.
        """
        _checked(code)
        body = HrUnitIn(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        if given.pop("code", code) != code:
            raise ValidationError({"code": [_("Another one than in the address.")]})
        inbound = Inbound(InboundChannel.API, owner_of(request), timezone.now())
        try:
            unit, said = put_unit(code=code, given=given, inbound=inbound)
        except UnknownName as wrong:
            raise ValidationError({wrong.field: [str(wrong)]}) from wrong
        return Response(HrUnitOut(unit).data, status=201 if said == "created" else 200)


class UnitsView(ListModelMixin, viewsets.GenericViewSet[OrgUnit]):
    """Units, by code."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("hr:read"), ForAdministrators]
    throttle_classes = [TokenThrottle]
    filter_backends = [ByParameters]
    serializer_class = HrUnitOut
    pagination_class = ByUnitCode
    queryset = OrgUnit.objects.none()

    def get_queryset(self) -> Any:
        return units_shown()


class LinesView(HrView):
    """Matrix and project managers of one person."""

    @extend_schema(responses=LineOut(many=True), operation_id="hr_people_lines_retrieve")
    def get(self, request: Request, source_id: str) -> Response:
        """Matrix and project managers of one person: the running and the coming ones."""
        with transaction.atomic():
            person = get_object_or_404(people_of_hr(timezone.localdate()), source_id=source_id)
            record("person.read", subject=person, actor=owner_of(request), after={"by": "hr:read"})
        return Response(_told(person))

    @extend_schema(
        request=LineIn(many=True),
        responses=LineOut(many=True),
        operation_id="hr_people_lines_update",
    )
    def put(self, request: Request, source_id: str) -> Response:
        """Say all second lines of one person. One that is not named again ends today."""
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
                raise ValidationError({str(number): {"to": [_("This is not after “from”.")]}})
            lines.append(Line(given["manager"], given["kind"], first, until))
        try:
            put_lines(person=person, lines=lines, inbound=inbound)
        except UnknownName as wrong:
            number = [line.manager for line in lines].index(wrong.value)
            raise ValidationError({str(number): {wrong.field: [str(wrong)]}}) from wrong
        return Response(_told(person))


def _told(person: Any) -> Any:
    return LineOut(lines_of(person, timezone.localdate()), many=True).data


def _checked(code: str) -> None:
    """Raises ParameterError for what cannot be the code of a unit."""
    if code != code.strip() or not code.isprintable() or len(code) > LONGEST_CODE:
        told = _("1 to %(most)s visible signs.") % {"most": LONGEST_CODE}
        raise ParameterError({"code": [told]})
