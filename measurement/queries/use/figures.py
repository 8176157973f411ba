"""What may be said about the use of AI by groups of people: figures, or that there is none.

Every figure is as of a Monday and knows complete ISO weeks only. A figure that is ``Hidden`` has no
value anywhere: not in a sort order, an export or an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose use: a unit and all below it, a site, a function, those with one tool; all together.

    ``unit``, ``site`` and ``tool`` are primary keys of OrgUnit, Site and AiTool. Empty = everybody.
    """

    unit: int | None = None
    site: int | None = None
    function: str = ""
    tool: int | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """Fewer than the minimum group, or protected; never said which of the two."""


HIDDEN = Hidden()


@dataclass(frozen=True, slots=True)
class Shown:
    """``count`` of ``of`` people.

    Where all or all but one are on one side, ``count`` is None and ``word`` is "nearly_all" or
    "nearly_none": such a share would say what each single person does.
    """

    of: int
    count: int | None
    word: str = ""

    @property
    def share(self) -> float | None:
        return None if self.count is None else self.count / self.of


Rung = Shown | Hidden


@dataclass(frozen=True, slots=True)
class Waiting:
    """Kaplan-Meier median in days, None where half have not got there; ``of`` people."""

    days: float | None
    of: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ladder of people (console-and-indicators.md section 1).

    ``people`` is |P|, active employees not on long leave; ``on_leave`` stands beside it. ``access``
    is of P; ``active`` and ``in_changed_work`` of A; ``habitual`` of A without ``new``, who have
    had a tool for under 12 weeks. ``translation_gap`` is habitual minus in changed work, as a
    difference of shares. ``data_to`` is the last day of the last week that has any row, None
    without rows.
    """

    as_of: date
    data_to: date | None
    people: int | Hidden
    on_leave: int | Hidden
    access: Rung
    active: Rung
    habitual: Rung
    new: int | Hidden
    in_changed_work: Rung
    translation_gap: float | Hidden
    first_use: Waiting | Hidden
    is_simulated: bool = False
    partial: bool = False  # a site or function without its smallest groups


@dataclass(frozen=True, slots=True)
class Concentration:
    """How evenly active days are spread over A, zeros included; never under 30 people.

    ``lorenz`` holds 11 points (p, L(p)) for p = 0, 0.1 ... 1: tenths of people, not persons.
    ``gini_low`` and ``gini_high`` are the 95 % bootstrap interval with a fixed seed; all three are
    None when nobody used anything. ``below_weekly`` counts those with fewer active days than weeks.
    """

    as_of: date
    weeks: int
    of: int
    gini: float | None
    gini_low: float | None
    gini_high: float | None
    top_tenth_share: float | None
    below_weekly: Rung
    lorenz: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class TrainingCoverage:
    """``done`` of those it is required of: people or managers of workflows past Redesigned."""

    code: str
    name: str
    required_of: str
    done: Rung


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was done before work changed.

    ``managers``: finished the required trainings and held the talk. ``ready``: trained before the
    go-live, of all assigned to workflows that are live.
    """

    as_of: date
    managers: Rung
    ready: Rung
    trainings: tuple[TrainingCoverage, ...]


@dataclass(frozen=True, slots=True)
class Place:
    pk: int
    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """First-level units by site; a pair without anybody is missing from ``cells``."""

    as_of: date
    rung: str  # "access", "active", "habitual", "in_changed_work"
    units: tuple[Place, ...]
    sites: tuple[Place, ...]
    cells: Mapping[tuple[int, int], Rung]


@dataclass(frozen=True, slots=True)
class WorkflowUse:
    """How much of one workflow is done with its tool.

    ``breadth``: active on it in 28 days, of the people assigned; ``depth``: AI-assisted cases of
    the cases closed in the same weeks, None where either is not delivered or may not be told.
    """

    workflow: int
    breadth: Rung
    depth: tuple[int, int] | None
