"""Everybody's use at one Monday, read once; figures for any number of scopes come from it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
from django.conf import settings

from measurement.indicators import Habit, habitual
from measurement.queries.use.arrays import (
    Access,
    Bools,
    Floats,
    Ints,
    UseArrays,
    active_days,
    recent,
    use_arrays,
)
from measurement.queries.use.changed import changed_workflows
from measurement.queries.use.figures import Scope
from measurement.queries.use.groups import (
    Groups,
    Metric,
    by_unit,
    groups_of,
    part_of,
    tool_groups,
    veiled,
    without_narrow_cuts,
)

T = TypeVar("T")


@dataclass(eq=False)
class Use:
    """People, their groups and their figures; k is the organisation's minimum group.

    Units alone are what a scope selects; people are counted by unit once for each figure.
    """

    arrays: UseArrays
    k: int

    @cached_property
    def present(self) -> Bools:
        """P: employed and not on long leave."""
        return ~self.arrays.on_leave

    @cached_property
    def people(self) -> Groups:
        return groups_of(self.arrays.units, self._count(self.present), self.k)

    @cached_property
    def _with_access(self) -> Groups:
        """A, among the cells of P."""
        entitled = self.arrays.access(None).entitled & self.present
        return groups_of(self.arrays.units, self._count(entitled), self.k, within=self.people)

    def parted(self, groups: Groups, *parts: Bools) -> Groups:
        """The same, coarser: each of ``parts`` (n,) has nobody or enough people in every atom."""
        for part in parts:
            groups = part_of(groups, self.arrays.units, self._count(part))
        return groups

    def classes(self, groups: Groups, tool: int | None) -> Groups:
        """Atoms of A in which those whose habit is read, the new and the away are each so many.

        Every one of these numbers follows from the other two and A; and A is told by finer atoms.
        """
        judged, _habitual, new = self.habit(tool)
        away = self.access(tool).entitled & self.present & ~judged & ~new
        found = self.parted(groups, new | away, judged, new, away)
        return without_narrow_cuts(found, groups, *map(self._count, (judged, new, away)))

    @cached_property
    def _judged(self) -> Groups:
        return self.classes(self._with_access, None)

    @cached_property
    def _by_tool(self) -> tuple[Groups, frozenset[int]]:
        """Who has access to what, among A: nobody else is in a tool's figures."""
        arrays = self.arrays
        among = arrays.access(None).entitled & self.present
        has = arrays.entitled_by[:, among]
        return tool_groups(self._with_access, arrays.units, arrays.unit[among], has)

    @cached_property
    def _judged_by_tool(self) -> tuple[Groups, frozenset[int]]:
        """Whose habit is read of which tool, among those it is read of at all."""
        arrays = self.arrays
        among = self._habit_of(None)[0]
        judged = np.zeros((len(arrays.tools), int(among.sum())), np.bool_)
        for place, tool in enumerate(arrays.tools):
            judged[place] = self._habit_of(int(tool))[0][among]
        return tool_groups(self._judged, arrays.units, arrays.unit[among], judged)

    def groups(self, denominator: str, tool: int | None) -> Groups | None:
        """``denominator``: "people", "access" or "judged"; None for a tool that is not told.

        Whether people have access to a tool is told of all people: it says nothing of what they do.
        """
        if tool is None or denominator == "people":
            return {"people": self.people, "access": self._with_access, "judged": self._judged}[
                denominator
            ]
        blocks, shown = self._judged_by_tool if denominator == "judged" else self._by_tool
        at = np.flatnonzero(self.arrays.tools == tool)
        if not len(at) or int(at[0]) not in shown:
            return None
        if denominator == "access":
            return blocks
        return self.once(("classes", tool), lambda: self.classes(blocks, tool))

    def access(self, tool: int | None) -> Access:
        return self.arrays.access(tool)

    def habit(self, tool: int | None) -> tuple[Bools, Bools, Bools]:
        """(n,) each of all people: judged, habitual, new."""
        return self._habit_of(tool)

    def _habit_of(self, tool: int | None) -> tuple[Bools, Bools, Bools]:
        if tool not in self._habits:
            access = self.arrays.access(tool)
            within = access.entitled & self.present
            found: Habit = habitual(access.used, self.arrays.worked, access.entitled_before)
            judged, new = found.judged & within, found.new & within
            # Too few to be left out without being told of: they stay in, without a habit.
            for few in (new, within & ~judged & ~new):
                if few.sum() < self.k:
                    judged = judged | few
            new = new & ~judged
            self._habits[tool] = (judged, found.habitual & judged, new)
        return self._habits[tool]

    @cached_property
    def _habits(self) -> dict[int | None, tuple[Bools, Bools, Bools]]:
        return {}

    def metric(self, rung: str, tool: int | None) -> Metric | None:
        """One of "access", "active", "habitual" and "in_changed_work", "new"; None as above."""
        return self.once(("metric", rung, tool), lambda: self._metric(rung, tool))

    def _metric(self, rung: str, tool: int | None) -> Metric | None:
        among = {"access": "people", "habitual": "judged", "new": "judged"}
        groups = self.groups(among.get(rung, "access"), tool)
        if groups is None:
            return None
        of, yes = self._of_and_yes(rung, tool)
        sizes, counts = by_unit(self.arrays.units, self.arrays.unit, of, yes)
        if rung in {"habitual", "new"}:
            groups = replace(groups, size=sizes)
        if rung == "new" and not of.any() and self._has_new(tool):
            return None  # so few that they count with the others
        if rung in {"active", "habitual"}:
            return veiled(groups, counts, sizes)
        return Metric(groups, counts, sizes)

    def _has_new(self, tool: int | None) -> bool:
        access = self.access(tool)
        return bool((access.entitled & self.present & ~access.entitled_before).any())

    def _of_and_yes(self, rung: str, tool: int | None) -> tuple[Bools, Bools]:
        access = self.access(tool)
        entitled = access.entitled & self.present
        judged, habitual_users, new = self.habit(tool)
        return {
            "access": (self.present, entitled),
            "active": (entitled, entitled & recent(access.used)),
            "habitual": (judged, habitual_users),
            "new": (new, new),
            "in_changed_work": (entitled, entitled & self.arrays.in_changed),
        }[rung]

    def wanted(self, scope: Scope) -> Bools:
        """(m,) the units of the scope."""
        units = self.arrays.units
        found = np.ones(len(units.pk), np.bool_) if scope.unit is None else units.below(scope.unit)
        if scope.site is not None:
            found = found & (units.site == scope.site)
        if scope.function:
            found = found & (units.function == scope.function)
        return found

    def days(self, *, weeks: int, tool: int | None) -> Floats:
        return self.once(
            ("days", weeks, tool), lambda: active_days(self.arrays, weeks=weeks, tool=tool)
        )

    def once(self, key: Hashable, asked: Callable[[], T]) -> T:
        """What many scopes share is worked out for the first of them."""
        if key not in self._known:
            self._known[key] = asked()
        return cast("T", self._known[key])

    @cached_property
    def _known(self) -> dict[Hashable, object]:
        return {}

    def _count(self, mask: Bools) -> Ints:
        return by_unit(self.arrays.units, self.arrays.unit, mask)[0]


def load_use(at: datetime) -> Use:
    """Seven queries, whatever the rows; seconds for 100,000 people."""
    return Use(use_arrays(at, changed_workflows(at)), settings.MINIMUM_GROUP)
