"""Which tokens may use HR's endpoints: a system's, and an administrator's own."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.reading import owner_of
from people.rules import is_administrator


class ForAdministrators(BasePermission):
    """A token that acts for a person reaches no further than the person does on the pages."""

    message = _(
        "This token acts for somebody who is not an administrator, and HR's data is for "
        "administrators."
    )

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        owner = owner_of(request)
        return owner is None or is_administrator(owner)
