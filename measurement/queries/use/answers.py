"""The questions the console and the pages ask about the use of AI.

Each takes ``use``, read before, where many scopes are asked for at one moment.
"""

from datetime import datetime

import numpy as np

from measurement.indicators import (
    FULL_WEEKS,
    SMALLEST_SPREAD,
    lorenz,
    spread_of,
    time_to_first_use,
)
from measurement.queries.use.arrays import Bools, Ints, first_use
from measurement.queries.use.figures import (
    HIDDEN,
    Concentration,
    HeatMap,
    Hidden,
    Ladder,
    Place,
    Rung,
    Scope,
    Shown,
    Waiting,
)
from measurement.queries.use.groups import Groups, Metric, by_unit, groups_of, veiled
from measurement.queries.use.loaded import Use, load_use
from people.models import OrgUnit, Site

RUNGS = ("access", "active", "habitual", "in_changed_work")


def people_ladder(scope: Scope, at: datetime, *, use: Use | None = None) -> Ladder:
    """Access, active, habitual, in changed work: of the people in ``scope`` at ``at``.

    A unit is shown whole or not at all; a site or a function without its smallest groups, and
    ``partial`` says so.
    """
    use = use or load_use(at)
    wanted = use.wanted(scope)
    whole = scope.unit is not None
    rungs = {rung: _rung(use.metric(rung, scope.tool), wanted, whole=whole) for rung in RUNGS}
    habit, changed = rungs["habitual"], rungs["in_changed_work"]
    gap: float | Hidden = HIDDEN
    if isinstance(habit, Shown) and isinstance(changed, Shown) and habit.share is not None:
        gap = habit.share - (changed.share or 0.0)
    arrays = use.arrays
    present = Metric(use.people, use.people.size, use.people.size)
    entitled = use.metric("in_changed_work", scope.tool)
    leave = use.once("on leave", lambda: _leave(use))
    return Ladder(
        as_of=arrays.as_of,
        data_to=arrays.data_to,
        people=present.people(wanted, whole=whole),
        on_leave=_beside(leave, present, wanted, whole=whole),
        access=rungs["access"],
        active=rungs["active"],
        habitual=habit,
        new=_beside(use.metric("new", scope.tool), entitled, wanted, whole=whole),
        in_changed_work=changed,
        translation_gap=gap,
        first_use=_first_use(use, scope, wanted, whole=whole),
        is_simulated=arrays.is_simulated,
        partial=use.people.covered(wanted)[1],
    )


def _rung(metric: Metric | None, wanted: Bools, *, whole: bool) -> Rung:
    return HIDDEN if metric is None else metric.rung(wanted, whole=whole)


def _beside(
    metric: Metric | None, base: Metric | None, wanted: Bools, *, whole: bool
) -> int | Hidden:
    """How many stand beside the people of ``base``: nobody, or whole groups of them."""
    if metric is None or base is None or isinstance(base.people(wanted, whole=whole), Hidden):
        return HIDDEN
    kept, _left_out = base.groups.covered(wanted)
    return metric.people(wanted, whole=whole) if metric.of[kept].any() else 0


def _leave(use: Use) -> Metric:
    units, unit = use.arrays.units, use.arrays.unit
    (size,) = by_unit(units, unit, use.arrays.on_leave)
    return Metric(groups_of(units, size, use.k, within=use.people), size, size)


def _first_use(use: Use, scope: Scope, wanted: Bools, *, whole: bool) -> Waiting | Hidden:
    """Of those who got access in the last year; its own groups, within those of A."""
    base = use.groups("judged", scope.tool)
    if base is None:
        return HIDDEN
    who, days, used = use.once(
        ("first use", scope.tool), lambda: first_use(use.arrays, tool=scope.tool)
    )
    there = use.present[who]
    who, days, used = who[there], days[there], used[there]
    groups = use.once(("began", scope.tool), lambda: _beginners(use, base, who, scope.tool))
    kept, left_out = groups.covered(wanted)
    inside = kept[use.arrays.unit[who]]
    if inside.sum() < groups.smallest or (whole and left_out):
        return HIDDEN
    median = time_to_first_use(days[inside], used[inside]).quantile(0.5)
    return Waiting(None if np.isnan(median) else median, int(inside.sum()))


