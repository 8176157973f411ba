"""How long cases take, from the quickest to the slowest: before and after as two lines."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, is_compact
from core.charts.control import unit_of
from core.charts.scale import Linear, ticks_from_zero
from core.charts.table import Table

Quantile = tuple[float, float | None]
NAMED = (50.0, 85.0)


@dataclass(frozen=True, slots=True)
class QuantilePlot:
    """Pairs of (per cent of cases finished, seconds), rising; None where it is not reached.

    ``working``: the seconds are of a work calendar, told in working hours.
    """

    before: tuple[Quantile, ...]
    after: tuple[Quantile, ...]
    title: str = ""
    working: bool = False

    def length(self, seconds: float | None) -> str:
        return words.length(seconds, working=self.working)

    def table(self) -> Table:
        before, after = dict(self.before), dict(self.after)
        rows = tuple(
            (
                words.percent(share),
                self.length(before.get(share)),
                self.length(after.get(share)),
            )
            for share in sorted({*before, *after})
        )
        heads = (_("Share of cases finished"), _("Before, within"), _("After, within"))
        return Table(caption=self.title or default_title(), headers=heads, rows=rows)


def default_title() -> str:
    return _("How long cases take, before and after")


def description(data: QuantilePlot) -> str:
    before, after = dict(data.before), dict(data.after)
    told = [
        _("%(share)s of cases are finished within %(before)s before and %(after)s after.")
        % {
            "share": words.percent(share),
            "before": data.length(before.get(share)),
            "after": data.length(after.get(share)),
        }
        for share in NAMED
        if share in before or share in after
    ]
    return " ".join(told) or _("No finished case yet.")


def quantile_plot(
    data: QuantilePlot, *, width: int = HALF, palette: str | None = None
) -> SafeString:
    """X is the share of cases, y their time from zero."""
    height = 220 if is_compact(width) else 262
    canvas = Canvas(width, height, palette)
    left, right, top, bottom = 34.0, width - 62.0, 26.0, height - 32.0
    lines = {
        period: [
            (share, value)
            for share, length in quantiles
            if (value := words.finite(length)) is not None
        ]
        for period, quantiles in (("before", data.before), ("after", data.after))
    }
    values = [value for points in lines.values() for _share, value in points]
    if not values:
        canvas.text(width / 2, height / 2, _("No finished case yet"), "tick", anchor="middle")
        return canvas.svg(title=data.title or default_title(), description=description(data))
    unit, unit_name = unit_of(max(values), working=data.working)
    ticks = ticks_from_zero(max(max(values) / unit, 0.1), 4)
    x, y = Linear(0, 100, left, right), Linear(0, ticks[-1] * unit, bottom, top)
    canvas.text(0, 12, unit_name, "tick")
    for tick in ticks:
        canvas.line(left, y(tick * unit), right, y(tick * unit), "grid")
        canvas.text(left - 8, y(tick * unit) + 4, words.short(tick), "tick", anchor="end")
    for share in (0.0, 25.0, 50.0, 75.0, 100.0):
        canvas.text(x(share), bottom + 18, words.percent(share), "tick", anchor="middle")
    for period, points in lines.items():
        places = [(x(share), y(value)) for share, value in points]
        canvas.path(places, f"{period}-line")
        for share, value in points:
            if share in NAMED or len(points) == 1:
                title = _("%(share)s within %(length)s") % {
                    "share": words.percent(share),
                    "length": data.length(value),
                }
                canvas.circle(x(share), y(value), 3.2, period, title=title)
    _name_lines(
        canvas, {period: y(points[-1][1]) for period, points in lines.items() if points}, right + 6
    )
    return canvas.svg(title=data.title or default_title(), description=description(data))


def _name_lines(canvas: Canvas, ends: dict[str, float], x: float) -> None:
    """Words at the lines' ends, kept 14 px apart."""
    names = {"before": _("before"), "after": _("after")}
    floor = 8.0
    for period, y in sorted(ends.items(), key=lambda item: item[1]):
        floor = max(floor + 14, y + 4)
        canvas.text(x, floor, names[period], "strong" if period == "after" else "")
