"""What a workflow's own page says of trust."""

from people.models import Person
from surveys.choices import WITH_RESULTS, InstrumentKind, WaveState
from surveys.models import Wave
from surveys.queries.results import ResultPage, results_of
from surveys.queries.waves import waves_visible_to
from workflows.models import Workflow


def open_wave_of(person: Person, workflow: Workflow) -> Wave | None:
    """The wave of ``workflow`` that takes answers now; a workflow has at most one."""
    return (
        waves_visible_to(person)
        .filter(workflow=workflow, state=WaveState.OPEN)
        .select_related("workflow", "instrument")
        .first()
    )


def newest_result(person: Person, workflow: Workflow) -> ResultPage | None:
    """Of the instrument that asks after go-live; what came before is no measure of trust."""
    wave = (
        waves_visible_to(person)
        .filter(
            workflow=workflow,
            state__in=WITH_RESULTS,
            instrument__kind=InstrumentKind.AFTER,
        )
        .select_related("workflow", "instrument")
        .order_by("-opens_date", "-pk")
        .first()
    )
    return results_of(wave, person) if wave else None
