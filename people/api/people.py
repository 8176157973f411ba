"""``/api/v1/hr/people``: what HR says about a person, one at a time or page by page."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.pagination import CursorPages
from core.api.parameters import ByParameters, ParameterError, parameters_of
from core.api.permissions import HasScope
from core.api.reading import owner_of
from core.api.schema import IF_MATCH
from core.api.throttling import TokenThrottle
from core.audit import record
from core.errors import DomainError
from people.api.permissions import ForAdministrators
from people.api.shapes import PeopleParameters, PersonIn, PersonOut, PersonPutOut
from people.choices import InboundChannel
from people.errors import row_refusal
from people.inbound import FIELDS, Row, RowRefused, read_row
from people.models import Person
from people.operations.inbound import Inbound, hold_inbound, put_person
from people.queries.people import etag_of, people_of_hr, shown

CONDITIONS = {
    "active": "is_active",
    "employee_number": "employee_number",
    "unit": "assignments__unit__code",
    "legal_entity": "employments__legal_entity__code",
}


class VersionChanged(DomainError):
    status = 412
    code = "precondition_failed"
    message = _("This was changed in the meantime. Read it again, then decide.")


class ByCode(CursorPages):
    ordering = "source_id"


class HrView(APIView):
    """Reading needs ``hr:read``, writing ``hr:write``. No address has a parameter."""

    authentication_classes = [TokenAuthentication]
    throttle_classes = [TokenThrottle]

    def get_permissions(self) -> list[Any]:
        scope = "hr:read" if self.request.method in {"GET", "HEAD", "OPTIONS"} else "hr:write"
        return [HasScope(scope)(), ForAdministrators()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        parameters_of(request, None)


class PersonView(HrView):
    """One person by HR's key."""

    @extend_schema(responses=PersonOut)
    def get(self, request: Request, source_id: str) -> Response:
        """One person by HR's key. The ETag may be sent back with `If-Match`."""
        with transaction.atomic():
            person = get_object_or_404(people_of_hr(timezone.localdate()), source_id=source_id)
            record("person.read", subject=person, actor=owner_of(request), after={"by": "hr:read"})
        return _told(PersonOut, person, status=200)

    @extend_schema(
        request=PersonIn,
        responses={200: PersonPutOut, 201: PersonPutOut},
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, source_id: str) -> Response:
        """Make or change one person.

        A field that is not sent stays as it is, an empty one is emptied. From `effective_from` on,
        today if not said, the dated facts hold; what was before stays as history.
        """
        row = row_of(request.data, source_id)
        inbound = Inbound(InboundChannel.API, owner_of(request), timezone.now())
        with transaction.atomic():
            hold_inbound()  # before any row: imports take the two in this order
            _match(request, source_id)
            try:
                person, said = put_person(row=row, inbound=inbound)
            except RowRefused as wrong:
                raise refusal(wrong) from wrong
            told = people_of_hr(inbound.today).get(pk=person.pk)
        return _told(PersonPutOut, told, status=201 if said == "created" else 200)


class PeopleView(ListModelMixin, viewsets.GenericViewSet[Person]):
    """People of HR's, by HR's key."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("hr:read"), ForAdministrators]
    throttle_classes = [TokenThrottle]
    filter_backends = [ByParameters]
    parameters = PeopleParameters
    pagination_class = ByCode
    serializer_class = PersonOut
    queryset = Person.objects.none()

    def get_queryset(self) -> QuerySet[Person]:
        return people_of_hr(timezone.localdate())

    def narrowed(self, rows: QuerySet[Person], wanted: dict[str, Any]) -> QuerySet[Person]:
        today = timezone.localdate()
        for name in ("active", "employee_number"):
            if name in wanted:
                rows = rows.filter(**{CONDITIONS[name]: wanted[name]})
        for name, days in (("unit", "assignments"), ("legal_entity", "employments")):
            if name in wanted:  # both in one condition: the same row must fit
                fits = {CONDITIONS[name]: wanted[name], f"{days}__valid__contains": today}
                rows = rows.filter(**fits).distinct()
        return rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        with transaction.atomic():
            people = len(answer.data["results"])
            record("people.read", subject=None, actor=owner_of(request), after={"people": people})
        return answer


def row_of(body: Any, source_id: str) -> Row:
    """The JSON object as a row of a file would be read. Raises ValidationError by field."""
    if not isinstance(body, dict):
        raise ValidationError({"non_field_errors": [_("Send one JSON object.")]})
    errors = {name: [_("Unknown field.")] for name in body if name not in FIELDS}
    if body.get("source_id", source_id) != source_id:
        errors["source_id"] = [_("Another one than in the address.")]
    cells: dict[str, str] = {"source_id": source_id}
    for name, value in body.items():
        if isinstance(value, bool):
            cells[name] = "true" if value else "false"
        elif isinstance(value, str):
            cells[name] = value
        elif isinstance(value, int):
            cells[name] = str(value)
        elif value is None:
            cells[name] = ""
        else:
            errors.setdefault(name, [_("A text, a whole number, true, false or null.")])
    if errors:
        raise ValidationError(errors)
    try:
        return read_row(cells)
    except RowRefused as wrong:
        raise refusal(wrong) from wrong


def refusal(wrong: RowRefused) -> ValidationError:
    """A key that cannot be one stands in the address; all else in the body."""
    words = row_refusal(wrong.code, column=wrong.column, value=wrong.value)
    kind = ParameterError if wrong.column == "source_id" else ValidationError
    return kind({wrong.column: [ErrorDetail(words[:1].upper() + words[1:] + ".", wrong.code)]})


def _match(request: Request, source_id: str) -> None:
    """``If-Match`` against what is there now; ``*`` is any. Raises VersionChanged."""
    wanted = request.headers.get("If-Match", "").strip()
    if not wanted:
        return
    today = timezone.localdate()
    found = people_of_hr(today).filter(source_id=source_id).first()
    tags = {tag.strip() for tag in wanted.split(",")}
    if found is None or ("*" not in tags and etag_of(shown(found, today)) not in tags):
        raise VersionChanged


def _told(kind: type[PersonOut], person: Any, *, status: int) -> Response:
    today = timezone.localdate()
    told = kind(person, context={"today": today}).data
    return Response(told, status=status, headers={"ETag": etag_of(shown(person, today))})
