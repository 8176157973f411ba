"""The indicators of the console as pure functions over arrays (console-and-indicators.md, 1).

NumPy and measurement.statistics only: no Django, no clock, no chance but a seeded bootstrap.
Groups and their smallest size are none of their business: measurement.queries.use decides who may
be shown, these say how much it is.
"""

from measurement.indicators.ageing import AGE_CLASSES, ageing, sign_off_latency
from measurement.indicators.cohorts import Transitions, retention, transitions
from measurement.indicators.concentration import (
    SMALLEST_SPREAD,
    Spread,
    below_weekly,
    gini,
    lorenz,
    spread_of,
    top_share,
)
from measurement.indicators.counts import Count, wilson
from measurement.indicators.enablement import manager_enablement, team_readiness
from measurement.indicators.ladder import (
    FULL_WEEKS,
    RECENT_WEEKS,
    Habit,
    access,
    active,
    habitual,
    in_changed_work,
    translation_gap,
)
from measurement.indicators.waiting import time_to_first_use
from measurement.indicators.workflows import (
    breadth,
    data_readiness,
    depth,
    eligible_share,
    expected_by_chance,
    measured_change,
    sustained,
)

__all__ = [
    "AGE_CLASSES",
    "FULL_WEEKS",
    "RECENT_WEEKS",
    "SMALLEST_SPREAD",
    "Count",
    "Habit",
    "Spread",
    "Transitions",
    "access",
    "active",
    "ageing",
    "below_weekly",
    "breadth",
    "data_readiness",
    "depth",
    "eligible_share",
    "expected_by_chance",
    "gini",
    "habitual",
    "in_changed_work",
    "lorenz",
    "manager_enablement",
    "measured_change",
    "retention",
    "sign_off_latency",
    "spread_of",
    "sustained",
    "team_readiness",
    "time_to_first_use",
    "top_share",
    "transitions",
    "translation_gap",
    "wilson",
]
