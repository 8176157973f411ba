"""Where the time of a case went: waiting and work of each activity, before against after."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, Point, broken, is_compact
from core.charts.scale import known
from core.charts.table import Table

BAR = 13
Parts = list[tuple[float, str, str]]  # seconds, look, name


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds a finished case spends on an activity: ``wait`` ahead of it, ``touch`` in it.

    ``touch`` None: the source says only when an activity ended. ``share``: per cent of the cases
    that pass it.
    """

    share: float | None
    wait: float | None
    touch: float | None

    @property
    def total(self) -> float:
        return sum(max(0.0, value) for value in known((self.wait, self.touch)))


@dataclass(frozen=True, slots=True)
class SpentRow:
    """None for a period in which no case passes the activity."""

    label: str
    before: Spent | None
    after: Spent | None

    @property
    def sides(self) -> tuple[tuple[str, Spent | None], ...]:
        return (("before", self.before), ("after", self.after))


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """``working``: the seconds are of a work calendar, told in working hours."""

    rows: tuple[SpentRow, ...]
    touch_known: bool = True
    working: bool = False
    title: str = ""

    def length(self, seconds: float | None) -> str:
        return words.length(seconds, working=self.working)

    def table(self) -> Table:
        heads: list[str] = [_("Activity")]
        heads += [_("Cases that pass it, before"), _("after")]
        heads += [_("Waiting before it, before"), _("after")]
        heads += [_("Work in it, before"), _("after")] if self.touch_known else []
        return Table(
            caption=self.title or default_title(),
            headers=tuple(heads),
            rows=tuple((row.label, *self._cells(row)) for row in self.rows),
        )

    def _cells(self, row: SpentRow) -> Iterable[str]:
        spent = [side for _name, side in row.sides]
        yield from (words.percent(one.share if one else None) for one in spent)
        yield from (self.length(one.wait if one else None) for one in spent)
        if self.touch_known:
            yield from (self.length(one.touch if one else None) for one in spent)


def default_title() -> str:
    return _("Where the time of a case goes, before and after")


def time_spent(data: TimeSpent, *, width: int = HALF, palette: str | None = None) -> SafeString:
    """Two bars an activity; waiting is pale, work is full."""
    compact = is_compact(width)
    step = 66 if compact else 46
    canvas = Canvas(width, max(34, 8 + step * len(data.rows)), palette)
    label_room = width - 4.0 if compact else min(240.0, width * 0.26)
    left, right = (0.0 if compact else label_room + 12), width - (112.0 if data.working else 84.0)
    longest = max([0.0, *(one.total for row in data.rows for _n, one in row.sides if one)]) or 1.0
    scale = (right - left) / longest
    for index, row in enumerate(data.rows):
        top = 6.0 + step * index
        names = broken(row.label, label_room, 1 if compact else 2)
        first = top + 13 if compact else top + (20 if len(names) == 1 else 14)
        for line, name in enumerate(names):
            canvas.text(0, first + 14 * line, name, "label")
        bars = top + (20 if compact else 2)
        for place, (period, spent) in enumerate(row.sides):
            y = bars + place * (BAR + 4)
            if spent is None:
                canvas.text(left, y + 11, _absent(period), "tick")
                continue
            _draw_bar(canvas, data, _parts(spent, period), (left, y), scale)
    if not data.rows:
        canvas.text(0, 22, _("Nothing to show yet"), "tick")
    told = "; ".join(_said(data, row) for row in data.rows) or _("Nothing to show yet")
    return canvas.svg(title=data.title or default_title(), description=told)


def _draw_bar(canvas: Canvas, data: TimeSpent, parts: Parts, place: Point, scale: float) -> None:
    x, y = place
    for seconds, look, name in parts:
        span = seconds * scale
        if span > 0:
            title = f"{name}: {data.length(seconds)}"
            canvas.rect(x, y, max(1.0, span - 1), BAR, look, r=2, title=title)
        x += span
    total = sum(seconds for seconds, _look, _name in parts)
    canvas.text(x + 6, y + 11, data.length(total), "tick")


def _parts(spent: Spent, period: str) -> Parts:
    """Work first, so that it can be compared down the page."""
    parts = ((spent.touch, period, _("work")), (spent.wait, f"{period}-weak", _("waiting")))
    return [(max(0.0, words.finite(value) or 0.0), look, name) for value, look, name in parts]


def _absent(period: str) -> str:
    return _("not there before") if period == "before" else _("no longer there")


def _said(data: TimeSpent, row: SpentRow) -> str:
    before, after = (data.length(one.total) if one else _absent(name) for name, one in row.sides)
    return _("%(activity)s: %(before)s before, %(after)s after") % {
        "activity": row.label,
        "before": before,
        "after": after,
    }
