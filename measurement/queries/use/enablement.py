"""Are managers and teams ready for the redesigns they work in, or are to work in?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from measurement.queries.use.arrays import Bools, Ints, Units, places_in
from measurement.queries.use.figures import (
    HIDDEN,
    Coverage,
    Hidden,
    Rung,
    Scope,
    Shown,
    TrainingCoverage,
    WorkflowUse,
)
from measurement.queries.use.groups import Groups, Metric, by_unit, groups_of, veiled
from measurement.queries.use.loaded import Use, load_use
from people.models import Training
from workflows.choices import RedesignState

# Past Redesigned: everybody signed, or further.
SIGNED = (
    RedesignState.APPROVED,
    RedesignState.LIVE,
    RedesignState.MEASURED,
    RedesignState.SUSPENDED,
)
# The redesign that speaks for its workflow; what runs goes before what is approved.
CHANGES = """
SELECT DISTINCT ON (w.id) w.id, w.unit_id, coalesce(u.head_id, 0),
    coalesce(g.at::date - DATE '2000-01-01', -1),
    EXISTS (SELECT FROM workflows_teamtalk t WHERE t.redesign_id = r.id)::int,
    coalesce(v.tool_id, 0)
FROM workflows_workflow w
JOIN people_orgunit u ON u.id = w.unit_id
JOIN workflows_redesign r ON r.workflow_id = w.id AND r.state = ANY(%(states)s)
LEFT JOIN workflows_golive g ON g.redesign_id = r.id
LEFT JOIN workflows_revision v ON v.id = r.current_revision_id
WHERE w.retired_at IS NULL
ORDER BY w.id, (r.state = 'approved'), r.created_at DESC, r.id DESC
"""
FINISHED = """
SELECT c.person_id, c.training_id, c.completed_date - DATE '2000-01-01'
FROM people_trainingcompletion c WHERE c.training_id = ANY(%(trainings)s)
    AND c.completed_date < %(end)s
"""
# AI-assisted cases of the people of a unit with a tool; NULL where no source delivers them.
ASSISTED = """
SELECT person_id, tool_id, sum(assisted_cases)::bigint FROM measurement_usageweek
WHERE week >= %(first)s AND week < %(end)s AND assisted_cases IS NOT NULL
    AND tool_id = ANY(%(tools)s)
GROUP BY person_id, tool_id
"""
CLOSED = """
SELECT workflow_id, count(*) FROM measurement_case
WHERE workflow_id = ANY(%(workflows)s) AND status = 'completed'
    AND completed_at >= %(first)s AND completed_at < %(end)s
GROUP BY workflow_id
"""
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Change:
    """A workflow past Redesigned; ``live_day`` counts from 2000-01-01, None before go-live."""

    workflow: int
    unit: int
    manager: int
    live_day: int | None
    talked: bool
    tool: int


def coverage(scope: Scope, at: datetime, *, use: Use | None = None) -> Coverage:
    """Managers who were trained and held the talk; people trained before the go-live.

    A person in several workflows counts once and is ready when trained before the first go-live.
    """
    use = use or load_use(at)
    wanted, whole = use.wanted(scope), scope.unit is not None
    found = use.once("enablement", lambda: _read(use))
    return Coverage(
        as_of=use.arrays.as_of,
        managers=found.managers.rung(wanted, whole=whole),
        ready=HIDDEN if found.ready is None else found.ready.rung(wanted, whole=whole),
        trainings=tuple(
            TrainingCoverage(
                training.code,
                training.name,
                training.required_of,
                metric.rung(wanted, whole=whole),
            )
            for training, metric in found.trainings
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What every scope's coverage is a sum of; ``ready`` is None where nothing is required."""

    managers: Metric
    ready: Metric | None
    trainings: tuple[tuple[Training, Metric], ...]


