"""Who may bring cases in, who may look, and from how many cases on."""

from django.conf import settings
from django.db.models import QuerySet

from core.models import ApiToken
from measurement.models import CaseImport
from people.models import Person
from people.rules import is_program_office
from workflows.models import Workflow
from workflows.queries.workflows import workflows_visible_to
from workflows.rules import may_edit, workflows_of_reach


def may_bring_cases(person: Person, workflow: Workflow) -> bool:
    """The owner, managers above the unit and the program office; nobody once it is retired."""
    return may_edit(person, workflow)


def may_measure(person: Person, workflow: Workflow) -> bool:
    """Ask for a reading before the nightly run does; who only reads or signs does not."""
    return may_edit(person, workflow)


def median_shown(median: float | None, *, finished: int) -> float | None:
    """None under the minimum group: so few cases may be one person's (decision 0022)."""
    return median if finished >= settings.MINIMUM_GROUP else None


def imports_visible_to(person: Person) -> QuerySet[CaseImport]:
    """Imports of the workflows ``person`` may read."""
    return CaseImport.objects.filter(source__workflow__in=workflows_visible_to(person))


def workflows_of_token(token: ApiToken) -> QuerySet[Workflow]:
    """A person's token reaches what the person may write to, a system's token everything."""
    working = Workflow.objects.filter(retired_at__isnull=True)
    if token.owner is None:
        return working
    if is_program_office(token.owner):
        return working
    return working.filter(workflows_of_reach(token.owner))
