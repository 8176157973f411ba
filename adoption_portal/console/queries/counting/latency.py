"""How long a signature takes, by the role that is asked; open requests count as "at least"."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.queries.counting.parts import parts_of
from adoption_portal.console.queries.counting.places import Places
from measurement.statistics.survival import kaplan_meier
from workflows.choices import StepState
from workflows.models import RouteStep, StepAssignment

DAY = 86_400
EVERY_ROLE = ""
MOST_POINTS = 24  # of a drawn curve
FEWEST_DRAWN = 30  # requests: of fewer, each step is one that somebody may remember


@dataclass(frozen=True, slots=True)
class Asked:
    role: str
    title: str
    days: float
    decided: bool
    signers: frozenset[int]
    unit: int
    function: str = ""
    tool: int | None = None


class Latencies:
    """Kaplan-Meier by group and role.

    None where fewer people were asked than may be shown, or where what is left of another group or
    role would be of fewer (``parts``).
    """

    def __init__(self, places: Places, asked: Sequence[Asked], minimum: int) -> None:
        self._minimum = minimum
        self._part = parts_of(places, ((row.role, row.unit, row.signers) for row in asked), minimum)
        self._size = Counter(self._part[row.role, row.unit] for row in asked)
        self._asked: dict[tuple[str, Any], list[Asked]] = defaultdict(list)
        for row in asked:
            for group in _groups(places, row.unit, row.function, row.tool):
                self._asked[group].append(row)

    def of(self, kind: str, reference: Any) -> dict[str, dict[str, Any]]:
        """By role; the empty role is all of them together."""
        shown = self.shown(kind, reference).items()
        return {role: _told(rows) for role, rows in sorted(shown)}

    def shown(self, kind: str, reference: Any) -> dict[str, list[Asked]]:
        """The requests behind each figure that is given."""
        by_role: dict[str, list[Asked]] = defaultdict(list)
        for one in self._asked.get((kind, reference), []):
            by_role[one.role].append(one)
            by_role[EVERY_ROLE].append(one)
        return {role: rows for role, rows in by_role.items() if self._may_show(rows)}

    def _may_show(self, rows: Sequence[Asked]) -> bool:
        parts = {self._part[row.role, row.unit] for row in rows}
        signers = frozenset[int]().union(*(row.signers for row in rows))
        return len(signers) >= self._minimum and len(rows) == sum(
            self._size[part] for part in parts
        )


def _told(rows: Sequence[Asked]) -> dict[str, Any]:
    curve = kaplan_meier(
        np.array([row.days for row in rows]), np.array([row.decided for row in rows])
    )
    median = curve.quantile(0.5)
    points = list(zip(curve.times.tolist(), curve.survival.tolist(), strict=True))
    return {
        "title": rows[-1].title,
        "of": len(rows),
        "decided": sum(row.decided for row in rows),
        "median": None if median != median else round(median, 2),
        "curve": [[round(days, 2), round(share, 4)] for days, share in thinned(points)]
        if len(rows) >= FEWEST_DRAWN
        else [],
    }


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most so many as are drawn; the last always, where the curve comes down to."""
    step = max(1, -(-len(points) // (MOST_POINTS - 1)))
    return [*points[:-1:step], *points[-1:]]


def latencies_now(places: Places, *, minimum: int, at: datetime) -> Latencies:
    """All requests of all routes in two queries."""
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
    asked = []
    for pk, role, title, state, opened, closed, unit, function, tool in rows:
        if opened is None:  # the filter leaves none
            continue
        decided = closed is not None and state in {StepState.APPROVED, StepState.REJECTED}
        days = max(0.0, ((closed or at) - opened).total_seconds() / DAY)
        asked.append(
            Asked(role, title, days, decided, frozenset(signers[pk]), unit, function, tool)
        )
    return Latencies(places, asked, minimum)


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
