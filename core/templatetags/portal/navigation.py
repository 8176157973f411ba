"""Where one is and where one can go."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.portal.fragments import part

tags = template.Library()

STAGES = 6


@tags.simple_tag
def crumbs(*parts: Any) -> SafeString:
    """Label, address, label, address ...; a last label without address is this page."""
    pairs = [
        (parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)
    ]
    return part("crumbs", crumbs=pairs)


@tags.simple_tag
def tabs(items: Iterable[tuple[str, str, bool]], label: str = "") -> SafeString:
    """``items``: (name, address, is this page)."""
    return part("tabs", tabs=items, label=label or _("Parts of this page"))


@tags.simple_tag(takes_context=True)
def pages(context: template.Context, page: Any, parameter: str = "page") -> SafeString:
    """Previous and next of a Django page; keeps the filters of the address."""
    query = context["request"].GET

    def address(number: int) -> str:
        changed = query.copy()
        changed[parameter] = str(number)
        return f"?{changed.urlencode()}"

    return part(
        "pages",
        page=page,
        previous=address(page.previous_page_number()) if page.has_previous() else "",
        next=address(page.next_page_number()) if page.has_next() else "",
    )


@tags.simple_tag
def stage_rail(stages: Iterable[Any]) -> SafeString:
    """Each stage: label, state (done, current, future), note, mark (a verdict code or empty)."""
    return part("stage_rail", stages=stages)


@tags.simple_tag
def stage_dashes(done: int, current: int = 0, label: str = "") -> SafeString:
    """The rail as six dashes: ``done`` full ones; ``current``: number of the one under way."""
    dashes = []
    for index in range(STAGES):
        state = "done" if index < done else "current" if index + 1 == current else "future"
        x = index * 22
        stripes = [f"M{x + s} 5 L{x + s + 2} 0 h3 l-2 5z" for s in (1, 6, 11)]
        dashes.append({"x": x, "state": state, "stripes": stripes})
    name = _("stage %(number)s of %(count)s") % {"number": max(done, current), "count": STAGES}
    return part("stage_dashes", dashes=dashes, name=name, label=label)
