"""Every refusal of the machine interface in one shape: RFC 9457, application/problem+json."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import psycopg.errors
from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.api.parameters import ParameterError
from core.context import surroundings
from core.errors import DomainError, Stale

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
# Where a kind of refusal is explained; the code stands behind it. The same on every portal.
TYPES = "/api/v1/docs/#problem-"
# Somebody else holds the row, or two of them held each other's.
BUSY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


def problem(
    status: int, *, code: str, detail: str = "", errors: Any = None, **headers: str
) -> JsonResponse:
    """The same shape for views outside DRF and for the error handlers."""
    body = problem_body(status, code=code, detail=detail, errors=errors)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=named)


def problem_response(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler. Nothing of a fault's inside is told, only the request id."""
    error = _as_known(error)
    set_rollback()
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        body = problem_body(error.status, code=error.code, detail=str(error))
    elif isinstance(error, exceptions.APIException):
        body, headers = _of_drf(error)
    else:
        request = context["request"]
        log.error("a call failed", exc_info=error)
        # As Django itself does for a page: test clients and error reporters listen to it.
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
        body = problem_body(500, code="error", detail=_("Something went wrong on our side."))
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _as_known(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, OperationalError):
        if isinstance(error.__cause__, BUSY):
            return Stale(_("Someone else is changing this right now. Try again."))
        log.error("the database does not answer", exc_info=error)
        return DatabaseAway()
    return error


class DatabaseAway(exceptions.APIException):
    status_code = 503
    default_code = "unavailable"
    default_detail = _lazy("The portal cannot be reached right now. Try again in a moment.")
    wait = 5


def _of_drf(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    if isinstance(error, exceptions.ValidationError):
        detail = _("The request was understood but not accepted; see errors.")
        return problem_body(400, code="invalid", detail=detail, errors=_listed(error)), headers
    # A missing thing and one out of reach must read the same.
    detail = _("Nothing is here.") if isinstance(error, exceptions.NotFound) else str(error.detail)
    return problem_body(error.status_code, code=_code(error), detail=detail), headers


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else str(error.default_code)


def _listed(error: exceptions.ValidationError) -> list[dict[str, str]]:
    """One entry for each mistake: where, which, in words.

    ``parameter`` names one of the address, ``pointer`` is a JSON pointer (RFC 6901) into the body.
    """
    if isinstance(error, ParameterError):
        return [
            {"parameter": "/".join(place), "code": told.code or "invalid", "detail": str(told)}
            for place, told in _mistakes(error.detail)
        ]
    return [
        {"pointer": pointer_to(place), "code": told.code or "invalid", "detail": str(told)}
        for place, told in _mistakes(error.detail)
    ]


def pointer_to(place: tuple[str, ...]) -> str:
    return "#" + "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in place)


def _mistakes(
    detail: Any, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], exceptions.ErrorDetail]]:
    """DRF nests dicts by field and lists by row; a list of texts belongs to what is above it."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            here = place if name == "non_field_errors" else (*place, str(name))
            yield from _mistakes(below, here)
    elif isinstance(detail, (list, tuple)):
        for row, below in enumerate(detail):
            is_row = isinstance(below, (dict, list))
            yield from _mistakes(below, (*place, str(row)) if is_row else place)
    else:
        yield place, detail


def problem_body(status: int, *, code: str, detail: str, errors: Any = None) -> dict[str, Any]:
    body = {
        "type": f"{TYPES}{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": surroundings().request_id,
    }
    return body if errors is None else {**body, "errors": errors}


def api_not_found(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """For addresses under /api/ that no route knows."""
    return problem(404, code="not_found", detail=_("Nothing is here."))


def problem_codes() -> list[tuple[str, int, str]]:
    """Every code a problem can have, its status and what it means; refusals are the apps' own."""
    found: dict[str, tuple[int, str]] = {}
    for kind in _subclasses(exceptions.APIException):
        told = str(kind.default_detail)
        found.setdefault(kind.default_code, (kind.status_code, "" if "{" in told else told))
    refusals: list[type[DomainError]] = [DomainError, *_subclasses(DomainError)]
    for refusal in refusals:
        told = str(refusal.message)
        found.setdefault(refusal.code, (refusal.status, "" if "%(" in told else told))
    return sorted((code, *facts) for code, facts in found.items())


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)
