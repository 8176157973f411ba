"""Bars: stacked parts (work and waiting, ages of requests) and the funnel of stages."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, Canvas, broken, fitted, is_compact
from core.charts.scale import known
from core.charts.table import Table

STRONG = 7.2  # mean width in px of a figure in bold


@dataclass(frozen=True, slots=True)
class BarRow:
    """``looks`` overrides the chart's, so that before can be grey and after indigo."""

    label: str
    values: tuple[float | None, ...]
    looks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """``parts`` name the stacked values; ``durations`` prints seconds as times, else as counts."""

    rows: tuple[BarRow, ...]
    parts: tuple[str, ...]
    looks: tuple[str, ...] = ("ramp-2", "ramp-3", "ramp-4", "ramp-5")
    durations: bool = False
    title: str = ""

    def printed(self, value: float | None) -> str:
        return words.duration(value) if self.durations else words.number(value)

    def table(self) -> Table:
        rows = tuple(
            (row.label, *map(self.printed, row.values), self.printed(total(row)))
            for row in self.rows
        )
        return Table(caption=self.title, headers=("", *self.parts, _("Total")), rows=rows)


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """``earlier`` is the count of the time compared with: a line on the bar."""

    label: str
    count: int | None
    note: str = ""
    earlier: int | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    rows: tuple[FunnelRow, ...]
    title: str = ""

    @property
    def compares(self) -> bool:
        return any(row.earlier is not None for row in self.rows)

    def table(self) -> Table:
        heads = (_("Stage"), _("Workflows"), _("Note"))
        rows = tuple(
            (
                row.label,
                words.number(row.count),
                row.note,
                *((words.number(row.earlier),) if self.compares else ()),
            )
            for row in self.rows
        )
        return Table(
            caption=self.title or _("From logged to sustained"),
            headers=(*heads, _("Before")) if self.compares else heads,
            rows=rows,
        )


def total(row: BarRow) -> float:
    return sum(max(0.0, value) for value in known(row.values))


def bars(data: Bars, *, width: int = HALF, palette: str | None = None) -> SafeString:
    compact = is_compact(width)
    step, label_room = (46, width - 90.0) if compact else (30, min(200.0, width * 0.24))
    canvas = Canvas(width, max(34, 6 + step * len(data.rows)), palette)
    left, right = (0.0, width - 76.0) if compact else (label_room + 8, width - 96.0)
    longest = max([*map(total, data.rows), 0.0]) or 1.0
    for index, row in enumerate(data.rows):
        y = 6 + index * step + (18 if compact else 0)
        names = broken(row.label, label_room, 1 if compact else 2)
        first = y - 6 if compact else y + 13 if len(names) == 1 else y + 7
        for line, name in enumerate(names):
            canvas.text(0, first + 13 * line, name, "label")
        x = left
        for position, value in enumerate(row.values):
            length = max(0.0, words.finite(value) or 0.0) / longest * (right - left)
            looks = row.looks or data.looks
            name = data.parts[position] if position < len(data.parts) else ""
            if length > 0:
                title = f"{name}: {data.printed(value)}"
                canvas.rect(
                    x, y, max(1.0, length - 1.5), 18, looks[position % len(looks)], r=2, title=title
                )
            x += length
        canvas.text(x + 7, y + 13, data.printed(total(row)), "strong")
    if not data.rows:
        canvas.text(width / 2, 20, _("Nothing to show yet"), "tick", anchor="middle")
    told = "; ".join(
        f"{row.label}: "
        + ", ".join(
            f"{name} {data.printed(value)}"
            for name, value in zip(data.parts, row.values, strict=False)
        )
        for row in data.rows
    )
    return canvas.svg(title=data.title, description=told or _("Nothing to show yet"))


def funnel(data: Funnel, *, width: int = HALF, palette: str | None = None) -> SafeString:
    """The last bar, what lasts, is the strongest."""
    compact = is_compact(width)
    step, thick = (44, 16) if compact else (42, 28)
    canvas = Canvas(width, max(34, 4 + step * len(data.rows)), palette)
    left, right = (0.0, float(width)) if compact else (min(140.0, width * 0.18), width - 180.0)
    most = max([*known(row.count for row in data.rows), 0.0]) or 1.0
    for index, row in enumerate(data.rows):
        y = 4 + index * step + (20 if compact else 3)
        share = max(0.0, words.finite(row.count) or 0.0) / most
        canvas.rect(left, y, right - left, thick, "track", r=5)
        canvas.rect(
            left,
            y,
            (right - left) * share,
            thick,
            "ramp-5" if index == len(data.rows) - 1 else "ramp-3",
            r=5,
        )
        earlier = words.finite(row.earlier)
        if earlier is not None:
            place = left + (right - left) * max(0.0, min(1.0, earlier / most))
            canvas.line(place, y - 3, place, y + thick + 3, "promise")
        text_y = y - 6 if compact else y + thick / 2 + 4
        canvas.text(0, text_y, fitted(row.label, 130 if compact else left), "label")
        shown, place = words.number(row.count), 140 if compact else right + 14
        canvas.text(place, text_y, shown, "strong")
        room = width - place - len(shown) * STRONG - 2  # the note's letters are narrower
        canvas.text(width, text_y, fitted(row.note, room), "tick", anchor="end")
    told = "; ".join(
        f"{row.label} {words.number(row.count)}"
        + (f" ({row.note})" if row.note else "")
        + (
            " " + _("before %(count)s") % {"count": words.number(row.earlier)}
            if row.earlier is not None
            else ""
        )
        for row in data.rows
    )
    return canvas.svg(
        title=data.title or _("From logged to sustained"),
        description=told or _("Nothing to show yet"),
    )
