"""One effect read in several ways: an interval a line, the one that counts on top."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, broken, is_compact
from core.charts.effects import Effect, axis, draw_axis, draw_effect, told
from core.charts.table import Table

STEP, COMPACT_STEP = 32, 52


@dataclass(frozen=True, slots=True)
class RangePlot:
    """``counted`` carries the verdict; ``others`` have none and are drawn as rings."""

    counted: Effect
    others: tuple[Effect, ...]
    title: str = ""

    def table(self) -> Table:
        rows = tuple(
            (one.label, words.percent_change(one.ratio), words.interval_words(one.low, one.high))
            for one in (self.counted, *self.others)
        )
        heads = (_("Read this way"), _("Change"), _("95% interval"))
        return Table(caption=self.title or default_title(), headers=heads, rows=rows)


def default_title() -> str:
    return _("The change, read in other ways")


def range_plot(data: RangePlot, *, width: int = HALF, palette: str | None = None) -> SafeString:
    compact = is_compact(width)
    step = COMPACT_STEP if compact else STEP
    rows = (data.counted, *data.others)
    height = 6 + step * len(rows) + 26
    canvas = Canvas(width, height, palette)
    label_room = width - 60.0 if compact else min(280.0, width * 0.36)
    plot = (12.0, width - 12.0) if compact else (label_room + 14, width - 132.0)
    x = axis(rows, *plot)
    draw_axis(canvas, x, 6, height - 24)
    for index, one in enumerate(rows):
        top = 6 + step * index
        look = "strong" if index == 0 else "label"
        names = broken(one.label, label_room, 1 if compact else 2)
        first = top + 14 if compact else top + (20 if len(names) == 1 else 14)
        for line, name in enumerate(names):
            canvas.text(0, first + 13 * line, name, look)
        canvas.text(
            width if compact else width - 76,
            first if compact else top + 20,
            words.percent_change(one.ratio),
            look,
            anchor="end",
        )
        if not compact:
            between = words.interval_words(one.low, one.high)
            canvas.text(width, top + 20, between, "tick", anchor="end")
        draw_effect(canvas, x, top + (32 if compact else 16), one)
    description = "; ".join([told(data.counted), *map(_said, data.others)])
    return canvas.svg(title=data.title or default_title(), description=description)


def _said(effect: Effect) -> str:
    return _("%(label)s %(change)s (95%% interval %(interval)s)") % {
        "label": effect.label,
        "change": words.percent_change(effect.ratio),
        "interval": words.interval_words(effect.low, effect.high),
    }
