"""``{% panel "measurement.evidence" redesign %}``: a part that a higher app draws."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.panels import drawing_of

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context: template.RequestContext, name: str, subject: Any = None) -> SafeString:
    """Nothing when the app has nothing to say about ``subject``."""
    request = context["request"]
    drawn = drawing_of(name)(request, subject)
    if drawn is None:
        return SafeString("")
    template_name, values = drawn
    return render_to_string(template_name, values, request=request)
