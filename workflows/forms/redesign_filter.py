"""The filters of the list of redesigns; all of them in the address."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from people.models import OrgUnit
from workflows.choices import RedesignState
from workflows.models import AiTool


class RedesignFilter(forms.Form):
    q = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *RedesignState.choices]
    )
    unit = forms.ModelChoiceField(
        OrgUnit.objects.none(),
        label=_("Unit"),
        required=False,
        empty_label=_("All"),
        to_field_name="public_id",
    )
    tool = forms.ModelChoiceField(
        AiTool.objects.none(),
        label=_("AI tool"),
        required=False,
        empty_label=_("All"),
        to_field_name="public_id",
    )
    mine = forms.BooleanField(label=_("Written by me"), required=False)

    def __init__(
        self, data: Mapping[str, Any], *, units: QuerySet[OrgUnit], tools: QuerySet[AiTool]
    ) -> None:
        super().__init__(data)
        for name, rows in (("unit", units), ("tool", tools)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
            field.queryset = rows
