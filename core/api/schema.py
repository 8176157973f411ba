"""How the machine interface describes itself (docs/api.md says what a view has to add).

From the view alone come: the summary (first sentence of its docstring), the scope its permission
asks for, the parameters of its ``parameters`` class, and every problem the interface can answer.
"""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_serializer
from rest_framework.permissions import OR

S = TypeVar("S")
PROBLEM = "application/problem+json"
SUCCESSES = ("200", "201", "202")
# Status of a problem: the name of its component, and when it is answered.
PROBLEMS = {
    "400": ("Invalid", "A parameter or a field makes no sense; `errors` says which and why."),
    "401": (
        "NoToken",
        "No token, or one that is unknown, expired, revoked or used from elsewhere.",
    ),
    "403": ("NotAllowed", "The token lacks the scope, or this is not its to do."),
    "404": ("NotFound", "Nothing is here, or it is out of the token's reach: both read the same."),
    "406": ("NotAcceptable", "The Accept header allows nothing that can be sent."),
    "409": ("Conflict", "Somebody else is changing the same thing, or changed it meanwhile."),
    "412": ("Changed", "The If-Match header names an older state."),
    "413": ("TooLarge", "The body is too large."),
    "415": ("UnsupportedMediaType", "The body has a media type that is not read here."),
    "422": ("Refused", "Understood, but a rule of the portal speaks against it."),
    "429": ("TooMany", "Too many calls; `Retry-After` says for how many seconds to wait."),
    "500": ("Fault", "A fault on the portal's side; name the request id when you report it."),
    "503": ("Unavailable", "The portal cannot be reached right now; try again."),
}
ALWAYS = ("400", "401", "403", "406", "429", "500", "503")
WITH_BODY = ("409", "413", "415", "422")
ERROR = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer into the body, such as `#/unit`.",
        },
        "parameter": {"type": "string", "description": "Name of a parameter of the address."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457. `code` is stable and for machines, `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "Also the header X-Request-ID."},
        "errors": {"type": "array", "items": ERROR},
    },
    "example": {
        "type": "/api/v1/docs/#problem-invalid",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid",
        "detail": "The request was understood but not accepted; see errors.",
        "request_id": "019a0f3c5f7a7cc1b1e0a4d2c3b4a596",
        "errors": [{"parameter": "colour", "code": "invalid", "detail": "Unknown parameter."}],
    },
}


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="ETag of the state that is to be changed."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Sent again within a day with the same body, the first answer comes again.",
)


def example(**value: Any) -> Callable[[S], S]:
    """``@example(id="...", state="done")`` above a serializer: what the description shows of it."""
    shown = OpenApiExample("example", value=value, status_codes=list(SUCCESSES))
    decorate: Any = extend_schema_serializer(examples=[shown])
    return decorate  # type: ignore[no-any-return]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "core.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "apt_…",
            "description": "A token of an administrator's making; the scopes say what it may.",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        return [{self.name: scopes} for scopes in scopes_of(auto_schema.view)]


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1  # before the one that comes with the package

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-portal",
            "description": "A person signed in to the portal's pages.",
        }


def scopes_of(view: Any) -> list[list[str]]:
    """The ways in, each with the scopes it asks for together: ``A | B`` is two."""
    ways: list[list[str]] = [[]]
    for permission in view.get_permissions():
        asked = [[scope] for scope in _either(permission)]
        ways = [sorted({*way, *one}) for way in ways for one in asked or [[]]]
    return ways


def _either(permission: Any) -> list[str]:
    if isinstance(permission, OR):
        both: Any = permission
        return _either(both.op1) + _either(both.op2)
    return [permission.scope] if hasattr(permission, "scope") else []


class PortalSchema(AutoSchema):
    def get_summary(self) -> str:
        """The first sentence of what the method, or else its view, says of itself."""
        told = self.get_description() or ""
        return " ".join(told.split("\n\n")[0].split()).partition(". ")[0].rstrip(".")

    def get_override_parameters(self) -> list[Any]:
        kind = getattr(self.view, "parameters", None)
        is_for_it = self.method == "POST" or self._is_list_view()
        return [kind] if kind is not None and is_for_it else []

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        known = operation["responses"]
        asked = {part["name"] for part in operation.get("parameters", ())}
        for status in (*self._possible(), *(("412",) if IF_MATCH.name in asked else ())):
            known.setdefault(status, {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"})
        if self.method == "GET":
            known.setdefault("304", {"description": "As in the answer that `If-None-Match` names."})
        operation["responses"] = dict(sorted(known.items()))
        return operation

    def _possible(self) -> tuple[str, ...]:
        found: tuple[str, ...] = ALWAYS
        if "{" in self.path:
            found += ("404",)
        if self.method in {"POST", "PUT", "PATCH"}:
            found += WITH_BODY
        return found


def with_problems(result: dict[str, Any], **_facts: Any) -> dict[str, Any]:
    """The hook that adds what all operations point at."""
    parts = result.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = copy.deepcopy(PROBLEM_SCHEMA)
    parts["responses"] = {
        name: _response(status, told) for status, (name, told) in PROBLEMS.items()
    }
    parts["headers"] = {
        "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
        "Challenge": {"description": "How to sign in.", "schema": {"type": "string"}},
    }
    return result


def _response(status: str, told: str) -> dict[str, Any]:
    headers = {
        "401": {"WWW-Authenticate": {"$ref": "#/components/headers/Challenge"}},
        "429": {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
    }.get(status)
    schema = {"$ref": "#/components/schemas/Problem"}
    made = {"description": told, "content": {PROBLEM: {"schema": schema}}}
    return made if headers is None else {**made, "headers": headers}
