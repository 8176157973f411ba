"""The components of every page; docs/pages.md shows each with its parameters."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.charts import HALF, PHONE, WIDE, draw, words
from core.charts.marks import VERDICTS, word
from core.charts.scale import Linear

register = template.Library()

for _filter in (
    words.duration,
    words.minutes,
    words.percent_change,
    words.ratio_words,
    words.percent,
    words.number,
    words.day,
    words.moment,
):
    register.filter(_filter.__name__, _filter)


@register.filter
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
JOB_TONES = {
    "running": ("acc", "clock"),
    "needs_review": ("warn", "warn"),
    "done": ("good", "check"),
    "failed": ("bad", "cross"),
}
ENDED = ("done", "failed", "cancelled", "needs_review")
# kind -> icon, tone; a verdict's kind draws its mark
STATES: dict[str, tuple[str, str]] = {
    "empty": ("flow", "acc"),
    "waiting": ("data", "info"),
    "hidden": ("lock", ""),
    "stale": ("clock", "warn"),
    "failed": ("cross", "bad"),
    "clear": ("check", "good"),
    "no_access": ("shield", ""),
}
STAGES = 6


def _part(name: str, /, **values: Any) -> SafeString:
    return render_to_string(f"components/_{name}.html", values)


# --- small marks ---------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of the sprite; always beside words."""
    return format_html(
        '<svg class="ap-ic" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', name
    )


@register.simple_tag
def mark(verdict: str, css: str = "") -> SafeString:
    """A verdict's shape alone; put the word beside it."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="#v-{}"/></svg>',
        f"ap-mark {css}".strip(),
        verdict,
    )


@register.simple_tag
def badge(text: Any, tone: str = "", icon: str = "") -> SafeString:
    """``tone``: "", good, warn, bad, info, acc."""
    inside = _icon(icon) if icon else ""
    css = f"ap-tag ap-tag-{tone}" if tone else "ap-tag"
    return format_html('<span class="{}">{}{}</span>', css, inside, text)


_icon = icon


@register.simple_tag
def verdict(code: str, promised: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Mark and word; ``promised`` for an improvement that met its promise."""
    told = _("Improved, as promised") if promised and code == "improved" else word(code)
    tone = TONES.get(code, "")
    css = f"ap-tag ap-tag-{tone}" if tone else "ap-tag"
    return format_html('<span class="{}">{}{}</span>', css, mark(code), told)


@register.simple_tag
def grade(letter: str) -> SafeString:
    """How much the evidence bears: A, B or C; nothing for none."""
    return badge(_("Grade %(letter)s") % {"letter": letter}) if letter else SafeString("")


@register.simple_tag
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


# --- parts with a template of their own --------------------------------------------------------
@register.simple_tag
def crumbs(*parts: Any) -> SafeString:
    """Label, address, label, address ...; a last label without address is this page."""
    pairs = [
        (parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)
    ]
    return _part("crumbs", crumbs=pairs)


@register.simple_tag
def tabs(items: Iterable[tuple[str, str, bool]], label: str = "") -> SafeString:
    """``items``: (name, address, is this page)."""
    return _part("tabs", tabs=items, label=label or _("Parts of this page"))


@register.simple_tag
def stage_rail(stages: Iterable[Any]) -> SafeString:
    """Each stage: label, state (done, current, future), note, mark (a verdict code or empty)."""
    return _part("stage_rail", stages=stages)


@register.simple_tag
def stage_dashes(done: int, current: int = 0, label: str = "") -> SafeString:
    """The rail as six dashes: ``done`` full ones; ``current``: number of the one under way."""
    dashes = []
    for index in range(STAGES):
        state = "done" if index < done else "current" if index + 1 == current else "future"
        x = index * 22
        stripes = [f"M{x + s} 5 L{x + s + 2} 0 h3 l-2 5z" for s in (1, 6, 11)]
        dashes.append({"x": x, "state": state, "stripes": stripes})
    name = _("stage %(number)s of %(count)s") % {"number": max(done, current), "count": STAGES}
    return _part("stage_dashes", dashes=dashes, name=name, label=label)


@register.simple_tag
def state(  # noqa: PLR0913
    kind: str,
    title: Any = "",
    text: Any = "",
    *,
    action: Any = "",
    url: str = "",
    value: Any = 0,
    total: Any = 0,
    icon: str = "",
    boxed: bool = True,
    level: int = 3,
) -> SafeString:
    """What is missing and who can fix it, with one action. ``kind`` as in STATES, or a verdict."""
    is_verdict = kind in VERDICTS
    icon_name, tone = ("", TONES.get(kind, "")) if is_verdict else STATES[kind]
    return _part(
        "state",
        verdict=kind if is_verdict else "",
        icon_name=icon or icon_name,
        tone=tone,
        title=title or (word(kind) if is_verdict else _default_title(kind)),
        text=text,
        action_label=action,
        action_url=url,
        value=value,
        total=total,
        boxed=boxed,
        level=level,
    )


