"""The filters of the list of waves; all of them in the address."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from surveys.choices import WaveState
from surveys.models import Wave


class WaveFilter(forms.Form):
    q = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *WaveState.choices]
    )

    def narrowed(self, waves: QuerySet[Wave]) -> QuerySet[Wave]:
        """A filter nobody could have chosen is left aside."""
        wanted = self.cleaned_data if self.is_valid() else {}
        if wanted.get("q"):
            waves = waves.filter(workflow__name__icontains=wanted["q"])
        if wanted.get("state"):
            waves = waves.filter(state=wanted["state"])
        return waves


class RedesignSearch(forms.Form):
    q = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
