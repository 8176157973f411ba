"""Fields of the calendar form, and its lines as the page shows them."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy

TIME = re.compile(r"(\d{1,2})(?:[:.hH](\d{2})?)?")


class LocalTimeField(forms.CharField):
    """``8``, ``8:30``, ``8.30``, ``08h30``; ``24:00`` is the midnight at the end of the day."""

    default_error_messages = {"unread": gettext_lazy("Write a time such as 08:30.")}

    def __init__(self, *, label: str) -> None:
        attributes = {
            "class": "form-control",
            "aria-label": label,
            "inputmode": "numeric",
            "autocomplete": "off",
        }
        widget = forms.TextInput(attrs=attributes)
        super().__init__(label=label, required=False, max_length=8, widget=widget)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text:
            return ""
        found = TIME.fullmatch(text)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        if minute > 59 or hour * 60 + minute > 24 * 60:  # noqa: PLR2004
            raise ValidationError(self.error_messages["unread"], "unread")
        return f"{hour:02d}:{minute:02d}"


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    attributes = {"type": "date", "class": "form-control", "aria-label": label}
    widget = forms.DateInput(attrs=attributes, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


@dataclass(frozen=True, slots=True)
class WeekdayRow:
    name: str
    shifts: list[tuple[BoundField, BoundField]]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(id of the field, what is wrong with it)."""
        return [
            (str(field.auto_id), str(text))
            for pair in self.shifts
            for field in pair
            for text in field.errors
        ]