def _read(use: Use) -> _Read:
    changes = _changes()
    required = list(
        Training.objects.exclude(required_of="nobody")
        .filter(retired_date__isnull=True)
        .order_by("code")
    )
    done, managers = _finished(use, required), _Managers(use, changes)
    live = _first_live(use, changes)
    assigned = use.present & (live < NEVER)
    people = _group(use, assigned)
    of_people = [done[row.pk] for row in required if row.required_of == "people"]
    ready = assigned & np.all([days < live for days in of_people], axis=0)
    return _Read(
        managers=managers.metric(managers.enabled(required, done)),
        ready=_metric(use, people, assigned, ready) if of_people else None,
        trainings=tuple(
            (
                row,
                managers.metric(managers.of(done[row.pk]))
                if row.required_of == "managers"
                else _metric(use, people, assigned, assigned & (done[row.pk] < NEVER)),
            )
            for row in required
        ),
    )


class _Managers:
    """Heads of units that have a workflow past Redesigned; each stands in the first such unit."""

    def __init__(self, use: Use, changes: Sequence[Change]) -> None:
        self.units = use.arrays.units
        mine: dict[int, list[Change]] = {}
        for change in changes:
            if change.manager:
                mine.setdefault(change.manager, []).append(change)
        self.person = np.array(sorted(mine), dtype=np.int64)
        first = [min(row.unit for row in mine[person]) for person in self.person.tolist()]
        self.unit = self.units.index_of(first)
        self.talked = np.array(
            [all(row.talked for row in mine[person]) for person in self.person.tolist()],
            dtype=np.bool_,
        )
        self.place = places_in(use.arrays.person, self.person)
        (size,) = by_unit(self.units, self.unit, np.ones(len(self.person), np.bool_))
        self.groups = groups_of(self.units, size, use.k)

    def of(self, day: Ints) -> Bools:
        """Whether each finished, by the days of all people; who is no employee has not."""
        known = self.place >= 0
        found = np.zeros(len(self.person), np.bool_)
        found[known] = day[self.place[known]] < NEVER
        return found

    def enabled(self, required: Sequence[Training], done: dict[int, Ints]) -> Bools:
        found = self.talked.copy()
        for training in required:
            found &= self.of(done[training.pk])
        return found

    def metric(self, yes: Bools) -> Metric:
        everybody = np.ones(len(self.person), np.bool_)
        of, count = by_unit(self.units, self.unit, everybody, yes)
        return veiled(self.groups, count, of)


def use_by_workflow(
    workflow_ids: Sequence[int], at: datetime, *, use: Use | None = None
) -> dict[int, WorkflowUse]:
    """Breadth and depth of the workflows among these that are past Redesigned and name a tool.

    A source counts assisted cases by person and tool: those of somebody who works in several
    workflows with one tool count in each. At most all cases are assisted.
    """
    use = use or load_use(at)
    asked = set(workflow_ids)
    changes = [row for row in _changes() if row.workflow in asked and row.tool]
    tools = sorted({row.tool for row in changes})
    terms = {
        "first": use.arrays.as_of - timedelta(weeks=4),
        "end": use.arrays.as_of,
        "tools": tools,
        "workflows": [row.workflow for row in changes],
    }
    assisted = _rows(ASSISTED, terms)
    closed = dict(_rows(CLOSED, terms))
    by_tool = {tool: _assisted_by_unit(use, tool, assisted) for tool in tools}
    return {
        row.workflow: WorkflowUse(
            row.workflow,
            breadth(use, row.tool, row.unit),
            _depth(use, row, by_tool[row.tool], closed.get(row.workflow, 0)),
        )
        for row in changes
    }


def breadth(use: Use, tool: int, unit: int) -> Rung:
    """Active on the tool, of all the people of the unit.

    Who has access to a tool is told of every group. The active ones are therefore told only of the
    groups that tell the tool's figures apart: of any other, the two together would be about the few
    who have it. That all or all but one of those use it is told where they are all the people.
    """
    return use.once(("breadth", tool, unit), lambda: _breadth(use, tool, unit))


