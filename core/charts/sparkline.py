"""A row's trend: 24 weeks, grey before and indigo after."""

import itertools
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from core.charts.canvas import Canvas
from core.charts.scale import Linear, known
from core.charts.table import Table


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Weekly medians in seconds, oldest first; ``after_from``: index of the first week after."""

    values: tuple[float | None, ...]
    after_from: int | None = None

    def table(self) -> Table:
        rows = tuple(
            (str(index + 1), words.duration(value)) for index, value in enumerate(self.values)
        )
        return Table(
            caption=_("Weekly median cycle time"), headers=(_("Week"), _("Median")), rows=rows
        )


def description(data: Sparkline) -> str:
    cut = len(data.values) if data.after_from is None else data.after_from
    before, after = known(data.values[:cut]), known(data.values[cut:])
    if not before and not after:
        return _("No finished week yet.")
    count = len(data.values)
    told = [ngettext("%(count)s week.", "%(count)s weeks.", count) % {"count": count}]
    if before:
        told.append(_("Before, last week: %(length)s.") % {"length": words.duration(before[-1])})
    if after:
        told.append(_("After, last week: %(length)s.") % {"length": words.duration(after[-1])})
    return " ".join(told)


def sparkline(data: Sparkline, *, width: int = 104, palette: str | None = None) -> SafeString:
    canvas = Canvas(width, 34, palette)
    values = [words.finite(value) for value in data.values]
    present = known(values)
    if present:
        x = Linear(0, max(1, len(values) - 1), 2, width - 2)
        y = Linear(min(present), max(present), 29, 4)
        cut = len(values) if data.after_from is None else max(0, min(len(values), data.after_from))
        spots = [
            None if value is None else (x(index), y(value)) for index, value in enumerate(values)
        ]
        _runs(canvas, spots[: cut + 1] if 0 < cut < len(spots) else spots[:cut], "before")
        _runs(canvas, spots[cut:], "after")
    else:
        canvas.line(2, 17, width - 2, 17, "carried")
    return canvas.svg(
        title=_("Weekly median cycle time"), description=description(data), css="ap-spark"
    )


def _runs(canvas: Canvas, spots: list[tuple[float, float] | None], period: str) -> None:
    """One line per stretch without a gap; a lonely week is a dot."""
    for there, run in itertools.groupby(spots, key=lambda spot: spot is not None):
        if there:
            points = [spot for spot in run if spot is not None]
            if len(points) == 1:
                canvas.circle(*points[0], 1.6, period)
            canvas.path(points, f"{period}-line")
