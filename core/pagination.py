"""Pages of lists: 25 rows, the number in the address."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

PAGE_SIZE = 25


def page_of(
    request: HttpRequest, rows: "QuerySet[Any, Any] | list[Any]", *, size: int = PAGE_SIZE
) -> Page[Any]:
    """The page the address asks for; a number that makes no sense gives the nearest one."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
