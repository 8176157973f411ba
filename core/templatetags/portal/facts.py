"""Numbers, pairs and lists that tell how something stands."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts import words
from core.templatetags.portal.fragments import part

tags = template.Library()


@tags.simple_tag
def meter(  # noqa: PLR0913
    label: Any, value: Any, total: Any, text: Any = "", *, note: Any = "", look: str = "fill"
) -> SafeString:
    """A number with its bar: "17 of 22" unless ``text`` says it otherwise."""
    told = text or _("%(value)s of %(total)s") % {
        "value": words.number(value),
        "total": words.number(total),
    }
    return part("meter", label=label, value=value, total=total, text=told, note=note, look=look)


@tags.simple_tag
def key_values(
    pairs: Iterable[tuple[Any, Any]], note: Any = "", *, left: bool = False
) -> SafeString:
    return part("key_values", pairs=pairs, note=note, left=left)


@tags.simple_tag
def step_pairs(pairs: Sequence[Any], before: Any = None, after: Any = None) -> SafeString:
    """Aligned steps. Each pair: kind (kept, changed, ...), label, before, after, gone, ai.

    A step: number, name, time, note, tag, tag_tone. ``before`` and
    ``after``: total, work, of, note.
    """
    heads = [
        {"label": name, "look": look, **(head or {})}
        for name, look, head in ((_("Before"), "before", before), (_("After"), "fill", after))
    ]
    return part("step_pairs", pairs=pairs, heads=heads, before_total=before, after_total=after)


@tags.simple_tag
def signature_chain(entries: Iterable[Any]) -> SafeString:
    """Each entry: name, note, state (done, current, future, refused), hash."""
    return part("chain", entries=entries)


@tags.simple_tag
def checks(items: Iterable[Any]) -> SafeString:
    """Each: title, note, tone, icon, word."""
    return part("checks", checks=items)


@tags.simple_tag
def todo(items: Iterable[Any]) -> SafeString:
    """Each: title, text, icon, tone, tag, tag_tone, tag_icon, action, url, primary."""
    return part("todo", items=items)
