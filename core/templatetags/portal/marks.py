"""Small marks and words: what stands within a line of text."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.charts.marks import word
from core.charts.scale import Linear

tags = template.Library()

for _filter in (
    words.duration,
    words.minutes,
    words.percent_change,
    words.ratio_words,
    words.percent,
    words.number,
    words.probability,
    words.day,
    words.moment,
):
    tags.filter(_filter.__name__, _filter)


@tags.filter
def bold(text: str, words_in_it: str | None) -> str | SafeString:
    """``text`` with its first ``words_in_it`` emphasised, where they occur."""
    start, found, end = text.partition(words_in_it) if words_in_it else (text, "", "")
    return format_html("{}<b>{}</b>{}", start, found, end) if found else text


TONES = {
    "improved": "good",
    "faster_but_worse": "warn",
    "insufficient_evidence": "info",
    "worse": "bad",
    "refused": "bad",
}


@tags.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of the sprite; always beside words."""
    return format_html(
        '<svg class="ap-ic" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', name
    )


_icon = icon


@tags.simple_tag
def mark(verdict: str, css: str = "") -> SafeString:
    """A verdict's shape alone; put the word beside it."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="#v-{}"/></svg>',
        f"ap-mark {css}".strip(),
        verdict,
    )


@tags.simple_tag
def badge(text: Any, tone: str = "", icon: str = "") -> SafeString:
    """``tone``: "", good, warn, bad, info, acc."""
    inside = _icon(icon) if icon else ""
    css = f"ap-tag ap-tag-{tone}" if tone else "ap-tag"
    return format_html('<span class="{}">{}{}</span>', css, inside, text)


@tags.simple_tag
def verdict(code: str, promised: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Mark and word; ``promised`` for an improvement that met its promise."""
    told = _("Improved, as promised") if promised and code == "improved" else word(code)
    tone = TONES.get(code, "")
    css = f"ap-tag ap-tag-{tone}" if tone else "ap-tag"
    return format_html('<span class="{}">{}{}</span>', css, mark(code), told)


@tags.simple_tag
def grade(letter: str) -> SafeString:
    """How much the evidence bears: A, B or C; nothing for none."""
    return badge(_("Grade %(letter)s") % {"letter": letter}) if letter else SafeString("")


@tags.simple_tag
def bar(value: Any, total: Any, look: str = "fill", *, thick: bool = False) -> SafeString:
    """A bare bar; the words beside it carry the number. ``look``: fill, before, 1 to 4."""
    whole = words.finite(total) or 0
    width = Linear(0, whole, 0, 100)(words.finite(value) or 0) if whole > 0 else 0
    return format_html(
        '<svg class="ap-bar{}" aria-hidden="true" focusable="false">'
        '<rect width="{}%" height="100%" rx="3" class="ap-bar-{}"/></svg>',
        " ap-bar-thick" if thick else "",
        f"{width:.1f}",
        look,
    )


@tags.simple_tag
def hidden_cell() -> SafeString:
    """A number that is not shown; the words never tell too few from protected."""
    return format_html('<span class="ap-hidden-cell">{}</span>', _("hidden"))
