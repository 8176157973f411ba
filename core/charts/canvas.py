"""Puts parts on an area and prints one SVG; text is escaped, nothing leaves the area."""

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from html import escape

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.charts.looks import LOOKS, PALETTES, TEXT

WIDE, HALF, SIDE, PHONE = 1030, 580, 400, 340
COMPACT_BELOW = 380
FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0
LETTER = 6.1  # mean width in px of a letter at 12 px
Point = tuple[float, float]


def is_compact(width: int) -> bool:
    return width < COMPACT_BELOW


def fitted(text: str, room: float) -> str:
    """``text`` cut with an ellipsis to about ``room`` px."""
    letters = max(3, int(room / LETTER))
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def broken(text: str, room: float, most: int) -> list[str]:
    """``text`` over at most ``most`` lines of about ``room`` px, cut only where it does not fit."""
    lines = textwrap.wrap(text, max(3, int(room / LETTER)), break_long_words=False) or [""]
    kept = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines
    return [fitted(line, room) for line in kept]


class Canvas:
    """``palette`` None colours by class; "light" or "dark" writes literal colours and fonts."""

    def __init__(self, width: int, height: int, palette: str | None = None) -> None:
        self.width, self.height = width, height
        self.palette = None if palette is None else PALETTES[palette]
        self.parts: list[str] = []  # markup; only ``_add`` writes here, and it escapes

    def x(self, value: float) -> str:
        return f"{max(0.0, min(float(self.width), value)):.1f}"

    def y(self, value: float) -> str:
        return f"{max(0.0, min(float(self.height), value)):.1f}"

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        place = {"x1": self.x(x1), "y1": self.y(y1), "x2": self.x(x2), "y2": self.y(y2)}
        self._add("line", (x1, y1, x2, y2), place, look)

    def rect(  # noqa: PLR0913 - a rectangle has that many sides
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        look: str,
        *,
        r: float = 0,
        title: str = "",
    ) -> None:
        left, top = float(self.x(x)), float(self.y(y))
        right, bottom = float(self.x(x + width)), float(self.y(y + height))
        place = {
            "x": f"{left:.1f}",
            "y": f"{top:.1f}",
            "width": f"{max(0.0, right - left):.1f}",
            "height": f"{max(0.0, bottom - top):.1f}",
        }
        if r:
            place["rx"] = f"{r:g}"
        self._add("rect", (x, y, width, height), place, look, title=title)

    def circle(self, x: float, y: float, r: float, look: str, *, title: str = "") -> None:
        place = {"cx": self.x(x), "cy": self.y(y), "r": f"{r:.1f}"}
        self._add("circle", (x, y), place, look, title=title)

    def path(self, points: Iterable[Point], look: str, *, close: bool = False) -> None:
        known = [point for point in points if all(map(math.isfinite, point))]
        if len(known) < 2:  # noqa: PLR2004
            return
        steps = " L".join(f"{self.x(x)} {self.y(y)}" for x, y in known)
        self._add("path", (), {"d": f"M{steps}{'Z' if close else ''}"}, look)

    def strokes(self, lines: Iterable[tuple[Point, Point]], look: str) -> None:
        """Many lines of one look as one part."""
        steps = " ".join(
            f"M{self.x(a)} {self.y(b)} L{self.x(c)} {self.y(d)}" for (a, b), (c, d) in lines
        )
        if steps:
            self._add("path", (), {"d": steps}, look)

    def text(
        self, x: float, y: float, words: str, look: str = "", *, anchor: str = "start"
    ) -> None:
        place = {"x": self.x(x), "y": self.y(y)}
        if anchor != "start":
            place["text-anchor"] = anchor
        self._add("text", (x, y), place, look, body=words, base=TEXT)

    def svg(self, *, title: str, description: str, css: str = "") -> SafeString:
        """The whole picture; its name and its numbers are read out, its parts are not."""
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" class="{}" viewBox="0 0 {} {}" role="img"{}>'
            "<title>{}</title><desc>{}</desc>{}</svg>",
            f"ap-chart {css}".strip(),
            self.width,
            self.height,
            ""
            if self.palette is None
            else format_html(' width="{}" height="{}"', self.width, self.height),
            printable(title),
            printable(description),
            mark_safe("".join(self.parts)),  # noqa: S308  each part was escaped when it was added
        )

    def _add(  # noqa: PLR0913
        self,
        tag: str,
        numbers: Sequence[float],
        place: dict[str, str],
        look: str,
        *,
        title: str = "",
        body: str = "",
        base: dict[str, str] | None = None,
    ) -> None:
        if any(math.isnan(value) for value in numbers):
            return
        inside = f"<title>{_escaped(title)}</title>" if title else _escaped(body)
        attributes = "".join(
            f' {name}="{escape(value)}"'
            for name, value in (place | self._look(look, base or {})).items()
        )
        self.parts.append(
            f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"
        )

    def _look(self, look: str, base: dict[str, str]) -> dict[str, str]:
        if self.palette is None:
            return {"class": f"k-{look}"} if look else {}
        literal = base | (LOOKS[look] if look else {})
        return {name: self.palette.get(value, value) for name, value in literal.items()}


def _escaped(text: str) -> str:
    # ``format_html`` does the same at many times the price, and a page has some thousand parts.
    return text if isinstance(text, SafeString) else escape(printable(text))


def printable(text: str) -> str:
    """Without the control characters that XML forbids."""
    return text if isinstance(text, SafeString) else FORBIDDEN.sub("", str(text))
