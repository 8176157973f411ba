"""A table of steps: one form a line, and what its buttons do without JavaScript.

Forms subclass StepForm for further cells. Rows travel as ordinary formset data, so that the order
on the page is the order of the numbers in the names.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from workflows import paste
from workflows.choices import ActivityKind
from workflows.models.workflow import MAX_MINUTES
from workflows.rules import MAX_STEPS

SPARE_ROWS = 5  # how many empty lines a new table and "add rows" bring
PREFIX = "steps"


class LineField(forms.CharField):
    """Words on one line; control and direction characters are left out."""

    default_error_messages = {"endless": _("At most %(most)s characters are read.")}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if len(text) > paste.MAX_CELL:
            facts = {"most": paste.MAX_CELL}
            raise ValidationError(self.error_messages["endless"], "endless", facts)
        return paste.one_line(text)


class MinutesField(forms.CharField):
    """``90``, ``1,5``, ``1 h 30`` or ``2 d``: minutes to a tenth, at most a year."""

    default_error_messages = {
        "unread": _("Write minutes, or a time such as 1 h 30 or 2 d."),
        "long": _("At most a year."),
    }

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        try:
            minutes = paste.minutes(super().to_python(value) or "")
        except ValueError as error:
            raise ValidationError(self.error_messages["unread"], "unread") from error
        if minutes is not None and minutes > MAX_MINUTES:
            raise ValidationError(self.error_messages["long"], "long")
        return minutes

    def run_validators(self, value: Any) -> None:
        """Those of a text have no meaning for minutes; ``to_python`` refused already."""

    def prepare_value(self, value: Any) -> Any:
        return paste.plain(value) if isinstance(value, Decimal) else value


class PercentField(MinutesField):
    """A share of cases in percent, stored from 0 to 1."""

    default_error_messages = {"unread": _("Write a percentage from 0 to 100.")}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        try:
            percent = paste.percent(forms.CharField.to_python(self, value) or "")
        except ValueError as error:
            raise ValidationError(self.error_messages["unread"], "unread") from error
        return None if percent is None else percent / 100

    def prepare_value(self, value: Any) -> Any:
        return paste.plain(value * 100) if isinstance(value, Decimal) else value


class CellInput(forms.TextInput):
    """As Django draws it, without a template each: 300 steps have 2700 cells."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        shown = {
            "type": self.input_type,
            "name": name,
            "value": self.format_value(value),
            **self.build_attrs(self.attrs, attrs),
        }
        if shown["value"] is None:
            del shown["value"]
        return format_html("<input{}>", flatatt(shown))


class HiddenCell(CellInput):
    input_type = "hidden"


class CellSelect(forms.Select):
    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, flatatt({"selected": str(value) == str(key)}), label)
                for key, label in self.choices
            ),
        )
        shown = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return format_html("<select{}>{}</select>", flatatt(shown), options)


def cell(label: Any, css: str = "", **attrs: str) -> CellInput:
    """A table's cell: named by its column for a screen reader, narrow enough for one line."""
    classes = f"form-control form-control-sm {css}".strip()
    return CellInput({"class": classes, "aria-label": label, "autocomplete": "off", **attrs})


if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet["StepForm"]
else:  # Django's own class takes no parameter at run time
    _FormSet = forms.BaseFormSet


class KeyField(forms.UUIDField):
    """The key of a stored step; anything else is the mark of a new one, as nobody types it."""

    def to_python(self, value: Any) -> UUID | None:  # type: ignore[override]
        try:
            key: UUID | None = super().to_python(value)
        except ValidationError:
            return None
        return key


