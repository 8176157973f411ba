"""Lists of the machine interface: keyset pages, the next one named in the header."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as NoSuchValue
from django.db import DataError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parameters import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from rest_framework.views import APIView

# What a cursor that somebody made up can be told by.
MADE_UP = (NotFound, NoSuchValue, DataError, ValueError, TypeError, OverflowError)


class CursorPages(CursorPagination):
    """Keyset pages: as fast on the last page as on the first. At most 200 rows a page.

    A view whose rows have another unchanging, indexed order names a class of its own.
    """

    page_size_query_param = "page_size"
    max_page_size = 200
    ordering: str | tuple[str, ...] = "pk"

    def paginate_queryset(
        self,
        queryset: "QuerySet[Any] | Sequence[Any]",
        request: Request,
        view: "APIView | None" = None,
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except MADE_UP as error:
            if self.cursor_query_param not in request.query_params:
                raise
            told = [_("No such place in the list. Start without a cursor.")]
            raise ParameterError({self.cursor_query_param: told}) from error

    def get_page_size(self, request: Request) -> int | None:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        most = self.max_page_size
        is_number = given.isascii() and given.isdigit() and len(given) <= len(str(most))
        if not is_number or not 1 <= int(given) <= most:
            told = [_("A number from 1 to %(most)s.") % {"most": most}]
            raise ParameterError({"page_size": told})
        return int(given)

    def get_paginated_response(self, data: Any) -> Response:
        """The next page's address stands in the body and as ``Link: rel="next"`` (RFC 8288)."""
        answer = super().get_paginated_response(data)
        links = {"next": answer.data["next"], "prev": answer.data["previous"]}
        told = [f'<{address}>; rel="{name}"' for name, address in links.items() if address]
        if told:
            answer["Link"] = ", ".join(told)
        return answer

    # --- for the description ----------------------------------------------------------------------
    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        address = "https://portal.example/api/v1/…?cursor=cD0wMTlhMGYzYw%3D%3D"
        link = {"type": ["string", "null"], "format": "uri", "example": address}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": {**link, "example": None},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        cursor, size = super().get_schema_operation_parameters(view)
        cursor["description"] = "Where to go on, as the page before says."
        size["description"] = "Rows on a page."
        most = self.max_page_size
        size["schema"] |= {"minimum": 1, "maximum": most, "default": self.page_size}
        return [cursor, size]


class InOrderOfIds(CursorPages):
    """By public id: as they were made, and nothing of a row's own number in the cursor."""

    ordering = "public_id"
