"""The console's other pictures: a trend with its interval, a map of cells, the curve of sharing."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, fitted, is_compact
from core.charts.scale import Linear, known
from core.charts.table import Table

TOP = 100
STEPS = (12.0, 24.0, 36.0, 48.0)  # per cent: the ramp's borders


@dataclass(frozen=True, slots=True)
class TrendPoint:
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """``floor`` and ``ceiling`` fix the axis (trust: 1 to 5), because the scale has ends."""

    points: tuple[TrendPoint, ...]
    floor: float = 1.0
    ceiling: float = 5.0
    title: str = ""

    def table(self) -> Table:
        rows = tuple(
            (p.label, words.number(p.value, 1), words.number(p.low, 1), words.number(p.high, 1))
            for p in self.points
        )
        return Table(
            caption=self.title, headers=("", _("Value"), _("Lower end"), _("Upper end")), rows=rows
        )


@dataclass(frozen=True, slots=True)
class HeatCell:
    """``hidden`` says nothing about why: too few or protected look and read the same."""

    percent: float | None
    hidden: bool = False

    def printed(self) -> str:
        return _("hidden") if self.hidden else words.percent(self.percent)


@dataclass(frozen=True, slots=True)
class HeatMap:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    title: str = ""

    def table(self) -> Table:
        rows = tuple((label, *(cell.printed() for cell in cells)) for label, cells in self.rows)
        return Table(caption=self.title, headers=("", *self.columns), rows=rows)


@dataclass(frozen=True, slots=True)
class Lorenz:
    """(share of people, share of use) in per cent, rising; no person can be read off."""

    points: tuple[tuple[float, float], ...]
    top_share: float | None = None
    title: str = ""

    def table(self) -> Table:
        rows = tuple((words.percent(people), words.percent(use)) for people, use in self.points)
        return Table(
            caption=self.title, headers=(_("Share of people"), _("Share of use")), rows=rows
        )


def span_of(point: TrendPoint) -> str:
    return f"{words.number(point.low, 1)}–{words.number(point.high, 1)}"


def trend(data: Trend, *, width: int = HALF, palette: str | None = None) -> SafeString:
    canvas = Canvas(width, 168, palette)
    left, right, top, bottom = 30.0, width - 40.0, 12.0, 138.0
    x = Linear(0, max(1, len(data.points) - 1), left + 6, right - 6)
    y = Linear(data.floor, data.ceiling, bottom, top)
    for index in range(5):
        tick = data.floor + (data.ceiling - data.floor) * index / 4
        canvas.line(left, y(tick), right, y(tick), "grid")
        canvas.text(left - 8, y(tick) + 4, words.short(tick), "tick", anchor="end")
    ends = [(i, words.finite(p.low), words.finite(p.high)) for i, p in enumerate(data.points)]
    whole = [(i, low, high) for i, low, high in ends if low is not None and high is not None]
    area = [(x(i), y(high)) for i, _low, high in whole] + [
        (x(i), y(low)) for i, low, _high in reversed(whole)
    ]
    canvas.path(area, "area", close=True)
    places = [
        (x(i), y(v), p)
        for i, p in enumerate(data.points)
        if (v := words.finite(p.value)) is not None
    ]
    canvas.path([(px, py) for px, py, _point in places], "after-line")
    for px, py, point in places:
        canvas.circle(px, py, 3.2, "after", title=f"{point.label}: {words.number(point.value, 1)}")
    if places:
        px, py, point = places[-1]
        canvas.text(px + 8, py + 4, words.number(point.value, 1), "strong")
    room = (right - left) / max(1, len(data.points))
    for index, point in enumerate(data.points):
        canvas.text(x(index), bottom + 18, fitted(point.label, room), "tick", anchor="middle")
    told = "; ".join(
        ": ".join((p.label, f"{words.number(p.value, 1)} ({span_of(p)})")) for p in data.points
    )
    return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))


def heat_map(data: HeatMap, *, width: int = HALF, palette: str | None = None) -> SafeString:
    """Cells are read by number and shade; a hidden cell is hatched, never blank or zero."""
    compact = is_compact(width)
    label_room = 84.0 if compact else 108.0
    canvas = Canvas(width, 26 + 36 * max(1, len(data.rows)), palette)
    column = (width - label_room) / max(1, len(data.columns))
    for index, name in enumerate(data.columns):
        canvas.text(
            label_room + column * (index + 0.5), 12, fitted(name, column), "tick", anchor="middle"
        )
    for line, (label, cells) in enumerate(data.rows):
        y = 24.0 + 36 * line
        canvas.text(0, y + 20, fitted(label, label_room - 4), "label")
        for index, cell in enumerate(cells[: len(data.columns)]):
            x = label_room + column * index
            title = f"{label}, {data.columns[index]}: {cell.printed()}"
            value = words.finite(cell.percent)
            if cell.hidden:
                canvas.rect(x + 1, y, column - 2, 33, "track", r=4, title=title)
                _hatch(canvas, x + 1, y, column - 2, 33)
            elif value is None:
                canvas.text(x + column / 2, y + 20, words.NONE, "tick", anchor="middle")
            else:
                shade = 1 + sum(value >= border for border in STEPS)
                canvas.rect(x + 1, y, column - 2, 33, f"ramp-{shade}", r=4, title=title)
                canvas.text(
                    x + column / 2,
                    y + 21,
                    words.percent(value),
                    f"ramp-ink-{shade}",
                    anchor="middle",
                )
    told = "; ".join(
        f"{label}: "
        + ", ".join(
            f"{name} {cell.printed()}" for name, cell in zip(data.columns, cells, strict=False)
        )
        for label, cells in data.rows
    )
    return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))


def _hatch(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    start = -height
    while start < width:
        low, high = max(0.0, start), min(width, start + height)
        canvas.line(
            x + low, y + height - (low - start), x + high, y + height - (high - start), "hatch"
        )
        start += 7


def lorenz(data: Lorenz, *, width: int = HALF, palette: str | None = None) -> SafeString:
    height = min(300, round(width * 0.8))
    canvas = Canvas(width, height, palette)
    x, y = Linear(0, 100, 34, width - 10), Linear(0, 100, height - 26, 10)
    for tick in (0, 25, 50, 75, 100):
        canvas.line(x(0), y(tick), x(100), y(tick), "grid")
        canvas.text(26, y(tick) + 4, str(tick), "tick", anchor="end")
        canvas.text(
            x(tick),
            height - 8,
            words.percent(tick),
            "tick",
            anchor="middle" if tick < TOP else "end",
        )
    places = [(x(p), y(u)) for p, u in data.points if len(known((p, u))) == 2]  # noqa: PLR2004
    canvas.path([*places, (x(100), y(100)), (x(0), y(0))] if places else [], "area", close=True)
    canvas.line(x(0), y(0), x(100), y(100), "ref")
    canvas.path(places, "after-line")
    told = ""
    if words.finite(data.top_share) is not None:
        told = _("top 10%% do %(share)s of it") % {"share": words.percent(data.top_share)}
        spot = (x(90), y(100 - (words.finite(data.top_share) or 0)))
        canvas.circle(*spot, 3.2, "after")
        canvas.text(spot[0] - 8, spot[1] + 4, told, "strong", anchor="end")
    return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))