def _breadth(use: Use, tool: int, unit: int) -> Rung:
    wanted = _below(use, unit)
    access, active = use.metric("access", tool), use.metric("active", tool)
    if access is None or active is None:
        return HIDDEN
    people, users = access.rung(wanted, whole=True), active.rung(wanted, whole=True)
    if isinstance(people, Hidden) or isinstance(users, Hidden):
        return HIDDEN
    if users.word == "nearly_all" and users.of < people.of:
        return HIDDEN
    return Shown(people.of, users.count, users.word)


def _below(use: Use, unit: int) -> Bools:
    return use.once(("below", unit), lambda: use.arrays.units.below(unit))


def _assisted_by_unit(use: Use, tool: int, assisted: list[tuple[Any, ...]]) -> tuple[Ints, Ints]:
    """(m,) people with access and assisted cases directly in each unit, and those cases."""
    rows = [(person, cases) for person, of, cases in assisted if of == tool]
    place = places_in(use.arrays.person, [person for person, _cases in rows])
    cases = np.array([cases for _person, cases in rows], dtype=np.int64)
    told = (place >= 0) & (cases > 0)
    told[told] = (use.access(tool).entitled & use.present)[place[told]]
    unit = use.arrays.unit[place[told]]
    size = len(use.arrays.units.pk)
    people = np.bincount(unit, minlength=size).astype(np.int64)
    total = np.bincount(unit, weights=cases[told], minlength=size)
    return people, np.rint(total).astype(np.int64)


def _depth(
    use: Use, row: Change, by_place: tuple[Ints, Ints], closed: int
) -> tuple[int, int] | None:
    """None, too, where one of the tool's blocks in the unit has assisted cases of a few alone."""
    blocks = use.groups("access", row.tool)
    if blocks is None or not closed or isinstance(breadth(use, row.tool, row.unit), Hidden):
        return None
    people, cases = by_place
    wanted = _below(use, row.unit)
    block = np.where(blocks.atom >= 0, blocks.atom, blocks.atom.max() + 1)
    among = np.bincount(block[wanted], weights=people[wanted])
    if not among.any() or (among[among > 0] < use.k).any():
        return None
    return min(int(cases[wanted].sum()), closed), closed


def _metric(use: Use, groups: Groups, of: Bools, yes: Bools) -> Metric:
    sizes, counts = by_unit(use.arrays.units, use.arrays.unit, of, yes)
    return veiled(groups, counts, sizes)


def _group(use: Use, mask: Bools) -> Groups:
    units: Units = use.arrays.units
    (size,) = by_unit(units, use.arrays.unit, mask)
    return groups_of(units, size, use.k, within=use.people)


def _changes() -> list[Change]:
    return [
        Change(workflow, unit, manager, None if day < 0 else day, bool(talked), tool)
        for workflow, unit, manager, day, talked, tool in _rows(
            CHANGES, {"states": [str(state) for state in SIGNED]}
        )
    ]


def _first_live(use: Use, changes: Sequence[Change]) -> Ints:
    """(n,) day of the first go-live of the workflows a person is assigned to; NEVER for none."""
    units = use.arrays.units
    by_place = np.full(len(units.pk), NEVER, np.int64)
    for change in changes:
        if change.live_day is not None:
            below = units.below(change.unit)
            by_place[below] = np.minimum(by_place[below], change.live_day)
    found: Ints = by_place[use.arrays.unit]
    return found


def _finished(use: Use, required: Sequence[Training]) -> dict[int, Ints]:
    """By training (n,) the day somebody finished it, counted from 2000-01-01; NEVER for not."""
    done = {row.pk: np.full(len(use.arrays.person), NEVER, np.int64) for row in required}
    rows = _rows(FINISHED, {"trainings": list(done), "end": use.arrays.as_of})
    place = places_in(use.arrays.person, [row[0] for row in rows])
    for at, (_person, training, day) in zip(place, rows, strict=True):
        if at >= 0:
            done[training][at] = day
    return done


def _rows(query: str, terms: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, terms)
        return list(cursor.fetchall())
