"""Who may bring cases in, who may look, and from how many cases on."""

from django.conf import settings
from django.db.models import QuerySet

from core.models import ApiToken
from measurement.models import CaseImport, UseImport
from people.models import Person
from people.rules import is_program_office, sees_organisation
from workflows.models import Redesign, Workflow
from workflows.queries.workflows import workflows_visible_to
from workflows.rules import may_edit, workflows_of_reach


def may_bring_cases(person: Person, workflow: Workflow) -> bool:
    """The owner, managers above the unit and the program office; nobody once it is retired."""
    return may_edit(person, workflow)


def may_measure(person: Person, workflow: Workflow) -> bool:
    """Ask for a reading before the nightly run does; who only reads or signs does not."""
    return may_edit(person, workflow)


def may_answer_relapse(person: Person, redesign: Redesign) -> bool:
    """Those who are asked: the owner of the work, and the program office."""
    return redesign.workflow.owner_id == person.pk or is_program_office(person)


def median_shown(median: float | None, *, finished: int) -> float | None:
    """None under the minimum group: so few cases may be one person's (decision 0022)."""
    return median if finished >= settings.MINIMUM_GROUP else None


def imports_visible_to(person: Person) -> QuerySet[CaseImport]:
    """Imports of the workflows ``person`` may read."""
    return CaseImport.objects.filter(source__workflow__in=workflows_visible_to(person))


def may_deliver_about_people(person: Person) -> bool:
    """Use, access and trainings of the whole organisation: the program office alone."""
    return is_program_office(person)


def use_imports_visible_to(person: Person) -> QuerySet[UseImport]:
    """That deliveries came in is for the program office and auditors; rows are for nobody."""
    return UseImport.objects.all() if sees_organisation(person) else UseImport.objects.none()


def workflows_of_token(token: ApiToken) -> QuerySet[Workflow]:
    """A person's token reaches what the person may write to, a system's token everything."""
    working = Workflow.objects.filter(retired_at__isnull=True)
    if token.owner is None:
        return working
    if is_program_office(token.owner):
        return working
    return working.filter(workflows_of_reach(token.owner))
