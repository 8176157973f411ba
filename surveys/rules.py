"""Who may plan and run waves, and who may see which."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from people.choices import ORGANISATION_WIDE_ROLES
from people.models import Assignment, OrgUnitClosure, Person
from people.rules import is_program_office, open_grants
from surveys.choices import WITH_RESULTS, InstrumentKind, WaveState
from surveys.errors import NotYours
from surveys.models import Participation, Wave
from workflows.models import StepAssignment, Workflow
from workflows.rules import workflows_of_reach


def may_run_waves(person: Person) -> bool:
    return is_program_office(person)


def refuse_unless_office(person: Person) -> None:
    if not may_run_waves(person):
        raise NotYours


def invited(person: Person) -> Exists:
    return Exists(Participation.objects.filter(wave=OuterRef("pk"), person=person))


def waves_of_reach(person: Person) -> Q:
    """Of workflows one answers for, and all of them for who reads the whole organisation."""
    return Q(workflow__in=Workflow.objects.filter(workflows_of_reach(person)).values("pk")) | Q(
        Exists(open_grants(person, ORGANISATION_WIDE_ROLES))
    )


def results_shared_with(person: Person, today: date) -> Q:
    """Released results of the own team's workflow, also after the list of invited is deleted.

    And of the survey before go-live, for those asked to sign the redesign.
    """
    works_in = Assignment.objects.filter(person=person, valid__contains=today)
    above = OrgUnitClosure.objects.filter(descendant__in=works_in.values("unit"))
    asked = StepAssignment.objects.filter(person=person)
    return Q(state__in=[*WITH_RESULTS, WaveState.TOO_FEW]) & (
        Q(workflow__unit__in=above.values("ancestor"))
        | Q(
            instrument__kind=InstrumentKind.BEFORE,
            redesign__in=asked.values("step__route__redesign"),
        )
    )


def takes_answers(wave: Wave, at: datetime, today: date) -> bool:
    """Open, on one of its days; a survey before go-live ends with the go-live."""
    return (
        wave.state == WaveState.OPEN
        and wave.opens_date <= today <= wave.closes_date
        and not went_live(wave, at)
    )


def went_live(wave: Wave, at: datetime) -> bool:
    """Whether a survey about the work before has lost its subject."""
    if wave.instrument.kind != InstrumentKind.BEFORE:
        return False
    go_live = getattr(wave.redesign, "go_live", None)
    return go_live is not None and go_live.at <= at