def _default_title(kind: str) -> str:
    titles = {
        "hidden": _("Hidden to protect people"),
        "clear": _("All clear"),
        "no_access": _("Not for your role"),
    }
    return titles.get(kind, _("Nothing here yet"))


@register.simple_tag
def hidden_cell() -> SafeString:
    """A number that is not shown; the words never tell too few from protected."""
    return format_html('<span class="ap-hidden-cell">{}</span>', _("hidden"))


@register.simple_tag
def loading(url: str = "", text: str = "", *, boxed: bool = True) -> SafeString:
    """A frame that keeps its size; with ``url`` htmx fills it, without script a link does."""
    return _part("loading", url=url, text=text, boxed=boxed)


@register.simple_tag
def meter(  # noqa: PLR0913
    label: Any, value: Any, total: Any, text: Any = "", *, note: Any = "", look: str = "fill"
) -> SafeString:
    """A number with its bar: "17 of 22" unless ``text`` says it otherwise."""
    told = text or _("%(value)s of %(total)s") % {
        "value": words.number(value),
        "total": words.number(total),
    }
    return _part("meter", label=label, value=value, total=total, text=told, note=note, look=look)


@register.simple_tag
def job_progress(job: Any, url: str = "", label: Any = "") -> SafeString:
    """A background job's row; asks ``url`` every 2 s for the same fragment until it has ended."""
    tone, icon_name = JOB_TONES.get(job.state, ("", ""))
    return _part(
        "job",
        job=job,
        url=url,
        label=label or _("Background work"),
        id=f"job-{job.public_id}",
        tone=tone,
        icon_name=icon_name,
        open=job.state not in ENDED,
        done=min(job.progress_done or 0, job.progress_total or 0),
    )


@register.simple_tag(takes_context=True)
def pages(context: template.Context, page: Any, parameter: str = "page") -> SafeString:
    """Previous and next of a Django page; keeps the filters of the address."""
    query = context["request"].GET

    def address(number: int) -> str:
        changed = query.copy()
        changed[parameter] = str(number)
        return f"?{changed.urlencode()}"

    return _part(
        "pages",
        page=page,
        previous=address(page.previous_page_number()) if page.has_previous() else "",
        next=address(page.next_page_number()) if page.has_next() else "",
    )


@register.simple_tag(takes_context=True)
def filters(context: template.Context, form: BaseForm) -> SafeString:
    """A GET form and a chip for each filter that is on."""
    request: HttpRequest = context["request"]
    form.use_required_attribute = False
    return _part("filters", form=form, request=request, chips=_chips(form, request))


def _chips(form: BaseForm, request: HttpRequest) -> list[dict[str, str]]:
    chips = []
    for field in form:
        value = request.GET.get(field.html_name, "")
        if not value:
            continue
        rest = request.GET.copy()
        del rest[field.html_name]
        rest.pop("page", None)
        known = {str(key): label for key, label in getattr(field.field, "choices", ())}
        chips.append(
            {
                "label": str(field.label),
                "value": str(known.get(value, value)),
                "url": f"{request.path}?{rest.urlencode()}",
            }
        )
    return chips


@register.simple_tag
def key_values(
    pairs: Iterable[tuple[Any, Any]], note: Any = "", *, left: bool = False
) -> SafeString:
    return _part("key_values", pairs=pairs, note=note, left=left)


@register.simple_tag
def step_pairs(pairs: Sequence[Any], before: Any = None, after: Any = None) -> SafeString:
    """Aligned steps. Each pair: kind (kept, changed, ...), label, before, after, gone, ai.

    A step: number, name, time, note, tag, tag_tone. ``before`` and
    ``after``: total, work, of, note.
    """
    heads = [
        {"label": name, "look": look, **(head or {})}
        for name, look, head in ((_("Before"), "before", before), (_("After"), "fill", after))
    ]
    return _part("step_pairs", pairs=pairs, heads=heads, before_total=before, after_total=after)


@register.simple_tag
def signature_chain(entries: Iterable[Any]) -> SafeString:
    """Each entry: name, note, state (done, current, future, refused), hash."""
    return _part("chain", entries=entries)


@register.simple_tag
def checks(items: Iterable[Any]) -> SafeString:
    """Each: title, note, tone, icon, word."""
    return _part("checks", checks=items)


