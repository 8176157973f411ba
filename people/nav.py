"""What the frame shows of people; decision 0050."""

from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.frame import counted
from people.choices import ORGANISATION_WIDE_ROLES, Role
from people.models import Person, RoleGrant
from people.rules import open_grants

Link = tuple[str, str, str]


def sections(request: HttpRequest) -> list[tuple[str, list[Link]]]:
    """Whoever opens the records may do more than they: HR's files are administrators' alone."""
    links: list[Link] = []
    if counted(request, Role.ADMINISTRATOR) and getattr(request.user, "is_staff", False):
        links.append((_("People from HR"), reverse("people:imports"), "people"))
    if counted(request, Role.ADMINISTRATOR) or counted(request, Role.PROGRAM_OFFICE):
        links.append((_("Work calendars"), reverse("people:calendars"), "clock"))
    return [(_("Administration"), links)]


def held(role: str, person: Person, at: datetime) -> QuerySet[RoleGrant]:  # noqa: ARG001
    return open_grants(person, [role])


QUESTIONS = {role: partial(held, role) for role in (*ORGANISATION_WIDE_ROLES, Role.ADMINISTRATOR)}
