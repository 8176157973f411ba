"""Effects with their uncertainty: one row, and the forest of all of them."""

from dataclasses import dataclass
from itertools import count, takewhile

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, fitted, is_compact
from core.charts.marks import draw_mark, line_look, word
from core.charts.scale import Linear, known
from core.charts.table import Table

TICK_ROOM = 46  # px from one line of the axis to the next
TICK_LETTER = 5.7  # mean width in px of a letter at 11 px
GAP = 11  # px that two words of the axis stay apart
EDGE = 18  # px within which half a label would be cut off
FLOOR, CEILING = -100.0, 100.0  # per cent; longer intervals end at the edge with an arrow


@dataclass(frozen=True, slots=True)
class Effect:
    """``ratio``, ``low``, ``high`` and ``promised`` are after / before (0.62 is 38 % less time)."""

    label: str
    ratio: float | None
    low: float | None
    high: float | None
    verdict: str
    promised: float | None = None
    grade: str = ""


@dataclass(frozen=True, slots=True)
class IntervalPlot:
    effect: Effect
    title: str = ""

    def table(self) -> Table:
        return ForestPlot((self.effect,), title=self.title).table()


@dataclass(frozen=True, slots=True)
class ForestPlot:
    """``pooled`` is the last row, a diamond."""

    rows: tuple[Effect, ...]
    pooled: Effect | None = None
    title: str = ""

    def table(self) -> Table:
        heads = (
            _("Workflow"),
            _("Change"),
            _("95% interval"),
            _("Promised"),
            _("Verdict"),
            _("Grade"),
        )
        rows = tuple(
            (
                e.label,
                words.percent_change(e.ratio),
                words.interval_words(e.low, e.high),
                words.percent_change(e.promised),
                word(e.verdict),
                e.grade,
            )
            for e in (*self.rows, *([self.pooled] if self.pooled else []))
        )
        return Table(
            caption=self.title or _("Effect of each redesign on cycle time"),
            headers=heads,
            rows=rows,
        )


def change(ratio: float | None) -> float | None:
    value = words.finite(ratio)
    return None if value is None else (value - 1) * 100


def told(effect: Effect) -> str:
    text = _("%(label)s %(change)s (95%% interval %(interval)s): %(verdict)s") % {
        "label": effect.label,
        "change": words.percent_change(effect.ratio),
        "interval": words.interval_words(effect.low, effect.high),
        "verdict": word(effect.verdict),
    }
    if words.finite(effect.promised) is not None:
        text += " " + _("(promised %(change)s)") % {"change": words.percent_change(effect.promised)}
    return text


