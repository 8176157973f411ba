"""Parts around other parts."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.text import slugify

from core.templatetags.portal.fragments import part

tags = template.Library()


@tags.simple_block_tag
def card(  # noqa: PLR0913
    content: str,
    title: Any = "",
    *,
    note: Any = "",
    level: int = 2,
    flush: bool = False,
    id: str = "",  # noqa: A002
    css: str = "",
    link: str = "",
    link_label: Any = "",
) -> SafeString:
    """``flush``: the content brings its own padding (tables, lists)."""
    label_id = f"{id or 'card-' + slugify(title)}-title" if title else ""
    return part(
        "card", content=content, title=title, note=note, level=level, flush=flush, id=id, css=css,
        label_id=label_id, link_url=link, link_label=link_label,
    )  # fmt: skip


@tags.simple_block_tag
def page_header(content: str, title: Any, lead: Any = "") -> SafeString:
    """Title, lead and, inside, the actions; for pages that do not fill base.html's blocks."""
    return part("page_header", content=content, title=title, lead=lead)


@tags.simple_block_tag
def note(content: str, tone: str = "", *, icon: str = "", alert: bool = False) -> SafeString:
    return part("note", content=content, tone=tone, icon_name=icon, alert=alert)


@tags.simple_block_tag
def table_region(
    content: str,
    caption: Any,
    *,
    mode: str = "scroll",
    hide_caption: bool = True,
    tight: bool = False,
) -> SafeString:
    """``mode``: "scroll" in a focusable region, or "cards" on phones (cells need data-label)."""
    return part(
        "table", content=content, caption=caption, mode=mode, hide_caption=hide_caption, tight=tight
    )
