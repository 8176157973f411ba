"""The rows of the editor: one form for each to-be step and for each guardrail."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.choices import Change, GuardKind, Worse
from workflows.drafts import DraftGuardrail, DraftStep
from workflows.models.workflow import MAX_MINUTES
from workflows.rules import MAX_STEPS

MAX_GUARDRAILS = 20
HUNDRED = Decimal(100)
STEPS, GUARDRAILS = "steps", "guardrails"


def number_input(**attributes: Any) -> forms.NumberInput:
    return forms.NumberInput(attrs={"inputmode": "decimal", **attributes})


class StepForm(forms.Form):
    """One to-be step. ``origins`` are keys of as-is steps, parted by spaces."""

    step_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    origins = forms.CharField(required=False, max_length=12_000, widget=forms.HiddenInput)
    tick = forms.BooleanField(required=False)
    change = forms.ChoiceField(label=_("Change"), choices=Change.choices)
    title = forms.CharField(label=_("Step"), max_length=200)
    touch_minutes = forms.DecimalField(
        label=_("Work, min"),
        required=False,
        min_value=0,
        max_value=MAX_MINUTES,
        decimal_places=1,
        widget=number_input(step="0.1", min="0"),
    )
    wait_minutes = forms.DecimalField(
        label=_("Waiting, min"),
        required=False,
        min_value=0,
        max_value=MAX_MINUTES,
        decimal_places=1,
        widget=number_input(step="0.1", min="0"),
    )
    role = forms.CharField(
        label=_("Who does it"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "roles"}),
    )
    system = forms.CharField(
        label=_("System"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "systems"}),
    )
    share = forms.DecimalField(
        label=_("Share of cases, %"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=1,
        widget=number_input(step="0.1", min="0", max="100"),
    )
    detail = forms.CharField(label=_("How"), required=False, max_length=300)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.Select):
                widget.attrs["class"] = "form-select"
            elif not widget.is_hidden and not isinstance(widget, forms.CheckboxInput):
                widget.attrs["class"] = "form-control"

    def clean_origins(self) -> tuple[UUID, ...]:
        try:
            return tuple(UUID(text) for text in self.cleaned_data["origins"].split())
        except ValueError as error:
            raise forms.ValidationError(_("These origins are not known.")) from error

    def draft(self) -> DraftStep:
        data = self.cleaned_data
        share = data["share"]
        return DraftStep(
            step_key=data["step_key"] or uuid4(),
            change=Change(data["change"]),
            title=data["title"],
            role=data["role"],
            system=data["system"],
            touch_minutes=data["touch_minutes"],
            wait_minutes=data["wait_minutes"],
            share_of_cases=Decimal(1) if share is None else share / HUNDRED,
            detail=data["detail"],
            origin_keys=data["origins"],
        )


class GuardrailForm(forms.Form):
    """A row left wholly empty is no guardrail. The margin of a share is typed in points."""

    name = forms.CharField(label=_("Guardrail"), max_length=100, required=False)
    field = forms.CharField(label=_("Field of the cases"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("What it is"), choices=GuardKind.choices)
    margin = forms.DecimalField(
        label=_("May get worse by at most"),
        required=False,
        min_value=0,
        max_value=Decimal(9_999_999),
        decimal_places=4,
        help_text=_("Points for a share, the field's own unit for an average."),
        widget=number_input(step="any", min="0"),
    )
    worse = forms.ChoiceField(label=_("Worse is"), choices=Worse.choices)

    use_required_attribute = False

    @property
    def is_blank(self) -> bool:
        data = self.cleaned_data
        return not (data.get("name") or data.get("field")) and data.get("margin") is None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors or self.is_blank:
            return data
        for name, told in (
            ("name", _("Give the guardrail a name.")),
            ("field", _("Say which field of the cases it reads.")),
        ):
            if not data.get(name):
                self.add_error(name, told)
        if data.get("margin") is None:
            self.add_error("margin", _("Say how much worse is still fine; 0 is an answer."))
        elif data["kind"] == GuardKind.SHARE and data["margin"] > HUNDRED:
            self.add_error("margin", _("A share cannot get worse by more than 100 points."))
        return data

    def draft(self) -> DraftGuardrail:
        data = self.cleaned_data
        points = data["kind"] == GuardKind.SHARE
        return DraftGuardrail(
            name=data["name"],
            field=data["field"],
            kind=GuardKind(data["kind"]),
            margin=data["margin"] / HUNDRED if points else data["margin"],
            worse=Worse(data["worse"]),
        )


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    GuardrailSet = forms.BaseFormSet[GuardrailForm]
    StepSet = forms.BaseFormSet[StepForm]
else:
    GuardrailSet = StepSet = forms.BaseFormSet


class _GuardrailRows(GuardrailSet):
    def clean(self) -> None:
        names: set[str] = set()
        for form in self.forms:
            name = form.cleaned_data.get("name", "") if form.is_valid() else ""
            if name and name in names:
                form.add_error("name", _("Two guardrails have this name."))
            names.add(name)


class _StepRows(StepSet):
    def clean(self) -> None:
        keys: set[UUID] = set()
        for form in self.forms:
            key = form.cleaned_data.get("step_key") if form.is_valid() else None
            if key and key in keys:
                form.add_error("title", _("This step is here twice."))
            keys |= {key} if key else set()


StepRows = forms.formset_factory(
    StepForm,
    formset=_StepRows,
    extra=0,
    max_num=MAX_STEPS,
    absolute_max=MAX_STEPS + 1,
    validate_max=True,
)
GuardrailRows = forms.formset_factory(
    GuardrailForm,
    formset=_GuardrailRows,
    extra=0,
    max_num=MAX_GUARDRAILS,
    absolute_max=MAX_GUARDRAILS + 1,
    validate_max=True,
)
