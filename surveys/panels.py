"""What pages of lower apps show of the trust surveys."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person
from core.panels import facts, panel
from people.models import Person
from surveys.queries.trust import newest_result, open_wave_of
from surveys.queries.waiting import surveys_waiting
from surveys.views.result_words import headline
from surveys.views.wave_words import todo_of
from workflows.models import Workflow


@facts("surveys.waiting")
def waiting_facts(people: list[Person]) -> Mapping[int, list[dict[str, Any]]]:
    """Items of the inbox: the surveys each of ``people`` may still answer."""
    at = timezone.now()
    return {person.pk: [todo_of(wave) for wave in surveys_waiting(person, at)] for person in people}


@panel("surveys.trust")
def trust_panel(
    request: HttpRequest, workflow: Workflow | None
) -> tuple[str, dict[str, Any]] | None:
    """The newest published figure of the whole, and what is open; None for neither."""
    if workflow is None:
        return None
    person = acting_person(request)
    running, result = open_wave_of(person, workflow), newest_result(person, workflow)
    if running is None and result is None:
        return None
    return "surveys/_trust_panel.html", {
        "running": running,
        "wave": result.wave if result else None,
        "headline": headline(result.whole) if result else None,
    }
