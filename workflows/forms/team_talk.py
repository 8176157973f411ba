"""When the talk with the team was."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TeamTalkForm(forms.Form):
    held_date = forms.DateField(
        label=_("Held on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say on which day the talk was held.")},
    )

    def __init__(self, data: Any = None, **given: Any) -> None:
        super().__init__(data, **given)
        self.use_required_attribute = False
