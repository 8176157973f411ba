"""Opening hours of some weeks: a strip for each week, midnight to midnight, Monday to Sunday."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, is_compact
from core.charts.table import Table

DAYS = 7
DAY_MINUTES = 24 * 60
HATCH_STEP = 7.0  # px from one stroke of a shut day to the next


@dataclass(frozen=True, slots=True)
class StripDay:
    """``spans`` are open minutes of this day; ``hours`` and ``note`` are what the table says.

    ``shut`` marks a day that would be open but for a holiday or a closed period.
    """

    label: str
    spans: tuple[tuple[int, int], ...]
    hours: str
    minutes: int
    note: str = ""
    shut: bool = False


@dataclass(frozen=True, slots=True)
class WeekStrip:
    label: str
    days: tuple[StripDay, ...]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)


@dataclass(frozen=True, slots=True)
class WeekStrips:
    """``heads`` name the seven days, short."""

    weeks: tuple[WeekStrip, ...]
    heads: tuple[str, ...]
    title: str = ""

    def table(self) -> Table:
        rows = tuple(
            (day.label, day.hours, open_hours(day.minutes), day.note)
            for week in self.weeks
            for day in week.days
        )
        heads = (_("Day"), _("Open"), _("Hours"), _("Why not"))
        return Table(caption=self.title, headers=heads, rows=rows)


def open_hours(minutes: int) -> str:
    hours = minutes / 60
    return words.number(hours, 0 if minutes % 60 == 0 else 1)


def week_strips(data: WeekStrips, *, width: int = HALF, palette: str | None = None) -> SafeString:
    compact = is_compact(width)
    step, left = (44, 0.0) if compact else (30, 74.0)
    right = float(width) if compact else width - 58.0
    top = 22
    canvas = Canvas(width, top + step * len(data.weeks) + 4, palette)
    one = (right - left) / DAYS
    for index, head in enumerate(data.heads):
        canvas.text(left + one * (index + 0.5), 12, head, "tick", anchor="middle")
    for row, week in enumerate(data.weeks):
        y = top + row * step + (18 if compact else 2)
        if compact:
            canvas.text(0, y - 5, f"{week.label}: {_told(week)}", "tick")
        else:
            canvas.text(0, y + 14, week.label, "tick")
            canvas.text(width, y + 14, _told(week), "tick", anchor="end")
        for index, day in enumerate(week.days):
            _draw_day(canvas, left + one * index, y, one, day)
    told = "; ".join(f"{week.label}: {_told(week)}" for week in data.weeks)
    told = told or _("Nothing to show yet")
    return canvas.svg(title=data.title, description=told)


def _told(week: WeekStrip) -> str:
    return _("%(hours)s h") % {"hours": open_hours(week.minutes)}


def _draw_day(canvas: Canvas, x: float, y: float, width: float, day: StripDay) -> None:
    room, height = width - 2.0, 20.0
    title = ": ".join(filter(None, (day.label, day.note or day.hours)))
    canvas.rect(x + 1, y, room, height, "track", r=2, title=title)
    if day.shut:
        count = int(room / HATCH_STEP)
        canvas.strokes(
            [
                (
                    (x + 1 + HATCH_STEP * n, y + height),
                    (x + 1 + HATCH_STEP * (n + 1), y),
                )
                for n in range(count)
            ],
            "hatch",
        )
    for begin, end in day.spans:
        start = x + 1 + room * begin / DAY_MINUTES
        canvas.rect(
            start, y, max(1.0, room * (end - begin) / DAY_MINUTES), height, "after", title=title
        )
