"""How long a signature takes, by the role that is asked; open requests count as "at least"."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.queries.counting.places import Places
from measurement.statistics.survival import kaplan_meier
from workflows.choices import StepState
from workflows.models import RouteStep, StepAssignment

DAY = 86_400
EVERY_ROLE = ""
MOST_POINTS = 24  # of a drawn curve


@dataclass(frozen=True, slots=True)
class Asked:
    role: str
    title: str
    days: float
    decided: bool
    signers: frozenset[int]


class Latencies:
    """Kaplan-Meier by group and role; none where fewer people were asked than may be shown."""

    def __init__(self, asked: dict[tuple[str, Any], list[Asked]], minimum: int) -> None:
        self._asked = asked
        self._minimum = minimum

    def of(self, kind: str, reference: Any) -> dict[str, dict[str, Any]]:
        """By role; the empty role is all of them together."""
        by_role: dict[str, list[Asked]] = defaultdict(list)
        for one in self._asked.get((kind, reference), []):
            by_role[one.role].append(one)
            by_role[EVERY_ROLE].append(one)
        told = {role: self._told(rows) for role, rows in sorted(by_role.items())}
        return {role: found for role, found in told.items() if found is not None}

    def _told(self, rows: list[Asked]) -> dict[str, Any] | None:
        signers = frozenset[int]().union(*(row.signers for row in rows))
        if len(signers) < self._minimum:
            return None
        curve = kaplan_meier(
            np.array([row.days for row in rows]), np.array([row.decided for row in rows])
        )
        median = curve.quantile(0.5)
        points = list(zip(curve.times.tolist(), curve.survival.tolist(), strict=True))
        step = max(1, -(-len(points) // MOST_POINTS))
        return {
            "title": rows[-1].title,
            "of": len(rows),
            "decided": sum(row.decided for row in rows),
            "median": None if median != median else round(median, 2),
            "curve": [[round(days, 2), round(share, 4)] for days, share in points[::step]],
        }


def latencies_now(places: Places, *, minimum: int, at: datetime) -> Latencies:
    """All requests of all routes in three queries."""
    signers: dict[int, set[int]] = defaultdict(set)
    for step, person in StepAssignment.objects.values_list("step_id", "person_id"):
        signers[step].add(person)
    rows = (
        RouteStep.objects.filter(opened_at__lte=at)
        .order_by("opened_at", "pk")
        .values_list(
            "pk",
            "role",
            "title",
            "state",
            "opened_at",
            "closed_at",
            "route__redesign__workflow__unit_id",
            "route__redesign__workflow__function",
            "route__revision__tool_id",
        )
    )
    found: dict[tuple[str, Any], list[Asked]] = defaultdict(list)
    for pk, role, title, state, opened, closed, unit, function, tool in rows:
        if opened is None:  # the filter leaves none
            continue
        decided = closed is not None and state in {StepState.APPROVED, StepState.REJECTED}
        days = max(0.0, ((closed or at) - opened).total_seconds() / DAY)
        asked = Asked(role, title, days, decided, frozenset(signers[pk]))
        for group in _groups(places, unit, function, tool):
            found[group].append(asked)
    return Latencies(found, minimum)


def _groups(
    places: Places, unit: int, function: str, tool: int | None
) -> Iterable[tuple[str, Any]]:
    yield ScopeKind.ORGANISATION, None
    for above in places.above[unit]:
        yield ScopeKind.UNIT, above
    site = places.units[unit].site_id
    if site is not None:
        yield ScopeKind.SITE, site
    if function:
        yield ScopeKind.FUNCTION, function
    if tool is not None:
        yield ScopeKind.TOOL, tool
