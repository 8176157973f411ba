"""Use of AI and enablement, of groups only (console-and-indicators.md section 1).

``measurement.queries.use.groups`` is the one place that decides what a group may show. A moment
is taken back to the Monday of its week (UTC): days are no steps to compare two answers by.
"""

from measurement.queries.use.answers import concentration, heat_map, people_ladder
from measurement.queries.use.enablement import coverage, use_by_workflow
from measurement.queries.use.figures import (
    HIDDEN,
    Concentration,
    Coverage,
    HeatMap,
    Hidden,
    Ladder,
    Place,
    Rung,
    Scope,
    Shown,
    TrainingCoverage,
    Waiting,
    WorkflowUse,
)
from measurement.queries.use.loaded import Use, load_use

__all__ = [
    "HIDDEN",
    "Concentration",
    "Coverage",
    "HeatMap",
    "Hidden",
    "Ladder",
    "Place",
    "Rung",
    "Scope",
    "Shown",
    "TrainingCoverage",
    "Use",
    "Waiting",
    "WorkflowUse",
    "concentration",
    "coverage",
    "heat_map",
    "load_use",
    "people_ladder",
    "use_by_workflow",
]
