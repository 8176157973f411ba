"""What pages of lower apps show of measurement."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from core.panels import facts, panel
from measurement.queries.charts import control_chart_shown
from measurement.queries.evidence import evidence_page
from measurement.queries.planning import at_go_live, planning_of
from measurement.queries.readings import stages_of, weekly_of
from workflows.models import GoLive, Redesign, Workflow


@panel("measurement.evidence")
def evidence_panel(
    request: HttpRequest,  # noqa: ARG001
    redesign: Redesign | None,
) -> tuple[str, dict[str, Any]] | None:
    """The claim and the weekly chart; nothing before go-live."""
    if redesign is None or not GoLive.objects.filter(redesign=redesign).exists():
        return None
    page = evidence_page(redesign)
    return "measurement/_evidence_panel.html", {
        "redesign": redesign,
        "page": page,
        "chart": control_chart_shown(page.reading) if page.reading else None,
    }


@panel("measurement.planning")
def planning_panel(
    request: HttpRequest,  # noqa: ARG001
    redesign: Redesign | None,
) -> tuple[str, dict[str, Any]] | None:
    """What a reading could detect at the present volume, and when it would be taken."""
    if redesign is None:
        return None
    return "measurement/_planning_panel.html", {
        "redesign": redesign,
        "planning": planning_of(redesign),
    }


@facts("measurement.stage")
def stage_facts(redesigns: list[Redesign]) -> Mapping[int, Mapping[str, Any]]:
    return stages_of(redesigns)


@facts("measurement.weekly")
def weekly_facts(workflows: list[Workflow]) -> Mapping[int, Mapping[str, list[float | None]]]:
    return weekly_of(workflows)


@facts("measurement.go_live")
def go_live_facts(redesigns: list[Redesign]) -> Mapping[int, Mapping[str, Any]]:
    """For redesigns about to go live, each with ``go_live_at`` set on it."""
    return {redesign.pk: at_go_live(redesign) for redesign in redesigns}
