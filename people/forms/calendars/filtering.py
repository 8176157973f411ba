"""The filters of the list of calendars; all of them in the address."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class CalendarFilter(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Find"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    country = forms.ChoiceField(label=gettext_lazy("Public holidays of"), required=False)

    def __init__(self, data: Mapping[str, Any], *, countries: Iterable[str]) -> None:
        super().__init__(data)
        choices = [("", _("All")), *((code, code) for code in countries)]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]
