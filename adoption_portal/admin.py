"""The site of the records pages: nothing stands there by itself, and it has no door of its own."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class Records(AdminSite):
    """Shows only what one of our own modules registers.

    Whatever a package brings along (another address of a person, a group) would be changed here
    without an audit event, and some of it decides who can sign in.
    """

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        raise PermissionDenied(
            _("The records pages are for administrators and the program office.")
        )

    def password_change(
        self,
        request: HttpRequest,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        return redirect("account_change_password")

    def password_change_done(
        self,
        request: HttpRequest,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        return redirect("account_change_password")
