"""What the read endpoints have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from core.api.authentication import TokenAuthentication
from core.api.pagination import InOrderOfIds
from core.api.parameters import ByParameters
from core.api.permissions import HasScope
from core.api.throttling import TokenThrottle
from core.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.serializers import BaseSerializer

    from people.models import Person

Row = TypeVar("Row", bound=Model)


def owner_of(request: Request) -> "Person | None":
    """Whose reach the token has; None for a system's token, which reads all."""
    token = request.auth
    return token.owner if isinstance(token, ApiToken) else None


class EvidenceViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Row]):
    """A list by cursor and one row by public id, for the scope ``evidence:read``.

    Rows come in the order of their public ids, which is that of their making. ``complete`` adds,
    in a fixed number of queries, what the rows of one page do not know by themselves.
    """

    authentication_classes = [TokenAuthentication]
    permission_classes = [HasScope("evidence:read")]
    throttle_classes = [TokenThrottle]
    filter_backends = [ByParameters]
    lookup_field = "public_id"
    lookup_value_converter = "uuid"
    pagination_class = InOrderOfIds
    detail_serializer_class: "type[BaseSerializer[Any]] | None" = None

    def get_serializer_class(self) -> "type[BaseSerializer[Any]]":
        if self.action == "retrieve" and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def complete(self, rows: Sequence[Row]) -> None:
        """Nothing to add unless a view says so."""

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        self.complete(rows or ())
        return rows

    def get_object(self) -> Row:
        row: Row = super().get_object()
        self.complete([row])
        return row

    def narrowed(self, rows: QuerySet[Row], wanted: dict[str, Any]) -> QuerySet[Row]:
        """``wanted`` by name as conditions; a view with other rules has its own."""
        return rows.filter(**wanted)
