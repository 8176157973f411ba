"""The questions the console and the pages ask about the use of AI."""

from datetime import datetime

from measurement.queries.use.figures import (
    Concentration,
    Coverage,
    HeatMap,
    Hidden,
    Ladder,
    Scope,
    WorkflowUse,
)


def people_ladder(scope: Scope, at: datetime) -> Ladder:
    """Access, active, habitual, in changed work: of the people in ``scope`` at ``at``."""
    raise NotImplementedError


def concentration(scope: Scope, at: datetime, *, weeks: int = 12) -> Concentration | Hidden:
    """How evenly the active days of the last ``weeks`` complete weeks are spread over A."""
    raise NotImplementedError


def coverage(scope: Scope, at: datetime) -> Coverage:
    """Enablement: managers and people trained, and the talks that were held."""
    raise NotImplementedError


def heat_map(at: datetime, *, rung: str = "habitual", tool: int | None = None) -> HeatMap:
    """First-level units x sites; hidden pairs are Hidden."""
    raise NotImplementedError


def use_by_workflow(workflow_ids: list[int], at: datetime) -> dict[int, WorkflowUse]:
    """Breadth and depth of each workflow that has a tool in its live redesign."""
    raise NotImplementedError
