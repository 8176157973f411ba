"""Who may: the console is read by those who see the whole organisation, and nobody else."""

from people.choices import ORGANISATION_WIDE_ROLES, Role
from people.models import Person
from people.rules import open_grants


def console_roles(person: Person) -> frozenset[str]:
    """Those of ``person`` that open the console; empty for everybody else. One query."""
    return frozenset(
        open_grants(person, ORGANISATION_WIDE_ROLES).values_list("role", flat=True).distinct()
    )


def may_note(roles: frozenset[str]) -> bool:
    """Annotate and keep views: the program office. Auditors change nothing by their hand."""
    return Role.PROGRAM_OFFICE in roles
