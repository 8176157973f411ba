"""Who may: the console is read by those who see the whole organisation, and nobody else."""

from django.http import HttpRequest

from core.frame import counted
from people.choices import ORGANISATION_WIDE_ROLES, Role


def console_roles(request: HttpRequest) -> frozenset[str]:
    """Those of who asks that open the console; empty for everybody else. Part of the frame."""
    return frozenset(role for role in ORGANISATION_WIDE_ROLES if counted(request, role))


def may_note(roles: frozenset[str]) -> bool:
    """Annotate and keep views: the program office. Auditors change nothing by their hand."""
    return Role.PROGRAM_OFFICE in roles
