"""``/api/v1/hr/people``: what HR says about a person, one at a time or page by page."""

from datetime import date
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.authentication import TokenAuthentication
from core.api.pagination import CursorPages
from core.api.permissions import HasScope
from core.api.throttling import TokenThrottle
from core.audit import record
from core.errors import DomainError
from people.choices import InboundChannel
from people.errors import row_refusal
from people.inbound import FIELDS, Row, RowRefused, read_row
from people.models import Person
from people.operations.inbound import Inbound, put_person
from people.queries.people import etag_of, people_of_hr, reports_in_a_circle, shown

FILTERS = {"unit", "legal_entity", "active", "employee_number"}


class VersionChanged(DomainError):
    status = 412
    code = "precondition_failed"
    message = _("This was changed in the meantime. Read it again, then decide.")


def owner_of(request: Request) -> Person | None:
    """Whom the token belongs to; None for a system's own."""
    token: Any = request.auth
    owner: Person | None = token.owner
    return owner


class ByCode(CursorPages):
    ordering = "source_id"


class PlainText(APIView):
    """Where names stand in the address: one that no name can be is missing, not a fault."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404
        wrong = [name for name, value in request.query_params.items() if "\x00" in f"{name}{value}"]
        if wrong:
            raise ValidationError({name.replace("\x00", ""): [_("Not a text.")] for name in wrong})


class HrView(PlainText):
    """Reading needs ``hr:read``, writing ``hr:write``."""

    authentication_classes = [TokenAuthentication]
    throttle_classes = [TokenThrottle]
    parser_classes = [JSONParser]

    def get_permissions(self) -> list[Any]:
        scope = "hr:read" if self.request.method in {"GET", "HEAD", "OPTIONS"} else "hr:write"
        return [HasScope(scope)()]


class PersonView(HrView):
    """One person by HR's key.

    A field that is not sent stays as it is, an empty one is emptied; ``effective_from`` is the day
    the dated facts hold from, today if not said. An ETag may be sent back with ``If-Match``.
    """

    def get(self, request: Request, source_id: str) -> Response:
        with transaction.atomic():
            person = get_object_or_404(people_of_hr(timezone.localdate()), source_id=source_id)
            record("person.read", subject=person, actor=owner_of(request), after={"by": "hr:read"})
        return _told(request, person, status=200)

    def put(self, request: Request, source_id: str) -> Response:
        row = row_of(request.data, source_id)
        inbound = Inbound(InboundChannel.API, owner_of(request), timezone.now())
        with transaction.atomic():
            _match(request, source_id)
            try:
                person, said = put_person(row=row, inbound=inbound)
            except RowRefused as wrong:
                raise refusal(wrong) from wrong
            told = people_of_hr(inbound.today).get(pk=person.pk)
        return _told(request, told, status=201 if said == "created" else 200)


class PeopleView(PlainText, ListModelMixin, viewsets.GenericViewSet[Person]):
    """All people of HR's, by their key; ``unit``, ``legal_entity``, ``active`` narrow it down."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("hr:read")]
    throttle_classes = [TokenThrottle]
    pagination_class = ByCode

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        today = timezone.localdate()
        people = _narrowed(people_of_hr(today), request, today)
        page = self.paginate_queryset(people) or []
        with transaction.atomic():
            record(
                "people.read", subject=None, actor=owner_of(request), after={"people": len(page)}
            )
        return self.get_paginated_response([shown(person, today) for person in page])


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
            errors.setdefault(name, [_("A text, a number, true, false or null.")])
    if errors:
        raise ValidationError(errors)
    try:
        return read_row(cells)
    except RowRefused as wrong:
        raise refusal(wrong) from wrong


def refusal(wrong: RowRefused) -> ValidationError:
    words = row_refusal(wrong.code, column=wrong.column, value=wrong.value)
    return ValidationError({wrong.column: [words[:1].upper() + words[1:] + "."]})


def _match(request: Request, source_id: str) -> None:
    """``If-Match`` against what is there now; ``*`` is any. Raises VersionChanged."""
    wanted = request.headers.get("If-Match", "").strip()
    if not wanted:
        return
    today = timezone.localdate()
    Person.objects.select_for_update(no_key=True).filter(source_id=source_id).first()
    found = people_of_hr(today).filter(source_id=source_id).first()
    tags = {tag.strip() for tag in wanted.split(",")}
    if found is None or ("*" not in tags and etag_of(shown(found, today)) not in tags):
        raise VersionChanged


def _told(request: Request, person: Any, *, status: int) -> Response:
    today = timezone.localdate()
    told = shown(person, today)
    tag = etag_of(told)
    if request.method == "GET" and request.headers.get("If-None-Match") == tag:
        return Response(status=304, headers={"ETag": tag})
    if request.method == "PUT":
        told["issues"] = ["manager_circle"] if reports_in_a_circle(person, today) else []
    return Response(told, status=status, headers={"ETag": tag})


def _narrowed(people: Any, request: Request, today: date) -> Any:
    given = request.query_params
    errors = {
        name: [_("Unknown parameter.")]
        for name in given
        if name not in FILTERS | {"cursor", "page_size"}
    }
    if given.get("active", "true") not in {"true", "false"}:
        errors["active"] = [_("Either true or false.")]
    if errors:
        raise ValidationError(errors)
    if "active" in given:
        people = people.filter(is_active=given["active"] == "true")
    if "employee_number" in given:
        people = people.filter(employee_number=given["employee_number"])
    if "unit" in given:
        people = people.filter(
            assignments__unit__code=given["unit"], assignments__valid__contains=today
        )
    if "legal_entity" in given:
        people = people.filter(
            employments__legal_entity__code=given["legal_entity"],
            employments__valid__contains=today,
        ).distinct()
    return people
