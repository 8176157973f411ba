"""The six verdict marks: one shape each, always with the word."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.charts.canvas import Canvas

VERDICTS: dict[str, str | Promise] = {
    "improved": _("Improved"),
    "faster_but_worse": _("Faster but worse"),
    "no_measurable_change": _("No measurable change"),
    "insufficient_evidence": _("Insufficient evidence"),
    "worse": _("Worse"),
    "refused": _("Refused (data)"),
}
LINES = {
    "improved": "win-line",
    "faster_but_worse": "win-line",
    "worse": "loss-line",
    "refused": "pale-line",
}


def word(verdict: str) -> str:
    return str(VERDICTS.get(verdict, verdict))


def line_look(verdict: str) -> str:
    return LINES.get(verdict, "flat-line")


def draw_mark(canvas: Canvas, x: float, y: float, verdict: str, *, size: float = 5) -> None:
    title = word(verdict)
    match verdict:
        case "improved":
            canvas.rect(x - size, y - size, 2 * size, 2 * size, "after", r=1.5, title=title)
        case "faster_but_worse":
            canvas.rect(x - size, y - size, 2 * size, 2 * size, "half", r=1.5, title=title)
            corner = [(x - size, y - size), (x - size, y + size), (x + size, y + size)]
            canvas.path(corner, "after", close=True)
        case "worse":
            top = [(x, y - size), (x + size, y + size * 0.8), (x - size, y + size * 0.8)]
            canvas.path(top, "loss", close=True)
        case "refused":
            canvas.path(
                [(x - size * 0.8, y - size * 0.8), (x + size * 0.8, y + size * 0.8)], "cross"
            )
            canvas.path(
                [(x + size * 0.8, y - size * 0.8), (x - size * 0.8, y + size * 0.8)], "cross"
            )
        case "insufficient_evidence":
            canvas.circle(x, y, size * 0.95, "dotted", title=title)
        case _:
            canvas.circle(x, y, size * 0.95, "ring", title=title)
