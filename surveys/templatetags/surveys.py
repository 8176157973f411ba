"""What only the pages of the surveys print."""

from datetime import date, timedelta
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from core.charts import draw

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
