"""What a workflow's own page says of trust."""

from dataclasses import dataclass

from people.models import Person
from surveys.choices import WITH_RESULTS, InstrumentKind, WaveState
from surveys.models import Instrument, Wave
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


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """``scale``: key of the scale it is scored with, "" for none."""

    scale: str
    is_reversed: bool


def items_of(instrument: Instrument) -> dict[str, ItemFacts]:
    rows = instrument.items.order_by("position").values_list("key", "scale__key", "is_reversed")
    return {key: ItemFacts(scale or "", is_reversed) for key, scale, is_reversed in rows}