class StepForm(forms.Form):
    """One as-is step. A line in which nothing is typed is no step.

    ``pasted`` marks the lines of the last paste, so that they can be read again.
    """

    step_key = KeyField(required=False, widget=HiddenCell)
    pasted = forms.CharField(required=False, max_length=1, widget=HiddenCell)
    title = LineField(
        label=_("Activity"), max_length=200, required=False, widget=cell(_("Activity"))
    )
    role = LineField(
        label=_("Who does it"),
        max_length=100,
        required=False,
        widget=cell(_("Who does it"), list="steps-roles"),
    )
    system = LineField(
        label=_("System"),
        max_length=100,
        required=False,
        widget=cell(_("System"), list="steps-systems"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ActivityKind,
        required=False,
        widget=CellSelect({"class": "form-select form-select-sm", "aria-label": _("Kind")}),
    )
    touch_minutes = MinutesField(
        label=_("Work"),
        required=False,
        widget=cell(_("Work, minutes"), "ap-n", inputmode="text"),
    )
    wait_minutes = MinutesField(
        label=_("Waiting"),
        required=False,
        widget=cell(_("Waiting, minutes"), "ap-n", inputmode="text"),
    )
    share_of_cases = PercentField(
        label=_("Cases, %"),
        required=False,
        widget=cell(_("Share of cases, %"), "ap-n", inputmode="decimal"),
    )

    typed_cells = ("title", "role", "system", "touch_minutes", "wait_minutes", "share_of_cases")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_filled and not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", _("Say what is done in this step."))
        cleaned["kind"] = cleaned.get("kind") or ActivityKind.TASK
        if cleaned.get("share_of_cases") is None:
            cleaned["share_of_cases"] = Decimal(1)
        return cleaned

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed; the preset kind does not count."""
        names = (self.add_prefix(name) for name in self.typed_cells)
        return any(str(self.data.get(name, "")).strip() for name in names)

    def has_changed(self) -> bool:
        """An untouched row is validated too, so that a stored one stays a step."""
        return self.is_filled


class BaseStepFormSet(_FormSet):
    """``rows()`` are the filled lines in their order."""

    default_error_messages = {
        "too_many_forms": ngettext_lazy(
            "At most %(num)d step. Leave some lines out.",
            "At most %(num)d steps. Leave some lines out.",
            "num",
        ),
        "missing_management_form": _("The list of steps did not arrive complete. Send it again."),
    }

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": True, "use_required_attribute": False}  # fmt: skip  # noqa: E501

    def rows(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.is_filled]

    def clean(self) -> None:
        """A step's key may come once: a duplicated line is a new step."""
        seen = set()
        for form in self.forms:
            key = form.cleaned_data.get("step_key") if hasattr(form, "cleaned_data") else None
            if key in seen:
                form.cleaned_data["step_key"] = None
            seen.add(key)


def step_formset(form: type[StepForm] = StepForm) -> type[BaseStepFormSet]:
    made: Any = forms.formset_factory(
        form,
        formset=BaseStepFormSet,
        extra=0,
        max_num=MAX_STEPS,
        validate_max=True,
        absolute_max=MAX_STEPS + SPARE_ROWS,
    )
    formset: type[BaseStepFormSet] = made
    return formset


StepFormSet = step_formset()


# --- rows as typed, before anything is judged ---------------------------------------------------
Row = dict[str, str]


def typed_rows(data: Mapping[str, Any], form: type[StepForm] = StepForm) -> list[Row]:
    """What stands in each line of a sent table, right or wrong; a broken count is none."""
    try:
        count = int(str(data.get(f"{PREFIX}-TOTAL_FORMS", "0")))
    except ValueError:
        count = 0
    names = list(form.base_fields)
    return [
        {name: str(data.get(f"{PREFIX}-{at}-{name}", "")).replace("\0", "") for name in names}
        for at in range(max(0, min(count, MAX_STEPS + SPARE_ROWS)))
    ]


def is_blank(row: Mapping[str, str], form: type[StepForm] = StepForm) -> bool:
    return not any(row.get(name, "").strip() for name in form.typed_cells)


def with_row_action(rows: Sequence[Row], action: str) -> list[Row]:
    """``add``, or ``up-2``, ``down-2``, ``copy-2``, ``remove-2`` by the row's place from 0."""
    changed = list(rows)
    verb, _dash, place = action.partition("-")
    if verb == "add":
        room = MAX_STEPS + SPARE_ROWS - len(changed)
        return changed + [{} for _row in range(min(SPARE_ROWS, room))]
    if not place.isascii() or not place.isdigit() or int(place) >= len(changed):
        return changed
    at = int(place)
    if verb == "remove":
        del changed[at]
    elif verb == "copy" and len(changed) < MAX_STEPS:
        changed.insert(at + 1, {**changed[at], "step_key": "", "pasted": ""})
    elif verb in {"up", "down"}:
        other = at - 1 if verb == "up" else at + 1
        if 0 <= other < len(changed):
            changed[at], changed[other] = changed[other], changed[at]
    return changed


def as_sent(rows: Sequence[Row]) -> dict[str, str]:
    """Rows as a browser would send them, to show a table with its problems marked."""
    sent = {f"{PREFIX}-TOTAL_FORMS": str(len(rows)), f"{PREFIX}-INITIAL_FORMS": "0"}
    for at, row in enumerate(rows):
        sent |= {f"{PREFIX}-{at}-{name}": value for name, value in row.items()}
    return sent
