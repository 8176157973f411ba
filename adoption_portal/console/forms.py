"""The console's filters, all of them in the address, and the two things that can be written."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from adoption_portal.console.models.marks import LONGEST_NOTE

ALL = _("All")
PERIODS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Last 4 quarters")),
    ("1", _("This quarter")),
    ("2", _("Last 2 quarters")),
    ("8", _("Last 8 quarters")),
    ("all", _("From the beginning")),
)
COMPARISONS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Nothing")),
    ("before", _("The time before")),
)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
GROUPS = ("unit", "site", "function", "tool")
Choices = Iterable[tuple[str, str | Promise]]


class ConsoleFilter(forms.Form):
    """``choices`` by field name; what they do not hold is refused beside the field."""

    unit = forms.ChoiceField(label=_("Organisation"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    function = forms.ChoiceField(label=_("Function"), required=False)
    tool = forms.ChoiceField(label=_("AI tool"), required=False)
    period = forms.ChoiceField(label=_("Period"), required=False, choices=PERIODS)
    compare = forms.ChoiceField(label=_("Compare with"), required=False, choices=COMPARISONS)

    def __init__(self, data: Mapping[str, Any], *, choices: Mapping[str, Choices]) -> None:
        super().__init__(data)
        for name in GROUPS:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
            field.choices = [("", ALL), *choices.get(name, ())]

    def chosen(self) -> dict[str, str]:
        """What can be used of the address: a field that was refused counts as not set."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class AnnotationForm(forms.Form):
    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )
    text = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE)


class SavedViewForm(forms.Form):
    name = forms.CharField(label=_("Name of this view"), max_length=60)
