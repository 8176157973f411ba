"""Around and within forms."""

from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import slugify

from core.templatetags.portal.fragments import part

tags = template.Library()


@tags.simple_tag(takes_context=True)
def filters(context: template.Context, form: BaseForm) -> SafeString:
    """A GET form and a chip for each filter that is on; on phones all but the search fold away."""
    request: HttpRequest = context["request"]
    form.use_required_attribute = False
    fields = list(form)
    searches = [
        field
        for field in fields
        if getattr(field.field.widget, "input_type", "") in {"text", "search"}
    ]
    more = [field for field in fields if field not in searches]
    return part(
        "filters",
        always=searches,
        more=more,
        on=sum(bool(request.GET.get(field.html_name)) for field in more),
        request=request,
        chips=_chips(form, request),
    )


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


@tags.simple_tag
def error_summary(form: BaseForm) -> SafeString:
    """All of a form's problems with links to their fields; read out and focused."""
    problems = [{"target": "", "label": "", "text": text} for text in form.non_field_errors()]
    for field in form:
        problems += [
            {"target": field.id_for_label or field.auto_id, "label": field.label, "text": text}
            for text in field.errors
        ]
    return part("error_summary", form=form, problems=problems, id=f"errors-{form.prefix or 'form'}")


@tags.simple_tag
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
    return part("choice_cards", field=field, choices=choices, large=large, hide_legend=hide_legend)


@tags.simple_block_tag
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
    return part(
        "confirm", content=content, label=label, question=question, text=text, css=css,
        icon_name=icon, left=left, open=open,
    )  # fmt: skip


@tags.simple_block_tag
def form_section(content: str, title: Any, help: Any = "") -> SafeString:  # noqa: A002
    return part(
        "form_section", content=content, title=title, help=help, id=f"part-{slugify(title)}"
    )