@register.simple_tag
def todo(items: Iterable[Any]) -> SafeString:
    """Each: title, text, icon, tone, tag, tag_tone, tag_icon, action, url, primary."""
    return _part("todo", items=items)


@register.simple_tag
def error_summary(form: BaseForm) -> SafeString:
    """All of a form's problems with links to their fields; read out and focused."""
    problems = [{"target": "", "label": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        problems += [
            {"target": field.id_for_label or field.auto_id, "label": field.label, "text": text}
            for text in field.errors
        ]
    return _part(
        "error_summary", form=form, problems=problems, id=f"errors-{form.prefix or 'form'}"
    )


@register.simple_tag
def choice_cards(
    field: BoundField,
    help: dict[str, str] | None = None,  # noqa: A002
    *,
    large: bool = False,
    apart: str = "",
    hide_legend: bool = False,
) -> SafeString:
    """A radio field as rows of 44 px (56 px when large); ``apart`` sets one value off."""
    chosen = str(field.value() if field.value() is not None else "")
    choices = [
        {
            "value": value,
            "label": label,
            "id": f"{field.auto_id}_{index}",
            "checked": str(value) == chosen,
            "help": (help or {}).get(str(value), ""),
            "apart": bool(apart) and str(value) == apart,
        }
        for index, (value, label) in enumerate(getattr(field.field, "choices", ()))
        if str(value)
    ]
    return _part("choice_cards", field=field, choices=choices, large=large, hide_legend=hide_legend)


@register.simple_tag
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
    phone = draw(data, width=PHONE)
    return _part(
        "figure",
        wide=format_html('<div class="ap-chart-wide">{}</div>', wide),
        phone=format_html('<div class="ap-chart-phone">{}</div>', phone),
        caption=caption,
        table=data.table(),
        id=id,
        legend=verdict_legend() if legend else "",
    )


@register.simple_tag
def half_figure(data: Any, caption: Any = "", *, id: str = "", legend: bool = False) -> SafeString:  # noqa: A002
    """A chart for half the page's width."""
    return figure(data, caption, width=HALF, id=id, legend=legend)


@register.simple_tag
def spark(data: Any) -> SafeString:
    """A row's trend."""
    return draw(data, width=104)


@register.simple_tag
def verdict_legend() -> SafeString:
    looks: Callable[[str], str] = {
        "no_measurable_change": "ap-mark-grey",
        "insufficient_evidence": "ap-mark-grey",
        "refused": "ap-mark-grey",
        "worse": "ap-mark-bad",
    }.get  # type: ignore[assignment]
    marks = [
        {"code": code, "word": name, "css": looks(code) or ""} for code, name in VERDICTS.items()
    ]
    return _part("verdict_legend", marks=marks)


# --- parts around other parts --------------------------------------------------------------------
@register.simple_block_tag
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
    return _part(
        "card", content=content, title=title, note=note, level=level, flush=flush, id=id, css=css,
        label_id=label_id, link_url=link, link_label=link_label,
    )  # fmt: skip


@register.simple_block_tag
def page_header(content: str, title: Any, lead: Any = "") -> SafeString:
    """Title, lead and, inside, the actions; for pages that do not fill base.html's blocks."""
    return _part("page_header", content=content, title=title, lead=lead)


@register.simple_block_tag
def note(content: str, tone: str = "", *, icon: str = "", alert: bool = False) -> SafeString:
    return _part("note", content=content, tone=tone, icon_name=icon, alert=alert)


@register.simple_block_tag
def table_region(
    content: str,
    caption: Any,
    *,
    mode: str = "scroll",
    hide_caption: bool = True,
    tight: bool = False,
) -> SafeString:
    """``mode``: "scroll" in a focusable region, or "cards" on phones (cells need data-label)."""
    return _part(
        "table", content=content, caption=caption, mode=mode, hide_caption=hide_caption, tight=tight
    )


@register.simple_block_tag
def confirm(  # noqa: PLR0913
    content: str,
    label: Any,
    question: Any,
    text: Any = "",
    *,
    css: str = "btn-secondary",
    icon: str = "",
    left: bool = False,
    open: bool = False,  # noqa: A002
) -> SafeString:
    """A button that opens a question; inside stands the form that does the deed.

    ``open`` shows the question at once, for a form that was refused.
    """
    return _part(
        "confirm", content=content, label=label, question=question, text=text, css=css,
        icon_name=icon, left=left, open=open,
    )  # fmt: skip


@register.simple_block_tag
def form_section(content: str, title: Any, help: Any = "") -> SafeString:  # noqa: A002
    return _part(
        "form_section", content=content, title=title, help=help, id=f"part-{slugify(title)}"
    )
