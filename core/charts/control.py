"""The weekly chart: limits come from the weeks before and are carried on, never recalculated."""

import itertools
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from core.charts.canvas import WIDE, Canvas, is_compact
from core.charts.scale import Linear, known, ticks_from_zero
from core.charts.table import Table

WEEKS_ON_PHONE = 16  # before go-live


@dataclass(frozen=True, slots=True)
class Week:
    """``median`` in seconds, None = no point (``note`` says why); not ``ripe``: some are open."""

    start: date
    median: float | None
    cases: int = 0
    ripe: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; from the weeks before only."""

    centre: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Weeks of start, in order. A week is "after" when it starts on or after go-live.

    ``working``: the seconds are of a work calendar, told in working hours.
    """

    weeks: tuple[Week, ...]
    go_live: date | None = None
    washout_until: date | None = None
    reading_date: date | None = None
    limits: Limits | None = None
    title: str = ""
    working: bool = False

    def length(self, seconds: float | None) -> str:
        return words.length(seconds, working=self.working)

    @property
    def before(self) -> tuple[Week, ...]:
        return tuple(w for w in self.weeks if self.go_live is None or w.start < self.go_live)

    @property
    def after(self) -> tuple[Week, ...]:
        return tuple(w for w in self.weeks if self.go_live is not None and w.start >= self.go_live)

    @property
    def for_phone(self) -> "ControlChart":
        """Fewer weeks before, so that those after stay apart; the table keeps them all."""
        return replace(self, weeks=(*self.before[-WEEKS_ON_PHONE:], *self.after))

    def table(self) -> Table:
        rows = tuple(
            (
                words.day(week.start),
                _("before") if self.go_live is None or week.start < self.go_live else _("after"),
                self.length(week.median),
                words.number(week.cases),
                "; ".join(filter(None, [week.note, "" if week.ripe else _("not complete yet")])),
            )
            for week in self.weeks
        )
        heads = (_("Week of"), _("Period"), _("Median"), _("Cases"), _("Note"))
        return Table(caption=self.title or default_title(), headers=heads, rows=rows)


def default_title() -> str:
    return _("Weekly median cycle time, before and after go-live")


def sound(limits: Limits | None) -> Limits | None:
    """Limits that can be drawn: three finite numbers, or none at all."""
    if limits is None:
        return None
    values = known((limits.centre, limits.low, limits.high))
    return Limits(*values) if len(values) == 3 else None  # noqa: PLR2004


def unit_of(top: float, *, working: bool) -> tuple[float, str]:
    """The unit of the axis, in seconds, and its name."""
    if working:
        return words.HOUR, _("working hours")
    if top >= 2 * words.DAY:
        return words.DAY, _("days")
    if top >= 2 * words.HOUR:
        return words.HOUR, _("hours")
    return words.MINUTE, _("minutes")


def level_after(data: ControlChart) -> float | None:
    values = known(week.median for week in data.after if week.ripe)
    return median(values) if values else None


def description(data: ControlChart) -> str:
    if not known(week.median for week in data.weeks):
        return _("There is no finished week to draw yet.")
    count = len(data.weeks)
    told = [ngettext("%(count)s week.", "%(count)s weeks.", count) % {"count": count}]
    if data.limits:
        told.append(
            _(
                "Centre %(centre)s and limits %(low)s to %(high)s come from the weeks before "
                "go-live and are carried on unchanged."
            )
            % {
                "centre": data.length(data.limits.centre),
                "low": data.length(data.limits.low),
                "high": data.length(data.limits.high),
            }
        )
    level = level_after(data)
    if level is not None and data.go_live:
        told.append(
            _("After go-live on %(day)s the middle of the weekly medians is %(level)s.")
            % {"day": words.day(data.go_live), "level": data.length(level)}
        )
    if data.limits and data.after:
        ripe = known(week.median for week in data.after if week.ripe)
        told.append(
            _("%(below)s of %(count)s complete weeks after go-live lie below the lower limit.")
            % {"below": sum(value < data.limits.low for value in ripe), "count": len(ripe)}
        )
    return " ".join(told)


