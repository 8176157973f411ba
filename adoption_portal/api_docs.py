"""The description of the machine interface: the document itself, and its pages for people.

The pages need a sign-in, as every page does; the document opens with any token, too.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adoption_portal.problems import problem_codes
from core.api.authentication import TokenAuthentication
from core.api.permissions import IsTokenOrPerson

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 document, made once a process: it depends on the code alone."""
    with translation.override("en"):
        generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)
    return made


@extend_schema(exclude=True)
class DescriptionView(APIView):
    """As YAML, or as JSON for an Accept header that asks for it."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsTokenOrPerson]
    renderer_classes = [
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
        OpenApiJsonRenderer,
        OpenApiJsonRenderer2,
    ]

    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(description())


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address, as the page shows it."""

    method: str
    path: str
    id: str
    summary: str
    text: str
    scopes: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...]
    media_types: tuple[str, ...]
    sent: Any
    status: str
    answered: Any
    problems: tuple[tuple[str, str], ...]


@login_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """All of it in words, drawn on the server: complete without script."""
    groups: dict[str, list[Operation]] = {}
    for operation in operations():
        groups.setdefault(operation.path.split("/")[3], []).append(operation)
    return render(
        request,
        "api/docs.html",
        {"groups": groups.items(), "codes": problem_codes(), "address": settings.BASE_URL},
    )


@login_required
@require_safe
def trying(request: HttpRequest) -> HttpResponse:
    """The same document in Swagger UI, to try calls out with a token."""
    return render(request, "api/try.html")


@cache
def operations() -> tuple[Operation, ...]:
    document = description()
    return tuple(_operations(document))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _operation(document, path, method, methods[method])


def _operation(
    document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]
) -> Operation:
    body = told.get("requestBody", {}).get("content", {})
    status, answer = next(
        (status, answer) for status, answer in told["responses"].items() if status.startswith("2")
    )
    summary, description_text = told.get("summary", ""), told.get("description", "")
    return Operation(
        method=method.upper(),
        path=path,
        id=told["operationId"],
        summary=summary,
        text=_rest(description_text, summary),
        scopes=tuple(sorted({scope for way in told["security"] for scope in way.get("token", ())})),
        parameters=tuple(map(_parameter, told.get("parameters", ()))),
        media_types=tuple(body),
        sent=_example(body),
        status=status,
        answered=_example(answer.get("content", {})),
        problems=tuple(
            (code, _resolved(document, given)["description"].replace("`", ""))
            for code, given in told["responses"].items()
            if not code.startswith("2")
        ),
    )


def _rest(text: str, summary: str) -> str:
    """What the description says beyond its first sentence."""
    return " ".join(text.replace("`", "").split()).removeprefix(summary).removeprefix(".").strip()


def _parameter(told: Mapping[str, Any]) -> dict[str, Any]:
    schema = told["schema"]
    kind = schema.get("format") or schema.get("type", "")
    return {
        "name": told["name"],
        "place": told["in"],
        "kind": kind if isinstance(kind, str) else ", ".join(kind),
        "choices": schema.get("enum", ()),
        "text": told.get("description") or schema.get("description", ""),
        "required": told.get("required", False),
    }


def _example(content: Mapping[str, Any]) -> Any:
    """The first one of any media type, as text."""
    for kind in content.values():
        for shown in kind.get("examples", {}).values():
            return json.dumps(shown["value"], ensure_ascii=False, indent=2)
    return ""


def _resolved(document: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in told:
        return told
    found: Any = document
    for part in told["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: Mapping[str, Any] = found
    return resolved
