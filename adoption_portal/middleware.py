"""What only the composition root can do for every page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from adoption_portal.views import refused
from core.errors import DomainError


class RefusalMiddleware:
    """An expected refusal that no form caught is a page of its own, never a fault.

    The machine interface has its own handler and never gets here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, error) if isinstance(error, DomainError) else None
