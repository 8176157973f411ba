"""Who is left out? The ladder over time and by place, and how evenly use is spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.models import Annotation, ScopeFigures, Snapshot, WorkflowRow
from adoption_portal.console.queries import people
from adoption_portal.console.queries.chosen import Chosen, figures_shown
from adoption_portal.console.queries.pages.overview import ladder_definition
from adoption_portal.console.queries.pages.sheets import Sheet, sheet, those_there
from adoption_portal.console.queries.trust import notes_on
from core import charts
from core.charts import words
from core.charts.table import Table

MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class PlaceRow:
    kind: str
    name: str
    rungs: tuple[str, ...]  # access, active, habitual, in changed work; empty is hidden


@dataclass(frozen=True, slots=True)
class AdoptionPage:
    answer: str
    ladder: list[people.LadderRow]
    left_out: str
    first_use: str
    habitual: charts.Trend | None
    changed: charts.Trend | None
    lorenz: charts.Lorenz | None
    gini: str
    sharing: str
    places: list[PlaceRow]

    def sheets(self) -> tuple[Sheet, ...]:
        heads = (_("Place"), _("Have access"), _("Active"), _("Habitual"), _("In changed work"))
        places = Table(
            caption=_("By site, function and unit"),
            headers=heads,
            rows=tuple(
                (row.name, *(text or _("hidden") for text in row.rungs)) for row in self.places
            ),
        )
        return those_there(
            sheet(
                "ladder",
                _("Access is not adoption"),
                ladder_definition(),
                people.ladder_table(self.ladder) if self.ladder else None,
            ),
            sheet("habitual", _("Habitual use over time"), ladder_definition(), self.habitual),
            sheet("changed", _("In changed work over time"), ladder_definition(), self.changed),
            sheet("sharing", _("A few do most of it"), self.sharing, self.lorenz),
            sheet("places", _("By site, function and unit"), ladder_definition(), places),
        )


def adoption_page(
    snapshot: Snapshot, chosen: Chosen, annotations: Sequence[Annotation]
) -> AdoptionPage:
    """Four queries."""
    now, earlier = figures_shown(snapshot, chosen)
    places = _places(snapshot)
    sharing = people.sharing_of(now)
    points = _over_time(chosen)
    return AdoptionPage(
        answer=_answer(now, places, chosen),
        ladder=people.ladder_of(now, earlier),
        left_out=people.new_words(now),
        first_use=_first_use(now),
        habitual=_trend(points, "habitual", _("Habitual use over time"), annotations),
        changed=_trend(points, "in_changed_work", _("In changed work over time"), annotations),
        lorenz=sharing[0] if sharing else None,
        gini=sharing[1] if sharing else "",
        sharing=sharing[2] if sharing else "",
        places=[place.row for place in places],
    )


def _over_time(chosen: Chosen) -> list[tuple[Any, dict[str, Any]]]:
    group = chosen.people_kind
    if group is None:
        return []
    kind, key = group
    rows = ScopeFigures.objects.filter(kind=kind, key=key)
    if chosen.since is not None:
        rows = rows.filter(snapshot__taken_at__gte=chosen.since)
    found = rows.order_by("-snapshot__taken_at").values_list("snapshot__taken_at", "ladder")
    by_day = {timezone.localdate(taken): ladder for taken, ladder in list(found[:200])[::-1]}
    return list(by_day.items())[-MOST_POINTS:]


def _trend(
    points: Sequence[tuple[Any, dict[str, Any]]],
    rung: str,
    title: str,
    annotations: Sequence[Annotation],
) -> charts.Trend | None:
    """Per cent over the days of the counts; None with fewer than two that may be shown."""
    told = [(day, people.percent_of(ladder.get(rung))) for day, ladder in points]
    if sum(value is not None for _day, value in told) < 2:  # noqa: PLR2004  one point is no trend
        return None
    return charts.Trend(
        points=tuple(charts.TrendPoint(words.day(day), value) for day, value in told),
        floor=0.0,
        ceiling=100.0,
        title=title,
        notes=notes_on([day for day, _value in told], annotations),
        percent=True,
    )


def _first_use(now: ScopeFigures | None) -> str:
    found = now.ladder.get("first_use") if now is not None else None
    if not found:
        return ""
    days, of = found
    if days is None:
        told = _("Of %(of)s people who got access within a year, fewer than half have used it.")
        return told % {"of": words.number(of)}
    return _("Half of %(of)s people who got access within a year used it within %(length)s.") % {
        "of": words.number(of),
        "length": words.duration(days * words.DAY),
    }


@dataclass(frozen=True, slots=True)
class Place:
    row: PlaceRow
    is_unit: bool
    active: people.Rung


def _answer(now: ScopeFigures | None, places: Sequence[Place], chosen: Chosen) -> str:
    """Units are compared in the whole organisation alone: a filter has chosen a group already."""
    if chosen.people_kind is None:
        return _(
            "Two filters together would cut groups into small ones. Take all but one away to see"
            " people."
        )
    units = [(place.row.name, place.active) for place in places if place.is_unit]
    told = people.answer_of(now, [] if chosen.groups else units)
    if not told:
        return _("Nothing is told of who is left out: the group is protected, or has no access.")
    live = WorkflowRow.objects.filter(chosen.rows(), live_at__isnull=False)
    uses = live.order_by("pk").values_list("use", flat=True)
    return f"{told} {people.few_in_work([use.get('breadth') for use in uses])}".strip()


def _places(snapshot: Snapshot) -> list[Place]:
    """Sites, functions and the units of the first level, by name: this is no league table."""
    rows = (
        ScopeFigures.objects.filter(snapshot=snapshot, depth__lte=1)
        .exclude(kind__in=[ScopeKind.ORGANISATION, ScopeKind.TOOL])
        .order_by("kind", "name", "pk")
        .values_list("kind", "name", "depth", "ladder")
    )
    labels = dict(ScopeKind.choices)
    return [
        Place(
            row=PlaceRow(
                kind=str(labels[kind]),
                name=name,
                rungs=tuple(people.rung_words(ladder.get(rung)) for rung in people.LOOKS),
            ),
            is_unit=kind == ScopeKind.UNIT,
            active=ladder.get("active"),
        )
        for kind, name, depth, ladder in rows
        if kind != ScopeKind.UNIT or depth == 1
    ]


@dataclass(frozen=True, slots=True)
class UseRow:
    """One live workflow; ``breadth`` empty is hidden, a dash where nothing is known."""

    row: WorkflowRow
    breadth: str
    depth: str


def use_rows(rows: Sequence[WorkflowRow]) -> list[UseRow]:
    told = []
    for row in rows:
        depth = row.use.get("depth")
        told.append(
            UseRow(
                row=row,
                breadth=people.rung_words(row.use.get("breadth")) if row.use else words.NONE,
                depth=_("%(count)s of %(of)s")
                % {"count": words.number(depth[0]), "of": words.number(depth[1])}
                if depth
                else words.NONE,
            )
        )
    return told


def workflows_in_use(chosen: Chosen) -> QuerySet[WorkflowRow]:
    """Breadth and depth of each workflow that is live, by name."""
    return (
        WorkflowRow.objects.filter(chosen.rows(), live_at__isnull=False)
        .select_related("workflow", "unit")
        .order_by("name", "pk")
    )
