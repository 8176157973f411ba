"""What was published of a wave: ``ReleasedCell``, tallies, and the frozen tree, nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import get_language

from people.choices import ORGANISATION_WIDE_ROLES, Role
from people.models import Assignment, OrgUnitClosure, Person
from people.rules import open_grants
from surveys.choices import WITH_RESULTS, CellScope, Subset, WaveState
from surveys.errors import ResultsNotReady
from surveys.models import Comment, Item, Participation, ReleasedCell, Scale, Wave
from surveys.queries.attribute_tables import AttributeTable, attribute_tables
from surveys.queries.questionnaire import Questionnaire, questionnaire
from surveys.queries.waves import waves_before

Figures = Mapping[str, ReleasedCell]
RESPONDENTS = "respondents"


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit of the frozen tree. Figures by metric; a metric that is hidden is not there.

    ``figures`` are of the unit and all below it, ``direct`` of those directly in it, ``careful``
    without careless answers (program office only), ``earlier`` of the wave before.
    ``response_rate``: answered of invited, 0 to 1, None while the number of answers is hidden.
    """

    unit: int
    name: str
    depth: int
    invited: int
    response_rate: float | None
    figures: Figures
    direct: Figures
    careful: Figures
    earlier: Figures

    @property
    def is_hidden(self) -> bool:
        return RESPONDENTS not in self.figures


