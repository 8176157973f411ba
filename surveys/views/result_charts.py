"""The pictures of a result page, from published figures alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import Diverging, DivergingRow, Trend, TrendPoint, trust_axis, words
from surveys.models import ReleasedCell, Wave
from surveys.queries import ResultPage, UnitResult
from surveys.queries.attribute_tables import AttributeTable
from surveys.queries.trust import ItemFacts
from surveys.scoring.intervals import UP, Change
from surveys.views.result_words import (
    SHARES_IN_WORDS,
    Figure,
    favourable_words,
    figure_of,
    mean_words,
    tells_mean,
)

SHADES = (2.2, 2.8, 3.4, 4.0)  # borders between the five shades of a mean
QUADRANTS = {
    "calibrated": gettext_lazy("Rely on it and check it"),
    "over_reliant": gettext_lazy("Rely on it without checking"),
    "cautious": gettext_lazy("Check it, rely on it little"),
    "withdrawn": gettext_lazy("Neither rely on it nor check it"),
}


@dataclass(frozen=True, slots=True)
class MapCell:
    """``shade`` 1 to 5 by the mean, 0 where it is in words; None: hidden."""

    text: str
    shade: int
    column: str


@dataclass(frozen=True, slots=True)
class MapRow:
    label: str
    depth: int
    people: str
    cells: tuple[MapCell | None, ...]
    unit: int


@dataclass(frozen=True, slots=True)
class Line:
    """A scale or a single item in the table of figures."""

    label: str
    figure: Figure | None
    change: str
    moved: str
    note: str


@dataclass(frozen=True, slots=True)
class Quadrant:
    key: str
    label: str
    share: str
    value: float | None
    before: str


def scale_name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en", "")


def distributions(
    page: ResultPage, figures: Mapping[str, ReleasedCell], items: Mapping[str, ItemFacts]
) -> Diverging:
    """Each statement as it was put, agreeing to the right, whatever it says about trust."""
    rows = []
    for statement in sorted(page.questionnaire.statements, key=lambda one: one.position):
        cell = figures.get(f"item:{statement.key}")
        rows.append(_row(statement.text, cell, items.get(statement.key)))
    return Diverging(
        rows=tuple(rows),
        parts=page.questionnaire.answers[:5],
        title=_("Answers to each statement"),
    )


def _row(text: str, cell: ReleasedCell | None, item: ItemFacts | None) -> DivergingRow:
    label = text
    if item is not None and item.is_reversed:
        turned = _("agreeing means less trust")
        label = f"{text} ({turned})"
    if cell is None:
        return DivergingRow(label, None, note=_("hidden to protect people"))
    detail = cell.detail or {}
    notes = []
    if detail.get("cannot_say"):
        notes.append(
            _("%(share)s cannot say") % {"share": words.percent(detail["cannot_say"] * 100)}
        )
    counts = detail.get("distribution")
    if counts and sum(counts):
        shares = tuple(count / sum(counts) * 100 for count in counts)
        return DivergingRow(label, shares, cell.n, note=", ".join(notes))
    instead = _("mean %(mean)s") % {"mean": mean_words(cell)} if tells_mean(cell) else ""
    if detail.get("favourable"):
        instead = _("%(share)s answered favourably") % {"share": favourable_words(cell)}
    return DivergingRow(label, None, cell.n, instead=instead, note=", ".join(notes))


def heat_rows(page: ResultPage) -> list[MapRow]:
    """Units by constructs; a unit with others below it has a second row of its own people.

    That row is there whenever people of the unit itself were invited, hidden or not.
    """
    rows = []
    has_own = _with_own_people(page) if page.sees_all else set()
    for unit in page.units:
        rows.append(_map_row(page, unit, unit.name, unit.figures))
        if unit.unit in has_own or unit.direct:
            label = _("%(unit)s, directly in it") % {"unit": unit.name}
            rows.append(_map_row(page, unit, label, unit.direct))
    return rows


def _with_own_people(page: ResultPage) -> set[int]:
    """Units above others that have people of their own, by the frozen tree."""
    tree = page.wave.snapshot.tree
    above = {node["parent"] for node in tree}
    return {node["unit"] for node in tree if node["invited"] and node["unit"] in above}


def heat_columns(page: ResultPage) -> list[tuple[str, str]]:
    """(metric, name): the index and the scales, or the single items of an instrument without."""
    language = page.questionnaire.language
    if page.scales:
        named = [(f"scale:{one.key}", scale_name(one.name, language)) for one in page.scales]
        return [("index", _("Trust index")), *named]
    return [(f"item:{one.key}", one.key) for one in page.questionnaire.statements]


def _map_row(
    page: ResultPage, unit: UnitResult, label: str, figures: Mapping[str, ReleasedCell]
) -> MapRow:
    respondents = figures.get("respondents")
    return MapRow(
        label=label,
        depth=min(unit.depth, 4),
        people=words.number(respondents.n) if respondents else "",
        cells=tuple(_map_cell(figures.get(metric), name) for metric, name in heat_columns(page)),
        unit=unit.unit,
    )


def _map_cell(cell: ReleasedCell | None, column: str) -> MapCell | None:
    if cell is None or not tells_mean(cell):
        return None
    shade = 0 if cell.mean is None else 1 + sum(cell.mean >= border for border in SHADES)
    return MapCell(mean_words(cell), shade, column)


def quadrants(unit: UnitResult) -> list[Quadrant] | None:
    """Shares of the four ways to rely and to check; None while they are hidden."""
    cell = unit.figures.get("quadrants")
    if cell is None:
        return None
    before = unit.earlier.get("quadrants")
    shares = _shares(cell)
    return [
        Quadrant(
            key=key,
            label=str(label),
            share=_quadrant_words(key, cell),
            value=shares.get(key),
            before=_quadrant_words(key, before) if before else "",
        )
        for key, label in QUADRANTS.items()
    ]


def _quadrant_words(key: str, cell: ReleasedCell) -> str:
    if nearly := (cell.detail or {}).get("nearly_all"):
        return str(SHARES_IN_WORDS["nearly_all" if key == nearly else "nearly_none"])
    shares = _shares(cell)
    return words.percent(shares[key] * 100) if key in shares else words.NONE


def _shares(cell: ReleasedCell | None) -> Mapping[str, float]:
    found: dict[str, float] = ((cell.detail or {}) if cell else {}).get("shares", {})
    return found


def leans_more(unit: UnitResult, moved: Change | None) -> bool:
    """Trust rose together with relying without checking: a warning, never a success."""
    now, before = (
        _over_reliant(figures.get("quadrants")) for figures in (unit.figures, unit.earlier)
    )
    rose = now is not None and before is not None and now > before
    return rose and moved is not None and moved.words == UP


def _over_reliant(cell: ReleasedCell | None) -> float | None:
    """Their share, for comparing alone: the words "nearly all" stand for 1 and "nearly none" for 0.

    None while the cell is hidden.
    """
    nearly = (cell.detail or {}).get("nearly_all") if cell else None
    if nearly:
        return float(nearly == "over_reliant")
    return _shares(cell).get("over_reliant")


def trend_of(page: ResultPage, unit: UnitResult) -> Trend | None:
    """Both ends published, of the same instrument; else there is no line."""
    before, now = unit.earlier.get("index"), unit.figures.get("index")
    if page.earlier is None or before is None or now is None:
        return None
    if before.mean is None or now.mean is None:
        return None
    points = (
        TrendPoint(days_after(page.earlier), before.mean, before.low, before.high),
        TrendPoint(days_after(page.wave), now.mean, now.low, now.high),
    )
    floor, ceiling = trust_axis(points)
    return Trend(
        points=points,
        floor=floor,
        ceiling=ceiling,
        title=_("Trust index, from one survey to the next"),
    )


def days_after(wave: Wave) -> str:
    """``after 30 days``; the opening day where the redesign is not live."""
    went_live: Any = getattr(wave.redesign, "go_live", None)
    if went_live is None:
        return words.day(wave.opens_date)
    days = (wave.opens_date - timezone.localdate(went_live.at)).days
    return _("after %(days)s days") % {"days": words.number(days)}


@dataclass(frozen=True, slots=True)
class AttributeShown:
    """``heads``: categories shown together with about how many.

    ``rows``: statement, and for each group its categories and the mean, "" where it is hidden.
    """

    label: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def attribute_shown(page: ResultPage, table: AttributeTable) -> AttributeShown:
    """Statements that are left out in every group are hidden in every group alike."""
    statements = sorted(page.questionnaire.statements, key=lambda one: one.position)
    names = [", ".join(name or _("others") for name in group.names) for group in table.groups]
    return AttributeShown(
        label=str(table.label),
        heads=tuple(
            (name, _("about %(count)s") % {"count": words.number(group.about)})
            for name, group in zip(names, table.groups, strict=True)
        ),
        rows=tuple(
            (
                statement.text,
                tuple(
                    (
                        name,
                        words.number(group.means[statement.key], 1)
                        if statement.key in group.means
                        else "",
                    )
                    for name, group in zip(names, table.groups, strict=True)
                ),
            )
            for statement in statements
        ),
    )


def figure_line(label: str, cell: ReleasedCell | None, change: str, moved: str) -> Line:
    detail = (cell.detail or {}) if cell else {}
    note = ""
    if detail.get("often_cannot_say"):
        note = _("Many cannot say (%(share)s)") % {
            "share": words.percent(detail.get("cannot_say", 0) * 100)
        }
    elif detail.get("small_group"):
        note = _("Small group")
    return Line(label=label, figure=figure_of(cell), change=change, moved=moved, note=note)
