"""Effects against their precision: where small studies show more than large ones, some are missing.

The funnel plot of meta-analysis (Sterne and others 2011, doi 10.1136/bmj.d4002).
"""

import math
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, is_compact
from core.charts.effects import CEILING, FLOOR, change, draw_ticks
from core.charts.marks import draw_mark, word
from core.charts.scale import Linear, known
from core.charts.table import Table

NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class PrecisionPoint:
    """``ratio`` after / before, ``error`` the standard error of its logarithm."""

    label: str
    ratio: float | None
    error: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class PrecisionPlot:
    """``pooled`` is the ratio the funnel stands on; without it no funnel is drawn."""

    points: tuple[PrecisionPoint, ...]
    pooled: float | None = None
    title: str = ""

    def table(self) -> Table:
        rows = tuple(
            (p.label, words.percent_change(p.ratio), words.number(p.error, 3), word(p.verdict))
            for p in self.points
        )
        heads = (_("Workflow"), _("Change"), _("Standard error"), _("Verdict"))
        return Table(caption=self.title or default_title(), headers=heads, rows=rows)


def default_title() -> str:
    return _("Effect against precision")


def precision_plot(
    data: PrecisionPlot, *, width: int = HALF, palette: str | None = None
) -> SafeString:
    """The most precise at the top; dashed lines hold 95 % of what chance alone would scatter."""
    height = 250 if is_compact(width) else 300
    canvas = Canvas(width, height, palette)
    left, right, top, bottom = 12.0, width - 12.0, 16.0, height - 40.0
    points = [
        (ratio, error, point)
        for point in data.points
        if (ratio := change(point.ratio)) is not None
        and (error := words.finite(point.error)) is not None
    ]
    title = data.title or default_title()
    if not points:
        canvas.text(width / 2, height / 2, _("No reading yet"), "tick", anchor="middle")
        return canvas.svg(title=title, description=_("No reading yet"))
    widest = max(0.01, *(error for _ratio, error, _point in points))
    values = known(ratio for ratio, _error, _point in points)
    x = Linear(
        max(FLOOR, min([-40.0, *values]) // 10 * 10 - 5),
        min(CEILING, -(-max([20.0, *values]) // 10) * 10 + 5),
        left,
        right,
    )
    y = Linear(0, widest * 1.08, top, bottom)  # the least precise stands clear of the axis
    ticks = [float(tick) for tick in (-20, -40, -60, -80, 20, 40, 60, 80)]
    draw_ticks(canvas, x, [tick for tick in ticks if x.low <= tick <= x.high], top, bottom)
    canvas.text(left, bottom + 32, _("The higher up, the more precise"), "tick")
    pooled = words.finite(data.pooled)
    if pooled is not None and pooled > 0:
        centre = x((pooled - 1) * 100)
        canvas.line(centre, top, centre, bottom, "level")
        for sign in (-1, 1):
            spread = [widest * step / 8 for step in range(9)]
            canvas.path(
                [(x((pooled * _grown(sign * NORMAL * e) - 1) * 100), y(e)) for e in spread],
                "funnel-line",
            )
    for ratio, error, point in points:
        draw_mark(canvas, x(ratio), y(error), point.verdict, size=4)
    told = "; ".join(
        f"{point.label} {words.percent_change(point.ratio)}: {word(point.verdict)}"
        for _ratio, _error, point in points[:40]
    )
    return canvas.svg(title=title, description=told)


def _grown(exponent: float) -> float:
    return math.exp(max(-20.0, min(20.0, exponent)))