def axis(effects: tuple[Effect, ...], start: float, end: float) -> Linear:
    """No change is always in; rounded out to tens, cut at FLOOR and CEILING."""
    values = known(change(v) for e in effects for v in (e.ratio, e.low, e.high, e.promised))
    low = max(FLOOR, min([-40.0, *values]) // 10 * 10)
    high = min(CEILING, -(-max([20.0, *values]) // 10) * 10)
    return Linear(low, high, start, end)


def draw_axis(canvas: Canvas, x: Linear, top: float, bottom: float) -> None:
    step = next(
        (s for s in (20, 25, 50, 100) if (x.end - x.start) * s / (x.high - x.low) >= TICK_ROOM), 100
    )
    ticks = [float(-t) for t in takewhile(lambda t: -t >= x.low, count(step, step))]
    ticks += [float(t) for t in takewhile(lambda t: t <= x.high, count(step, step))]
    draw_ticks(canvas, x, ticks, top, bottom)


def draw_ticks(canvas: Canvas, x: Linear, ticks: list[float], top: float, bottom: float) -> None:
    """A line for each and, where it touches no other word, its label."""
    taken = [_span(x(0), _("no change"), "middle")]
    for tick in ticks:
        place, label = x(tick), words.percent_change(1 + tick / 100)
        canvas.line(place, top, place, bottom, "grid")
        near = "start" if place < EDGE else "end" if place > canvas.width - EDGE else "middle"
        left, right = _span(place, label, near)
        if all(right + GAP < start or left - GAP > end for start, end in taken):
            taken.append((left, right))
            canvas.text(place, bottom + 16, label, "tick", anchor=near)
    canvas.line(x(0), top, x(0), bottom, "ref")
    canvas.text(x(0), bottom + 16, _("no change"), "tick", anchor="middle")


def _span(place: float, label: str, anchor: str) -> tuple[float, float]:
    """From where to where a word of the axis reaches."""
    width = len(label) * TICK_LETTER
    left = place - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return left, left + width


def draw_effect(canvas: Canvas, x: Linear, y: float, effect: Effect, *, size: float = 5) -> None:
    ratio, low, high, promised = (
        change(v) for v in (effect.ratio, effect.low, effect.high, effect.promised)
    )
    if promised is not None:
        canvas.line(x(promised), y - 8, x(promised), y + 8, "promise")
    look = line_look(effect.verdict)
    left = x.start if low is None else x(low)
    right = x.end if high is None else x(high)
    if low is not None or high is not None:
        canvas.line(left, y, right, y, look)
    if (low is None and high is not None) or (low is not None and low < x.low):
        canvas.path([(left + 5, y - 4), (left, y), (left + 5, y + 4)], look)
    if (high is None and low is not None) or (high is not None and high > x.high):
        canvas.path([(right - 5, y - 4), (right, y), (right - 5, y + 4)], look)
    if ratio is not None:
        draw_mark(canvas, x(ratio), y, effect.verdict, size=size)


def draw_diamond(canvas: Canvas, x: Linear, y: float, effect: Effect) -> None:
    ratio, low, high = (change(v) for v in (effect.ratio, effect.low, effect.high))
    if ratio is None or low is None or high is None:
        return
    canvas.path(
        [(x(low), y), (x(ratio), y - 6), (x(high), y), (x(ratio), y + 6)], "after", close=True
    )


def interval_plot(
    data: IntervalPlot, *, width: int = HALF, palette: str | None = None
) -> SafeString:
    effect = data.effect
    canvas = Canvas(width, 84, palette)
    x = axis((effect,), 14, width - 14)
    draw_axis(canvas, x, 24, 60)
    draw_effect(canvas, x, 42, effect, size=6)
    promised = change(effect.promised)
    if promised is not None:
        label = _("promised %(change)s") % {"change": words.percent_change(effect.promised)}
        place = x(promised)
        anchor = "start" if place < 60 else "end" if place > width - 60 else "middle"  # noqa: PLR2004
        canvas.text(place, 16, label, "tick", anchor=anchor)
    title = data.title or _("Change in cycle time, with its interval")
    return canvas.svg(title=title, description=told(effect))


def forest_plot(data: ForestPlot, *, width: int = HALF, palette: str | None = None) -> SafeString:
    compact = is_compact(width)
    row = 46 if compact else 25
    rows = [*data.rows, *([data.pooled] if data.pooled else [])]
    height = 28 + row * max(1, len(rows)) + 26
    canvas = Canvas(width, height, palette)
    label_room = width - 130 if compact else min(260, round(width * 0.27))
    plot = (12.0, width - 12.0) if compact else (label_room + 14.0, width - 132.0)
    x = axis(tuple(rows), *plot)
    canvas.text(0, 12, _("Workflow"), "tick")
    canvas.text(width, 12, _("Change, 95% interval"), "tick", anchor="end")
    draw_axis(canvas, x, 20, height - 24)
    if not rows:
        canvas.text(width / 2, 20 + row / 2, _("No reading yet"), "tick", anchor="middle")
    for index, effect in enumerate(rows):
        pooled = effect is data.pooled
        base = 26 + index * row
        y = base + (30 if compact else row / 2)
        text_y = base + (14 if compact else row / 2 + 4)
        pale = effect.verdict == "refused"
        if pooled:
            canvas.line(0, base, width, base, "rule")
        canvas.text(0, text_y, fitted(effect.label, label_room), "strong" if pooled else "label")
        canvas.text(
            width - 76,
            text_y,
            words.percent_change(effect.ratio),
            "pale-text" if pale else "strong",
            anchor="end",
        )
        canvas.text(
            width, text_y, words.interval_words(effect.low, effect.high), "tick", anchor="end"
        )
        (draw_diamond if pooled else draw_effect)(canvas, x, y, effect)
    title = data.title or _("Effect of each redesign on cycle time")
    return canvas.svg(title=title, description="; ".join(map(told, rows)) or _("No reading yet"))
