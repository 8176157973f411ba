"""Charts with their tables."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.charts import HALF, PHONE, SIDE, WIDE, draw
from core.charts.marks import VERDICTS
from core.templatetags.portal.fragments import part

tags = template.Library()


@tags.simple_tag
def figure(
    data: Any,
    caption: Any = "",
    *,
    width: int = WIDE,
    id: str = "",  # noqa: A002
    legend: bool = False,
) -> SafeString:
    """A chart drawn at two widths, one shown by the style sheet, with its table."""
    wide = draw(data, width=width)
    phone = draw(getattr(data, "for_phone", data), width=PHONE)
    return part(
        "figure",
        wide=format_html('<div class="ap-chart-wide">{}</div>', wide),
        phone=format_html('<div class="ap-chart-phone">{}</div>', phone),
        caption=caption,
        table=data.table(),
        id=id,
        legend=verdict_legend() if legend else "",
    )


@tags.simple_tag
def half_figure(data: Any, caption: Any = "", *, id: str = "", legend: bool = False) -> SafeString:  # noqa: A002
    """A chart for half the page's width."""
    return figure(data, caption, width=HALF, id=id, legend=legend)


@tags.simple_tag
def side_figure(data: Any, caption: Any = "", *, id: str = "", legend: bool = False) -> SafeString:  # noqa: A002
    """A chart for the narrow column beside another."""
    return figure(data, caption, width=SIDE, id=id, legend=legend)


@tags.simple_tag
def spark(data: Any) -> SafeString:
    """A row's trend."""
    return draw(data, width=104)


@tags.simple_tag
def verdict_legend() -> SafeString:
    looks = {
        "no_measurable_change": "ap-mark-grey",
        "insufficient_evidence": "ap-mark-grey",
        "refused": "ap-mark-grey",
        "worse": "ap-mark-bad",
    }
    marks = [
        {"code": code, "word": name, "css": looks.get(code, "")} for code, name in VERDICTS.items()
    ]
    return part("verdict_legend", marks=marks)
