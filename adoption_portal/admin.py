"""The site of the records pages: nothing stands there by itself, and it has no door of its own."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adoption_portal import records_words
from people.choices import RECORDS_ROLES, Role
from people.models import Person
from people.rules import open_grants

# The first page, in the order of what is looked for; a test finds what is missing here.
SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("People and rights"),
        ("people.person", "people.rolegrant", "people.delegation", "core.apitoken"),
    ),
    (
        gettext_lazy("Organisation"),
        (
            "people.orgunit",
            "people.legalentity",
            "people.site",
            "people.workcalendar",
            "people.workcalendarversion",
            "people.training",
        ),
    ),
    (
        gettext_lazy("Rules and tools"),
        ("workflows.approvalpolicy", "workflows.policyversion", "workflows.aitool"),
    ),
    (
        gettext_lazy("Work and signatures"),
        (
            "workflows.workflow",
            "workflows.redesign",
            "workflows.revision",
            "workflows.decision",
            "workflows.signature",
            "workflows.golive",
        ),
    ),
    (
        gettext_lazy("Evidence and surveys"),
        (
            "measurement.casesource",
            "measurement.caseimport",
            "measurement.reading",
            "surveys.instrument",
            "surveys.wave",
        ),
    ),
    (gettext_lazy("Running the portal"), ("core.auditevent", "core.seal", "core.job")),
)
# What the program office reads here; it changes nothing on these pages.
OFFICE_READS = frozenset(
    {
        "workflows.approvalpolicy",
        "workflows.policyversion",
        "workflows.aitool",
        "surveys.instrument",
        "surveys.wave",
    }
)
APPS = ("core", "people", "workflows", "surveys", "measurement")


class Records(AdminSite):
    """Shows only what one of our own modules registers.

    Whatever a package brings along (another address of a person, a group) would be changed here
    without an audit event, and some of it decides who can sign in.
    """

    enable_nav_sidebar = False

    # --- who may ----------------------------------------------------------------------------------
    def roles_of(self, request: HttpRequest) -> frozenset[str]:
        """Roles that open these pages, asked once a request. A superuser's mark opens nothing."""
        known: frozenset[str] | None = getattr(request, "records_roles", None)
        if known is None:
            user = request.user
            held = isinstance(user, Person) and user.is_active
            grants = open_grants(user, RECORDS_ROLES) if held else None  # type: ignore[arg-type]
            known = (
                frozenset(grants.values_list("role", flat=True))
                if grants is not None
                else frozenset()
            )
            request.records_roles = known  # type: ignore[attr-defined]
        return known

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(self.roles_of(request))

    def may_view(self, request: HttpRequest, model: type[models.Model]) -> bool:
        roles = self.roles_of(request)
        return Role.ADMINISTRATOR in roles or (
            Role.PROGRAM_OFFICE in roles and model._meta.label_lower in OFFICE_READS  # noqa: SLF001 Django's public name
        )

    def may_change(self, request: HttpRequest, model: type[models.Model]) -> bool:  # noqa: ARG002
        return Role.ADMINISTRATOR in self.roles_of(request)

    # --- pages ------------------------------------------------------------------------------------
    def told(self, name: object) -> str:
        """The words for a column or a table."""
        return records_words.told(name)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:  # noqa: ARG002
        """By what is looked for, not by the package it lives in."""
        found = {
            f"{app}.{model['object_name'].lower()}": model
            for app, entry in self._build_app_dict(request).items()
            for model in entry["models"]
        }
        for label, model in found.items():
            model["name"] = apps.get_model(label)._meta.verbose_name_plural  # noqa: SLF001 Django's public name
        return [
            {"name": name, "models": here}
            for name, labels in SECTIONS
            if (here := [found[label] for label in labels if label in found])
        ]

    def app_index(
        self,
        request: HttpRequest,  # noqa: ARG002
        app_label: str,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        return redirect("admin:index")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        raise PermissionDenied(
            _("The records pages are for administrators and the program office.")
        )

    def logout(
        self,
        request: HttpRequest,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        return redirect("account_logout")

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


def register_all() -> None:
    """Our own apps' records, none of anybody else's."""
    for app in APPS:
        import_module(f"{app}.admin")
