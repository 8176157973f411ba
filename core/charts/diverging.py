"""Answers to statements as bars stacked around their middle, so that both sides can be compared."""

import textwrap
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.canvas import HALF, LETTER, Canvas
from core.charts.scale import Linear
from core.charts.table import Table

FIVE = 5
MIDDLE = 2
LOOKS = ("before", "before-weak", "track", "after-weak", "after")
LINE, BAR, GAP = 16.0, 20.0, 18.0  # px
SIDE = 46.0  # room for the number at either end
LEAST = 30.0  # per cent a side shows at least


@dataclass(frozen=True, slots=True)
class DivergingRow:
    """``shares``: per cent of each of the five answers, least first; None when they are not shown.

    ``instead`` says in words what stands in place of the shares; ``note`` ends the row.
    """

    label: str
    shares: tuple[float | None, ...] | None
    n: int | None = None
    instead: str = ""
    note: str = ""

    def known(self) -> tuple[float, ...] | None:
        """Five shares of 0 to 100 that add up to at most 100; None for anything else."""
        if self.shares is None or len(self.shares) != FIVE:
            return None
        values = [words.finite(share) for share in self.shares]
        if any(value is None for value in values):
            return None
        parts = [max(0.0, min(100.0, value or 0.0)) for value in values]
        whole = sum(parts)
        return tuple(part / whole * 100 for part in parts) if whole > 0 else None


@dataclass(frozen=True, slots=True)
class Diverging:
    """``parts`` name the five answers; the third is the middle."""

    rows: tuple[DivergingRow, ...]
    parts: tuple[str, ...]
    title: str = ""

    def table(self) -> Table:
        rows = tuple(
            (
                row.label,
                *(map(words.percent, known) if known else [row.instead or _("hidden")] * FIVE),
                words.number(row.n),
                row.note,
            )
            for row, known in ((row, row.known()) for row in self.rows)
        )
        headers = ("", *self.parts, _("Answers"), _("Note"))
        return Table(caption=self.title, headers=headers, rows=rows)


def diverging(data: Diverging, *, width: int = HALF, palette: str | None = None) -> SafeString:
    """The statement above its bar; a hidden row is hatched, never blank or zero."""
    letters = max(12, int(width / LETTER) - 2)
    labels = [_lines(row.label, letters) for row in data.rows]
    legend = _legend(data.parts[:FIVE], width)
    legend_height = 22.0 * (1 + max((line for line, *_rest in legend), default=0)) + 8
    height = legend_height + sum(LINE * len(lines) + BAR + GAP for lines in labels)
    canvas = Canvas(width, round(max(60.0, height)), palette)
    for line, x, look, name in legend:
        canvas.rect(x, 22.0 * line + 2, 12, 12, look, r=2)
        canvas.text(x + 18, 22.0 * line + 12, name, "tick")
    reach = _reach(data)
    place = Linear(-reach, reach, SIDE, width - SIDE)
    top = legend_height
    for row, lines in zip(data.rows, labels, strict=True):
        for index, words_of_it in enumerate(lines):
            canvas.text(0, top + 11 + LINE * index, words_of_it, "label")
        top += LINE * len(lines)
        _bar(canvas, data, row, place, top)
        top += BAR + GAP
    return canvas.svg(title=data.title, description=_told(data) or _("Nothing to show yet"))


def _bar(canvas: Canvas, data: Diverging, row: DivergingRow, place: Linear, y: float) -> None:
    shares = row.known()
    if shares is None:
        canvas.rect(SIDE, y, canvas.width - 2 * SIDE, BAR, "track", r=3)
        if row.instead:
            canvas.text(canvas.width / 2, y + 14, row.instead, "label", anchor="middle")
        else:
            _hatched(canvas, y)
        return
    left = -(shares[0] + shares[1] + shares[MIDDLE] / 2)
    edge = left
    for name, look, share in zip(data.parts, LOOKS, shares, strict=False):
        start, end = place(edge), place(edge + share)
        if end - start > 0:
            title = f"{name}: {words.percent(share)}"
            canvas.rect(start, y, max(1.0, end - start - 1), BAR, look, title=title)
        edge += share
    canvas.line(place(0), y - 2, place(0), y + BAR + 2, "ref")
    below, above = shares[0] + shares[1], shares[3] + shares[4]
    canvas.text(place(left) - 6, y + 14, words.percent(below), "tick", anchor="end")
    canvas.text(place(edge) + 6, y + 14, words.percent(above), "strong")


def _hatched(canvas: Canvas, y: float) -> None:
    x = SIDE
    while x + BAR < canvas.width - SIDE:
        canvas.line(x, y + BAR, x + BAR, y, "hatch")
        x += 8


def _lines(label: str, letters: int) -> list[str]:
    return textwrap.wrap(label, letters)[:4] or [""]


def _legend(parts: tuple[str, ...], width: int) -> list[tuple[int, float, str, str]]:
    """(line, x, look, name), broken into lines of ``width``."""
    placed, line, x = [], 0, 0.0
    for name, look in zip(parts, LOOKS, strict=False):
        room = 34 + len(name) * LETTER
        if x and x + room > width:
            line, x = line + 1, 0.0
        placed.append((line, x, look, name))
        x += room
    return placed


def _reach(data: Diverging) -> float:
    """How far either side goes, so that the longest one fits."""
    sides = [LEAST]
    for row in data.rows:
        shares = row.known()
        if shares:
            half = shares[MIDDLE] / 2
            sides += [shares[0] + shares[1] + half, shares[3] + shares[4] + half]
    return max(sides)


def _told(data: Diverging) -> str:
    told = []
    for row in data.rows:
        shares = row.known()
        if shares is None:
            told.append(f"{row.label} {row.instead or _('hidden')}")
            continue
        each = (
            f"{name} {words.percent(share)}"
            for name, share in zip(data.parts, shares, strict=False)
        )
        told.append(f"{row.label} {', '.join(each)}")
    return "; ".join(told)