def _beginners(use: Use, base: Groups, who: Ints, tool: int | None) -> Groups:
    """Their atoms; who is new but did not begin, or the other way round, is in them as many."""
    _judged, _habitual, new = use.habit(tool)
    entitled = use.access(tool).entitled
    began = np.zeros(len(use.arrays.unit), np.bool_)
    began[who] = True
    return use.parted(base, began & entitled & ~new, began & ~entitled, new & ~began, began)


def _below_weekly(use: Use, weeks: int, tool: int | None) -> Metric | None:
    groups = use.groups("access", tool)
    if groups is None:
        return None
    of = use.access(tool).entitled & use.present
    below = of & (use.days(weeks=weeks, tool=tool) < weeks)
    sizes, counts = by_unit(use.arrays.units, use.arrays.unit, of, below)
    return veiled(groups, counts, sizes)


def concentration(
    scope: Scope, at: datetime, *, weeks: int = FULL_WEEKS, use: Use | None = None
) -> Concentration | Hidden:
    """How evenly the active days of the last ``weeks`` complete weeks are spread over A.

    Steps of the curve, and the top tenth, hold the minimum group and more; else they are left out.
    """
    use = use or load_use(at)
    groups = use.groups("access", scope.tool)
    if groups is None:
        return HIDDEN
    wanted = use.wanted(scope)
    kept, left_out = groups.covered(wanted)
    inside = kept[use.arrays.unit] & use.access(scope.tool).entitled & use.present
    people = int(inside.sum())
    if people < max(SMALLEST_SPREAD, groups.smallest) or (scope.unit is not None and left_out):
        return HIDDEN
    days = use.days(weeks=weeks, tool=scope.tool)
    spread = spread_of(days[inside])
    below = use.once(("below", weeks, scope.tool), lambda: _below_weekly(use, weeks, scope.tool))
    steps = min(10, people // use.k)
    shares = [step / steps for step in range(steps + 1)]
    nobody = bool(np.isnan(spread.gini))
    return Concentration(
        as_of=use.arrays.as_of,
        weeks=weeks,
        of=people,
        gini=None if nobody else spread.gini,
        gini_low=None if nobody else spread.low,
        gini_high=None if nobody else spread.high,
        top_tenth_share=None if nobody or people < 10 * use.k else spread.top_tenth,
        below_weekly=HIDDEN if below is None else below.rung(wanted),
        lorenz=()
        if nobody
        else tuple(zip(shares, map(float, lorenz(days[inside], shares)), strict=True)),
    )


def heat_map(
    at: datetime, *, rung: str = "habitual", tool: int | None = None, use: Use | None = None
) -> HeatMap:
    """First-level units x sites. A pair is shown whole or Hidden; one without anybody is absent."""
    if rung not in RUNGS:
        raise ValueError(f"no such rung: {rung}")
    use = use or load_use(at)
    units = use.arrays.units
    metric = use.metric(rung, tool)
    size = use.people.size
    tops = np.flatnonzero(units.parent < 0)
    rows = units.pk[np.isin(units.parent, tops)]
    cells: dict[tuple[int, int], Rung] = {}
    for unit in rows:
        below = units.below(int(unit))
        for site in np.unique(units.site[below & (units.site > 0) & (size > 0)]):
            wanted = below & (units.site == site)
            cells[int(unit), int(site)] = _rung(metric, wanted, whole=True)
    return HeatMap(
        as_of=use.arrays.as_of,
        rung=rung,
        units=_places(OrgUnit, {unit for unit, _site in cells}),
        sites=_places(Site, {site for _unit, site in cells}),
        cells=cells,
    )


def _places(model: type[OrgUnit | Site], pks: set[int]) -> tuple[Place, ...]:
    rows = model.objects.filter(pk__in=pks).order_by("name").values_list("pk", "public_id", "name")
    return tuple(Place(pk, str(public_id), name) for pk, public_id, name in rows)