def control_chart(
    data: ControlChart, *, width: int = WIDE, palette: str | None = None
) -> SafeString:
    """Weekly medians from zero: grey before, indigo after, hollow while a week may change."""
    data = replace(data, limits=sound(data.limits))
    compact = is_compact(width)
    height = 224 if compact else 262
    canvas = Canvas(width, height, palette)
    values = known(week.median for week in data.weeks)
    if values:
        _Drawing(data, canvas, compact=compact).draw(values)
    else:
        canvas.text(width / 2, height / 2, _("No finished week yet"), "tick", anchor="middle")
    return canvas.svg(title=data.title or default_title(), description=description(data))


class _Drawing:
    def __init__(self, data: ControlChart, canvas: Canvas, *, compact: bool) -> None:
        self.data, self.canvas, self.compact = data, canvas, compact
        self.left, self.right = (30, canvas.width - 8) if compact else (40, canvas.width - 86)
        self.top, self.bottom = 34, canvas.height - 30

    def draw(self, values: list[float]) -> None:
        data = self.data
        highest = max([*values, *([data.limits.high] if data.limits else [])])
        self.unit, self.unit_name = unit_of(highest, working=data.working)
        ticks = ticks_from_zero(
            max(highest * 1.06, self.unit * 0.1) / self.unit, 4 if self.compact else 6
        )
        self.y = Linear(0, ticks[-1] * self.unit, self.bottom, self.top)
        first = min(week.start for week in data.weeks)
        last = max(week.start for week in data.weeks) + timedelta(days=7)
        edges = [d for d in (data.reading_date, data.go_live, data.washout_until) if d]
        span_end = max([last, *(d for d in edges if (d - last).days <= 28)])  # noqa: PLR2004
        self.x = Linear(first.toordinal(), span_end.toordinal(), self.left + 4, self.right - 4)
        self.draw_grid(ticks)
        self.draw_limits()
        self.draw_dates(first, span_end)
        self.draw_weeks(data.before, "before")
        self.draw_weeks(data.after, "after")
        self.draw_level()

    def at(self, day: date) -> float:
        return self.x(day.toordinal())

    def draw_grid(self, ticks: list[float]) -> None:
        every = 2 if len(ticks) > 5 else 1  # noqa: PLR2004
        for index, tick in enumerate(ticks):
            y = self.y(tick * self.unit)
            self.canvas.line(self.left, y, self.right, y, "grid")
            if index % every == 0:
                self.canvas.text(self.left - 8, y + 4, words.short(tick), "tick", anchor="end")
        self.canvas.text(0, 12, self.unit_name, "tick")

    def draw_limits(self) -> None:
        limits = self.data.limits
        if limits is None:
            return
        end = self.at(self.data.go_live) if self.data.go_live else self.right - 4
        start, high, low, centre = (
            self.left + 4,
            self.y(limits.high),
            self.y(limits.low),
            self.y(limits.centre),
        )
        self.canvas.rect(start, high, end - start, low - high, "band")
        self.canvas.line(start, centre, end, centre, "centre")
        label = _("centre %(centre)s, limits %(low)s to %(high)s") % {
            "centre": words.short(limits.centre / self.unit),
            "low": words.short(limits.low / self.unit),
            "high": words.short(limits.high / self.unit),
        }
        if end - start > 200:  # noqa: PLR2004
            self.canvas.text(start + 6, high - 7, label, "tick")
        if self.data.go_live and end < self.right - 4:
            self.canvas.rect(end, high, self.right - 4 - end, low - high, "band-on")
            for y in (high, centre, low):
                self.canvas.line(end, y, self.right - 4, y, "carried")
            reading = self.data.reading_date
            edge = self.at(reading) - 6 if reading else self.right - 4
            if edge - end > 180:  # noqa: PLR2004
                self.canvas.text(
                    edge, high - 7, _("the same limits, carried on"), "tick", anchor="end"
                )

    def draw_dates(self, first: date, end: date) -> None:
        self.draw_months(first, end)
        go_live, washout, reading = (
            self.data.go_live,
            self.data.washout_until,
            self.data.reading_date,
        )
        taken = (0.0, 0.0)  # by the words of the go-live, at about 7 px a letter
        if go_live and first <= go_live <= end:
            x = self.at(go_live)
            if washout and washout > go_live:
                shade = self.at(min(washout, end)) - x
                self.canvas.rect(
                    x,
                    self.top,
                    shade,
                    self.bottom - self.top,
                    "washout",
                    title=_("First days, left out of the comparison"),
                )
            self.canvas.line(x, 12, x, self.bottom, "axis")
            words_of_it = _("Go-live %(day)s") % {"day": words.day(go_live)}
            length = 7 * len(words_of_it)
            near_end = x > self.canvas.width - max(130, 7 + length)
            self.canvas.text(
                x - 7 if near_end else x + 7,
                21,
                words_of_it,
                "strong",
                anchor="end" if near_end else "start",
            )
            taken = (x - 7 - length, x - 7) if near_end else (x + 7, x + 7 + length)
        if reading and first <= reading <= end:
            x = self.at(reading)
            self.canvas.line(x, self.top - 8, x, self.bottom, "ref")
            label = _("reading %(day)s") % {"day": words.day(reading)}
            length = 6 * len(label)
            # Beside long words of the go-live it moves into the margin, else it is left out.
            for edge in (min(x, self.right), self.canvas.width):
                if edge <= taken[0] or edge - length >= taken[1]:
                    self.canvas.text(edge, 21, label, "tick", anchor="end")
                    break

    def draw_months(self, first: date, end: date) -> None:
        room = 34 if self.compact else 46
        previous = -1e9
        starts = (date(y, m, 1) for y in range(first.year, end.year + 1) for m in range(1, 13))
        for start in starts:
            if (
                first <= start < end
                and self.at(start) - previous >= room
                and self.at(start) < self.right - 12
            ):
                previous = self.at(start)
                self.canvas.text(
                    previous, self.bottom + 20, words.month(start), "tick", anchor="middle"
                )

    def draw_weeks(self, weeks: tuple[Week, ...], period: str) -> None:
        spots = [
            (self.x(week.start.toordinal() + 3.5), self.y(value), week)
            for week in weeks
            if (value := words.finite(week.median)) is not None
        ]
        wide = (self.right - self.left) / max(1, len(self.data.weeks))
        radius = max(1.2, min(3.2, wide * 0.32))
        for (x1, y1, one), (x2, y2, two) in itertools.pairwise(spots):
            if (two.start - one.start).days <= 7:  # noqa: PLR2004
                self.canvas.path([(x1, y1), (x2, y2)], f"{period}-line")
        for x, y, week in spots:
            title = _("Week of %(day)s: %(length)s, %(cases)s cases") % {
                "day": words.day(week.start),
                "length": self.data.length(week.median),
                "cases": words.number(week.cases),
            }
            if not week.ripe:
                title += " " + _("(not complete yet)")
            self.canvas.circle(
                x, y, radius, period if week.ripe else f"{period}-hollow", title=title
            )

    def draw_level(self) -> None:
        level = level_after(self.data)
        if level is None or self.data.go_live is None:
            return
        y, start = self.y(level), max(self.left, self.at(self.data.go_live)) + 4
        self.canvas.line(start, y, self.right - 4, y, "level")
        label = _("median %(level)s") % {"level": words.short(level / self.unit)}
        if self.compact:
            late = known(week.median for week in self.data.after[-8:])
            below = min(max([y, *map(self.y, late)]) + 20, self.bottom - 6)
            self.canvas.text(self.right - 4, below, label, "strong", anchor="end")
        else:
            self.canvas.text(self.right + 3, y + 4, label, "strong")
