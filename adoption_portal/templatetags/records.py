"""What only the records pages print: names in words, and cells that name their column on phones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from typing import Any

from django import template
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from adoption_portal.records_words import told

LONG = 32  # characters that share a line of a phone with the name of their column
MARK = re.compile(r'<img src="[^"]*" alt="(True|False|None)">')

register = template.Library()
register.filter(told)


@register.filter
def yes_or_no(shown: Any) -> Any:
    """Django draws a picture whose only words are Python's; here they are the reader's."""
    if not isinstance(shown, SafeString):
        return shown
    said = {"True": _("Yes"), "False": _("No"), "None": "-"}
    return mark_safe(MARK.sub(lambda mark: escape(said[mark[1]]), shown))  # noqa: S308  as it was


@register.filter
def labelled(cells: Iterable[SafeString], headers: Sequence[Mapping[str, Any]]) -> list[SafeString]:
    """The cells of a row as Django writes them, each with the name of its column."""
    return [
        _labelled(yes_or_no(cell), str(capfirst(told(header["text"]))))
        for cell, header in zip(cells, headers, strict=True)
    ]


def _labelled(cell: SafeString, label: str) -> SafeString:
    """The first cell of a row names it and needs no label; an empty one is told from the rest."""
    if not cell.startswith("<td"):
        return cell
    text = unescape(strip_tags(cell))
    kind = " data-none" if text == "-" else ""
    css = "ap-sentence " if len(text) > LONG else ""
    opening, end, rest = cell.removeprefix("<td").partition(">")
    opening = opening.replace(' class="', f' class="{css}', 1)
    named = f'<td data-label="{escape(label)}"{kind}{opening}{end}{rest}'
    return mark_safe(named)  # noqa: S308  the cell as Django wrote it, with an escaped label
