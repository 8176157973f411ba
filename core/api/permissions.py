"""Who may call: nobody, unless the view says so."""

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.api.scopes import SCOPES
from core.models import ApiToken

if TYPE_CHECKING:  # settings name this module, which DRF reads while its views are half imported
    from rest_framework.views import APIView


MISSING = _("The token does not have the scope {scope}.")


class Refuse(BasePermission):
    """The default: a view that names no permission is closed."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        return False


class _HasScope(BasePermission):
    scope: str
    message: Promise

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        return has_scope(request, self.scope)


def HasScope(scope: str) -> type[BasePermission]:  # noqa: N802 reads as a class where it is used
    """``permission_classes = [HasScope("cases:write")]``: a token with that scope, nobody else."""
    if scope not in SCOPES:
        raise ValueError(f"no such scope: {scope}")
    facts = {"scope": scope, "message": format_lazy(MISSING, scope=scope)}
    return type(f"HasScope_{scope.replace(':', '_')}", (_HasScope,), facts)


def has_scope(request: Request, scope: str) -> bool:
    return isinstance(request.auth, ApiToken) and scope in request.auth.scopes


class IsTokenOrPerson(BasePermission):
    """Any live token, or a signed-in active person; the view's queryset then sets the reach."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        if isinstance(request.auth, ApiToken):
            return True
        user = request.user
        return user is not None and user.is_authenticated and user.is_active
