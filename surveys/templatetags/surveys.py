"""What only the pages of the surveys print."""

from datetime import date, timedelta
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from core.charts import draw
from core.templatetags.portal.figures import figure
from core.templatetags.portal.marks import bar

register = template.Library()


@register.simple_tag
def drawn(data: Any, width: int) -> SafeString:
    """A picture alone, for a page so small that its numbers stand beside it."""
    return draw(data, width=width)


@register.filter
def weekday(value: date) -> str:
    """``Friday 27 Nov``."""
    return date_format(value, pgettext("weekday, day and month", "l j M"))


@register.filter
def next_day(value: date) -> date:
    return value + timedelta(days=1)


@register.simple_tag
def chart(data: Any, caption: Any, width: int, printing: bool) -> SafeString:  # noqa: FBT001
    """A figure with its table; in print the table stands open."""
    if not printing:
        return figure(data, caption, width=width)
    return render_to_string(
        "surveys/_printed_figure.html",
        {"drawing": draw(data, width=width), "caption": caption, "table": data.table()},
    )


@register.simple_tag
def scale_bar(value: float) -> SafeString:
    """A mean of 1 to 5 as a bar; the number stands beside it."""
    return bar(value - 1, 4)


@register.filter
def column_name(columns: list[tuple[str, str]], index: int) -> str:
    return columns[index][1]
