"""How long something takes, with what is still open: steps of a Kaplan-Meier curve."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, fitted, is_compact
from core.charts.scale import Linear, ticks_from_zero
from core.charts.table import Table

SHORTEST = 5.0  # days on the axis
LOOKS = ("after-line", "before-line", "pale-line", "flat-line", "funnel-line")


@dataclass(frozen=True, slots=True)
class WaitingCurve:
    """``steps``: (days, share still waiting 0 to 1), falling; ``median`` None where not reached."""

    label: str
    steps: tuple[tuple[float, float], ...]
    median: float | None
    of: int


@dataclass(frozen=True, slots=True)
class WaitingPlot:
    curves: tuple[WaitingCurve, ...]
    title: str = ""

    def table(self) -> Table:
        rows = tuple(
            (curve.label, days(curve.median), words.number(curve.of)) for curve in self.curves
        )
        heads = (_("Role"), _("Half have decided within"), _("Requests"))
        return Table(caption=self.title, headers=heads, rows=rows)


def days(value: float | None) -> str:
    return _("not reached") if value is None else words.duration(value * words.DAY)


def waiting_plot(data: WaitingPlot, *, width: int = HALF, palette: str | None = None) -> SafeString:
    """Share still waiting, in per cent, by days since the request."""
    height = 220 if is_compact(width) else 260
    canvas = Canvas(width, height, palette)
    left, right, top, bottom = 34.0, width - 90.0, 14.0, height - 34.0
    told = "; ".join(
        f"{curve.label}: {days(curve.median)} ({words.number(curve.of)})" for curve in data.curves
    )
    drawn = [curve for curve in data.curves if curve.steps]
    if not drawn:
        canvas.text(width / 2, height / 2, _("Nothing to show yet"), "tick", anchor="middle")
        return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))
    longest = max(
        (day for curve in drawn for step, _share in curve.steps if (day := words.finite(step))),
        default=1.0,
    )
    ticks = ticks_from_zero(max(longest, SHORTEST), 5)
    x, y = Linear(0, ticks[-1], left, right), Linear(0, 100, bottom, top)
    for tick in (0.0, 25.0, 50.0, 75.0, 100.0):
        canvas.line(left, y(tick), right, y(tick), "ref" if tick == 50 else "grid")  # noqa: PLR2004
        canvas.text(left - 6, y(tick) + 4, words.short(tick), "tick", anchor="end")
    for tick in ticks:
        canvas.text(x(tick), bottom + 16, words.short(tick), "tick", anchor="middle")
    canvas.text(
        (left + right) / 2, bottom + 30, _("days since the request"), "tick", anchor="middle"
    )
    floor = top - 6
    for index, curve in sorted(enumerate(drawn), key=lambda item: -_last(item[1])):
        corners = [(x(0), y(100))]
        for day, share in curve.steps:
            corners += [(x(day), corners[-1][1]), (x(day), y(share * 100))]
        canvas.path(corners, LOOKS[index % len(LOOKS)])
        floor = max(floor + 13, corners[-1][1] + 4)
        beside = right if len(drawn) > 1 else corners[-1][0]
        canvas.text(beside + 6, floor, fitted(curve.label, 84), "tick")
    return canvas.svg(title=data.title, description=told)


def _last(curve: WaitingCurve) -> float:
    return words.finite(curve.steps[-1][1]) or 0.0
