"""Around everything under /api/: what no single view can promise for all of them."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from adoption_portal.problems import CONTENT_TYPE, problem, problem_body

PREFIX = "/api/"


class ApiEdgeMiddleware:
    """Problems for what never reached a view, rate limit headers, ETags and 304.

    Inside of the middleware that sets headers, so that no answer made here goes without them, and
    outside of all that may refuse a call by a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        response = self._unreadable(request) or self.get_response(request)
        if not isinstance(response, HttpResponse):  # a stream: of its own kind already
            return response
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            as_problem(response)
        answer = conditional(request, response)
        limit = getattr(request, "rate_limit", None)
        for name, value in limit.headers.items() if limit else ():
            answer[name] = value
        return answer

    @staticmethod
    def _unreadable(request: HttpRequest) -> JsonResponse | None:
        """A NUL is in no name and no database text; no view needs to think of it."""
        if "\x00" not in request.path_info and "%00" not in request.META.get("QUERY_STRING", ""):
            return None
        return problem(400, code="unreadable", detail=_("The address holds a NUL character."))


def as_problem(response: HttpResponse) -> None:
    """The same response, so that cookies and headers such as Allow stay, with another body."""
    if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
        return
    status = HTTPStatus(response.status_code)
    code, detail = words_for(status)
    made = JsonResponse(problem_body(status, code=code, detail=detail))
    response.content = made.content
    response["Content-Type"] = CONTENT_TYPE
    if "Content-Length" in response:
        response["Content-Length"] = str(len(made.content))


def words_for(status: HTTPStatus) -> tuple[str, str]:
    """Code and sentence where a page or Django itself refused."""
    told = {
        HTTPStatus.BAD_REQUEST: ("bad_request", _("The request could not be read.")),
        HTTPStatus.FORBIDDEN: ("permission_denied", _("This is not yours to see or do.")),
        HTTPStatus.NOT_FOUND: ("not_found", _("Nothing is here.")),
        HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", _("Not by this method; see Allow.")),
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "error", _("Something went wrong on our side.")
    return told.get(status, (status.name.lower(), status.phrase))


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """304 for who holds the same bytes already. A view's own ETag is kept.

    The answer is still made anew each time, so it is never out of date; only the way is spared.
    """
    if request.method not in {"GET", "HEAD"} or response.status_code != HTTPStatus.OK:
        return response
    if "ETag" not in response:
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
