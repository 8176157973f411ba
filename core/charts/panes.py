"""The console's other pictures: a trend with its interval, a map of cells, the curve of sharing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, LETTER, Canvas, broken, fitted, is_compact
from core.charts.scale import Linear, known
from core.charts.table import Table

TOP = 100
PHONE_COLUMNS = 5
NOTE_ROOM = 130.0
LABEL_ROOM = 64.0
FLOOR, CEILING = 1.0, 5.0  # the ends of the answer scale
AXIS_SPAN, AXIS_STEP = 2.0, 0.5
STEPS = (12.0, 24.0, 36.0, 48.0)  # per cent: the ramp's borders


@dataclass(frozen=True, slots=True)
class TrendPoint:
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """``floor`` and ``ceiling`` fix the axis (trust: 1 to 5), because the scale has ends.

    ``notes``: (place on the axis, text), where 0 is the first point and 1 the second; a note lies
    between points, too. ``percent``: the values are per cent.
    """

    points: tuple[TrendPoint, ...]
    floor: float = FLOOR
    ceiling: float = CEILING
    title: str = ""
    notes: tuple[tuple[float, str], ...] = ()
    percent: bool = False

    def printed(self, value: float | None) -> str:
        return words.percent(value) if self.percent else words.number(value, 1)

    def table(self) -> Table:
        heads: tuple[str, ...] = ("", _("Value"), _("Lower end"), _("Upper end"))
        rows = tuple(
            (
                p.label,
                self.printed(p.value),
                self.printed(p.low),
                self.printed(p.high),
                *self._noted(index),
            )
            for index, p in enumerate(self.points)
        )
        if self.notes:
            heads = (*heads, _("Notes"))
        return Table(caption=self.title, headers=heads, rows=rows)

    def _noted(self, index: int) -> tuple[str, ...]:
        if not self.notes:
            return ()
        return ("; ".join(text for place, text in self.notes if round(place) == index),)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """``hidden`` says nothing about why: too few or protected look and read the same.

    ``word`` stands in place of a number that would say too much ("few").
    """

    percent: float | None
    hidden: bool = False
    word: str = ""

    def printed(self) -> str:
        return _("hidden") if self.hidden else self.word or words.percent(self.percent)


@dataclass(frozen=True, slots=True)
class HeatMap:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    title: str = ""

    def table(self) -> Table:
        rows = tuple((label, *(cell.printed() for cell in cells)) for label, cells in self.rows)
        return Table(caption=self.title, headers=("", *self.columns), rows=rows)

    @property
    def for_phone(self) -> "HeatMap":
        """The first columns alone, so that a cell still holds its number; the table has all."""
        return replace(
            self,
            columns=self.columns[:PHONE_COLUMNS],
            rows=tuple((label, cells[:PHONE_COLUMNS]) for label, cells in self.rows),
        )


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


def trust_axis(points: Sequence[TrendPoint]) -> tuple[float, float]:
    """Floor and ceiling for values of 1 to 5: two points around all intervals, else all of it.

    A change that matters there, 0.2, is then seen; the numbers at the axis say where it begins.
    """
    ends = [
        value
        for point in points
        for end in (point.low, point.high, point.value)
        if (value := words.finite(end)) is not None
    ]
    if not ends or max(ends) - min(ends) > AXIS_SPAN - AXIS_STEP:
        return FLOOR, CEILING
    middle = (min(ends) + max(ends)) / 2
    floor = round((middle - AXIS_SPAN / 2) / AXIS_STEP) * AXIS_STEP
    floor = min(max(floor, FLOOR), CEILING - AXIS_SPAN)
    return floor, floor + AXIS_SPAN


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
        canvas.circle(px, py, 3.2, "after", title=f"{point.label}: {data.printed(point.value)}")
    if places:
        px, py, point = places[-1]
        canvas.text(px + 8, py + 4, data.printed(point.value), "strong")
    _draw_notes(canvas, data, x, top, bottom)
    every = max(1, -(-len(data.points) * 52 // max(1, round(right - left))))
    room = max(LABEL_ROOM, (right - left) / max(1, len(data.points) - 1) * every - 8)
    for index, point in enumerate(data.points):
        if (len(data.points) - 1 - index) % every == 0:
            _draw_label(canvas, x(index), bottom + 18, fitted(point.label, room))
    told = "; ".join(
        [": ".join((p.label, f"{data.printed(p.value)} ({span_of(p)})")) for p in data.points]
        + [text for _place, text in data.notes]
    )
    return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))


def _draw_label(canvas: Canvas, x: float, y: float, text: str) -> None:
    """Under its point, moved inwards where it would leave the picture."""
    half = len(text) * LETTER / 2
    if x < half:
        canvas.text(0, y, text, "tick", anchor="start")
    elif x + half > canvas.width:
        canvas.text(canvas.width, y, text, "tick", anchor="end")
    else:
        canvas.text(x, y, text, "tick", anchor="middle")


def _draw_notes(canvas: Canvas, data: Trend, x: Linear, top: float, bottom: float) -> None:
    """Each a line with its words beside it, lower by a line for each that follows closely."""
    taken = -1000.0
    row = 0
    for place, text in sorted(data.notes):
        px = x(place)
        row = row + 1 if px - taken < NOTE_ROOM else 0
        taken = px
        y = top + 10 + 13 * (row % 3)
        canvas.line(px, y - 8, px, bottom, "promise")
        right = px > (x.start + x.end) / 2
        canvas.text(
            px + (-5 if right else 5),
            y,
            fitted(text, NOTE_ROOM),
            "tick",
            anchor="end" if right else "start",
        )


def heat_map(data: HeatMap, *, width: int = HALF, palette: str | None = None) -> SafeString:
    """Cells are read by number and shade; a hidden cell is hatched, never blank or zero."""
    compact = is_compact(width)
    label_room = 92.0 if compact else 108.0
    canvas = Canvas(width, 26 + 36 * max(1, len(data.rows)), palette)
    column = (width - label_room) / max(1, len(data.columns))
    for index, name in enumerate(data.columns):
        canvas.text(
            label_room + column * (index + 0.5), 12, fitted(name, column), "tick", anchor="middle"
        )
    for line, (label, cells) in enumerate(data.rows):
        y = 24.0 + 36 * line
        names = broken(label, label_room - 4, 2)
        for index, name in enumerate(names):
            canvas.text(0, y + (20 if len(names) == 1 else 14 + 14 * index), name, "label")
        for index, cell in enumerate(cells[: len(data.columns)]):
            x = label_room + column * index
            title = f"{label}, {data.columns[index]}: {cell.printed()}"
            value = words.finite(cell.percent)
            if cell.hidden:
                canvas.rect(x + 1, y, column - 2, 33, "track", r=4, title=title)
                _hatch(canvas, x + 1, y, column - 2, 33)
            elif value is None and cell.word:
                canvas.rect(x + 1, y, column - 2, 33, "band", r=4, title=title)
                canvas.text(x + column / 2, y + 21, cell.word, "tick", anchor="middle")
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
    lines = []
    start = -height
    while start < width:
        low, high = max(0.0, start), min(width, start + height)
        lines.append(
            ((x + low, y + height - (low - start)), (x + high, y + height - (high - start)))
        )
        start += 9
    canvas.strokes(lines, "hatch")


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
    if places:
        equally = _("if all used it equally")
        level = max(36.0, 3 + 100 * len(equally) * LETTER / (x(100) - x(0)))  # left of the line
        canvas.text(x(level - 3), y(level), equally, "tick", anchor="end")
    told = ""
    if words.finite(data.top_share) is not None:
        told = _("top 10%% do %(share)s of it") % {"share": words.percent(data.top_share)}
        share = words.finite(data.top_share) or 0
        spot = (x(90), y(100 - share))
        crosses = spot[0] - 8 - len(told) * LETTER < x(100 - share)  # the line of equal use
        canvas.line(spot[0], y(100) if crosses else spot[1], spot[0], y(0), "ref")
        canvas.circle(*spot, 3.2, "after")
        canvas.text(
            spot[0] - 8, y(100) + 17 if crosses else spot[1] + 4, told, "strong", anchor="end"
        )
    return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))
