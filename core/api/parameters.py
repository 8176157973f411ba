"""What an address may ask for: named beforehand, checked, and nothing else.

    class WorkflowParameters(serializers.Serializer[Any]):
        unit = serializers.CharField(required=False, help_text="Code of a unit.")

    class WorkflowViewSet(ListModelMixin, GenericViewSet[Workflow]):
        filter_backends = [ByParameters]
        parameters = WorkflowParameters

        def narrowed(self, rows, wanted): ...

The description of the interface takes the parameters from the same class.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.serializers import BaseSerializer
    from rest_framework.views import APIView

PAGING = ("cursor", "page_size")


class ParameterError(ValidationError):
    """Like a refused body, but its errors name parameters of the address."""


def parameters_of(
    request: Request, kind: "type[BaseSerializer[Any]] | None", *, also: Iterable[str] = ()
) -> dict[str, Any]:
    """The address's parameters as ``kind`` reads them; those in ``also`` belong to others.

    Raises ParameterError for one that is unknown, given twice, or makes no sense.
    """
    given, others = request.query_params, set(also)
    form = kind(data={name: given[name] for name in given if name not in others}) if kind else None
    known = set(getattr(form, "fields", ())) | others
    errors: dict[str, Any] = {
        name: [_("Unknown parameter.")] for name in given if name not in known
    }
    errors |= {
        name: [_("Say it once.")]
        for name, values in given.lists()
        if name in known and len(values) > 1
    }
    if form is not None and not form.is_valid():
        told_by_form: Any = form.errors
        errors |= {name: told for name, told in told_by_form.items() if name in given}
    if errors:
        raise ParameterError(errors)
    return dict(form.validated_data) if form is not None else {}


class ByParameters(BaseFilterBackend):
    """Narrows a list to what the address asks for; one row alone takes no parameter at all."""

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: "APIView"
    ) -> "QuerySet[Any]":
        if getattr(view, "detail", False):
            parameters_of(request, None)
            return queryset
        wanted = parameters_of(request, getattr(view, "parameters", None), also=PAGING)
        narrowed = getattr(view, "narrowed", None)
        found: QuerySet[Any] = narrowed(queryset, wanted) if narrowed and wanted else queryset
        return found
