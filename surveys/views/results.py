"""The published result: for the invited, their managers and the program office, the same day."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.acting import acting_person
from core.audit import record_export
from core.exporting import csv_lines
from core.pagination import page_of
from surveys.choices import WITH_RESULTS, InstrumentKind
from surveys.queries import ResultPage, UnitResult, results_of
from surveys.queries.trust import ItemFacts, items_of
from surveys.scoring import Change
from surveys.views.coherence_words import coherence_of
from surveys.views.lists import visible_wave
from surveys.views.result_charts import (
    Line,
    attribute_shown,
    days_after,
    distributions,
    figure_line,
    heat_columns,
    heat_rows,
    leans_more,
    quadrants,
    scale_name,
    trend_of,
)
from surveys.views.result_words import (
    change_words,
    changes_of,
    figure_of,
    headline,
    tells_mean,
    visible_change_words,
)
from surveys.views.wave_words import asks, last_day

PRINTED_ROWS = 500


@login_required
@require_GET
def result(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """``?unit=`` looks at one unit of the frozen tree, ``?view=print`` shows all at once."""
    actor = acting_person(request)
    wave = visible_wave(actor, public_id)
    if wave.state not in WITH_RESULTS:
        context = {"wave": wave, "asks": asks(wave), "simulated": wave.is_simulated}
        return render(request, "surveys/no_result.html", context)
    page = results_of(wave, actor)
    unit = _chosen(page, request.GET.get("unit", ""))
    printing = request.GET.get("view") == "print"
    items = items_of(wave.instrument)
    compared = [metric for metric, _name in heat_columns(page)]
    changes = changes_of(unit.earlier, unit.figures, compared)
    moved = changes.get("index")
    scores = wave.instrument.kind == InstrumentKind.AFTER
    context = {
        "frame": "plain.html" if printing else "base.html",
        "printing": printing,
        "wave": wave,
        "page": page,
        "asks": asks(wave),
        "last": last_day(wave),
        "days": days_after(wave) if scores else "",
        "unit": unit,
        "units": page.units,
        "scores": scores,
        "headline": headline(unit),
        "lines": _lines(page, unit, items, changes),
        "change": change_words(moved),
        "visible_change": visible_change_words(
            unit.figures.get("index"), unit.earlier.get("index")
        ),
        "distributions": distributions(page, unit.figures, items),
        "columns": heat_columns(page),
        "rows": page_of(request, heat_rows(page), size=PRINTED_ROWS if printing else 25),
        "quadrants": quadrants(unit),
        "leans_more": leans_more(unit, moved),
        "trend": trend_of(page, unit),
        "coherence": coherence_of(page, items) if scores else None,
        "careless": _careless(page, unit),
        "careful": figure_of(unit.careful.get("index")),
        "attributes": [attribute_shown(page, table) for table in page.attributes],
        "simulated": wave.is_simulated,
    }
    return render(request, "surveys/result.html", context)


@login_required
@require_GET
def result_csv(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the page shows, one figure a line; a hidden one says so and nothing else."""
    actor = acting_person(request)
    wave = visible_wave(actor, public_id)
    page = results_of(wave, actor)
    record_export("trust.csv", subject=wave, actor=actor)
    answer = HttpResponse(csv_lines(_csv_rows(page)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="trust-{wave.public_id}.csv"'
    return answer


CSV_HEAD = (
    "unit",
    "people_of",
    "figure",
    "name",
    "people",
    "mean",
    "low",
    "high",
    "favourable",
    "answers_1",
    "answers_2",
    "answers_3",
    "answers_4",
    "answers_5",
)


def _csv_rows(page: ResultPage) -> Iterator[list[object]]:
    yield list(CSV_HEAD)
    named = {statement.key: statement.text for statement in page.questionnaire.statements}
    metrics = [("respondents", _("Answered"))]
    if page.scales:
        metrics += heat_columns(page)
    metrics += [(f"item:{key}", text) for key, text in named.items()]
    for unit in page.units:
        for scope, figures in (("all", unit.figures), ("direct", unit.direct)):
            if scope == "direct" and not figures:
                continue
            for metric, name in metrics:
                yield [unit.name, scope, metric, name, *_csv_figure(figures.get(metric))]


def _csv_figure(cell: object) -> list[object]:
    from surveys.models import ReleasedCell

    if not isinstance(cell, ReleasedCell):
        return ["hidden", *[""] * 9]
    detail = cell.detail or {}
    counts = list(detail.get("distribution") or [""] * 5)
    mean: object = ""
    if cell.metric != "respondents":
        mean = detail.get("mean", _rounded(cell.mean)) if tells_mean(cell) else "hidden"
    return [
        cell.n,
        mean,
        _rounded(cell.low),
        _rounded(cell.high),
        detail.get("favourable", _rounded(cell.favourable, 2)),
        *counts,
    ]


def _rounded(value: float | None, places: int = 1) -> object:
    return "" if value is None else round(value, places)


def _chosen(page: ResultPage, wanted: str) -> UnitResult:
    """The unit of the address; the whole for one that is not within reach."""
    return next((unit for unit in page.units if str(unit.unit) == wanted), page.whole)


def _lines(
    page: ResultPage,
    unit: UnitResult,
    items: dict[str, ItemFacts],
    changes: Mapping[str, Change],
) -> list[Line]:
    """Scales, or single items of an instrument without; with what changed since the last wave."""
    language = page.questionnaire.language
    named = [(f"scale:{one.key}", scale_name(one.name, language)) for one in page.scales]
    if not named:
        named = [(f"item:{one.key}", one.text) for one in page.questionnaire.statements]
    lines = []
    for metric, name in named:
        moved = changes.get(metric)
        label = name
        if metric.startswith("item:") and items[metric[5:]].is_reversed:
            turned = _("turned round: higher is better")
            label = f"{name} ({turned})"
        lines.append(
            figure_line(
                label, unit.figures.get(metric), change_words(moved), moved.words if moved else ""
            )
        )
    return lines


def _careless(page: ResultPage, unit: UnitResult) -> str:
    """Share of careless answers, for the program office alone."""
    from core.charts import words

    cell = unit.figures.get("careless")
    if not page.is_office or cell is None:
        return ""
    detail = cell.detail or {}
    if "share" in detail:
        return words.percent(detail["share"] * 100)
    return {"nearly_none": _("nearly none"), "nearly_all": _("nearly all")}.get(
        detail.get("words", ""), ""
    )