@dataclass(frozen=True, slots=True)
class CommentBlock:
    """Comments of one unit in random order; ``withheld`` counts those a reviewer keeps back."""

    unit: int
    name: str
    texts: tuple[str, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class ResultPage:
    """``units``: those in the person's reach, parents before children, hidden ones too.

    ``comments`` are empty for all but the program office, ``attributes`` for those who do not see
    everything. ``earlier``: the wave of the same instrument that ``UnitResult.earlier`` is of.
    """

    wave: Wave
    questionnaire: Questionnaire
    scales: tuple[Scale, ...]
    units: tuple[UnitResult, ...]
    comments: tuple[CommentBlock, ...]
    attributes: tuple[AttributeTable, ...]
    earlier: Wave | None
    sees_all: bool
    is_office: bool

    @property
    def whole(self) -> UnitResult:
        return self.units[0]


def results_of(wave: Wave, person: Person) -> ResultPage:
    """What ``person`` may see of a wave of ``waves_visible_to(person)``; five to seven queries.

    The invited see the whole and the units on the way down to their own; managers their subtree
    as well; the workflow's owner, those above and who reads the whole organisation, everything.
    Raises ResultsNotReady before the release; a wave with too few answers has no figures.
    """
    known = _with_rights(wave, person)
    if known.state not in {*WITH_RESULTS, WaveState.TOO_FEW}:
        raise ResultsNotReady
    visible, sees_all = _visible(known, person)
    items = list(known.instrument.items.select_related("scale").order_by("part", "position"))
    cells = _cells(known)
    earlier = next((cell.wave for cell in cells if cell.wave_id != known.pk), None)
    is_office = bool(known.is_office)  # type: ignore[attr-defined]
    return ResultPage(
        wave=known,
        questionnaire=questionnaire(known, get_language() or "", items=items),
        scales=_scales(items),
        units=_units(known, visible, cells, is_office=is_office),
        comments=_comments(known) if is_office else (),
        attributes=attribute_tables(known, items) if sees_all and known.attributes else (),
        earlier=earlier,
        sees_all=sees_all,
        is_office=is_office,
    )


def _with_rights(wave: Wave, person: Person) -> Wave:
    """The wave again with what decides about its reader, in one query."""
    place = Participation.objects.filter(wave=OuterRef("pk"), person=person)
    works_in = Assignment.objects.filter(person=person, valid__contains=timezone.localdate())
    return (
        Wave.objects.select_related("instrument", "workflow", "snapshot")
        .annotate(
            is_office=Exists(open_grants(person, [Role.PROGRAM_OFFICE])),
            reads_all=Exists(open_grants(person, ORGANISATION_WIDE_ROLES)),
            own_unit=Subquery(place.values("unit")[:1]),
            unit_today=Subquery(works_in.values("unit")[:1]),
        )
        .get(pk=wave.pk)
    )


def _visible(wave: Wave, person: Person) -> tuple[frozenset[int], bool]:
    """Units of the tree ``person`` may read, and whether that is all of them."""
    tree = wave.snapshot.tree
    parent_of = {node["unit"]: node["parent"] for node in tree}
    top = tree[0]["unit"]
    everything = frozenset(parent_of)
    if wave.reads_all or wave.workflow.owner_id == person.pk:  # type: ignore[attr-defined]
        return everything, True
    headed = set(
        OrgUnitClosure.objects.filter(ancestor__head=person, descendant__in=parent_of).values_list(
            "descendant", flat=True
        )
    )
    if top in headed:
        return everything, True
    own = wave.own_unit or wave.unit_today  # type: ignore[attr-defined]
    ways_down = _upwards(parent_of, [*headed, own])
    return frozenset(headed | ways_down | {top}), False


def _upwards(parent_of: Mapping[int, int | None], units: Iterable[int | None]) -> set[int]:
    found: set[int] = set()
    for start in units:
        unit = start
        while unit is not None and unit in parent_of and unit not in found:
            found.add(unit)
            unit = parent_of[unit]
    return found


def _cells(wave: Wave) -> list[ReleasedCell]:
    """Of this wave and of the one before it, in one query."""
    before = waves_before(wave).values("pk")[:1]
    return list(
        ReleasedCell.objects.filter(Q(wave=wave) | Q(wave=Subquery(before)))
        .select_related("wave")
        .order_by("pk")
    )


def _units(
    wave: Wave, visible: frozenset[int], cells: list[ReleasedCell], *, is_office: bool
) -> tuple[UnitResult, ...]:
    figures: dict[tuple[bool, int, str, str], dict[str, ReleasedCell]] = {}
    for cell in cells:
        key = (cell.wave_id == wave.pk, cell.unit_id, cell.scope, cell.subset)
        figures.setdefault(key, {})[cell.metric] = cell
    depth, invited = _depths(wave.snapshot.tree), _invited(wave.snapshot.tree)

    def of(unit: int, scope: CellScope, subset: Subset, *, now: bool = True) -> Figures:
        return figures.get((now, unit, scope, subset), {})

    return tuple(
        UnitResult(
            unit=unit,
            name=node["name"],
            depth=depth[unit],
            invited=invited[unit],
            response_rate=_rate(of(unit, CellScope.ROLL_UP, Subset.ALL), invited[unit]),
            figures=of(unit, CellScope.ROLL_UP, Subset.ALL),
            direct=of(unit, CellScope.DIRECT, Subset.ALL),
            careful=of(unit, CellScope.ROLL_UP, Subset.CAREFUL) if is_office else {},
            earlier=of(unit, CellScope.ROLL_UP, Subset.ALL, now=False),
        )
        for node in wave.snapshot.tree
        if (unit := node["unit"]) in visible
    )


def _rate(figures: Figures, invited: int) -> float | None:
    answered = figures.get(RESPONDENTS)
    return answered.n / invited if answered and invited else None


def _depths(tree: list[dict[str, Any]]) -> dict[int, int]:
    depth: dict[int, int] = {}
    for node in tree:  # parents come first
        depth[node["unit"]] = depth.get(node["parent"], -1) + 1
    return depth


def _invited(tree: list[dict[str, Any]]) -> dict[int, int]:
    """Of each unit with all below it."""
    invited = {node["unit"]: node["invited"] for node in tree}
    for node in reversed(tree):
        if node["parent"] is not None:
            invited[node["parent"]] += invited[node["unit"]]
    return invited


def _scales(items: list[Item]) -> tuple[Scale, ...]:
    scales = {item.scale_id: item.scale for item in items if item.scale is not None}
    return tuple(sorted(scales.values(), key=lambda scale: scale.position))


def _comments(wave: Wave) -> tuple[CommentBlock, ...]:
    """By random id: the order they are read in says nothing."""
    names = {node["unit"]: node["name"] for node in wave.snapshot.tree}
    found: dict[int, list[Comment]] = {}
    for comment in Comment.objects.filter(wave=wave).order_by("pk"):
        found.setdefault(comment.block_id, []).append(comment)
    return tuple(
        CommentBlock(
            unit=unit,
            name=names[unit],
            texts=tuple(comment.text for comment in comments if not comment.withheld),
            withheld=sum(comment.withheld for comment in comments),
        )
        for unit, comments in found.items()
    )
