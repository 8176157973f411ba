"""Shape of what people type about themselves and their stand-ins."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import KeyField
from people.models import Person


def signers() -> QuerySet[Person]:
    return Person.objects.filter(is_active=True, signing_enabled=True)


class DelegationForm(forms.Form):
    """Whole days as the person means them; the period is half-open moments in the portal's zone."""

    delegate = KeyField(
        signers,
        "email",
        _("Nobody who may sign has the address %(text)s."),
        label=_("Who signs for you"),
        help_text=_("Their e-mail address. They must accept it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        max_length=254,
    )
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def period(self) -> dict[str, datetime]:
        days: dict[str, Any] = self.cleaned_data
        try:
            after = days["last_day"] + timedelta(days=1)
        except OverflowError:
            after = days["last_day"]
        return {
            "starts_at": timezone.make_aware(datetime.combine(days["first_day"], time())),
            "ends_at": timezone.make_aware(datetime.combine(after, time())),
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("first_day"), values.get("last_day")
        today = timezone.localdate()
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        elif last and last < today:
            self.add_error("last_day", _("This day is over."))
        for name in ("first_day", "last_day"):
            day = values.get(name)
            if day and abs((day - today).days) > LONGEST_DAYS:
                self.add_error(name, _("Choose a day within a year of today."))
        return values


LONGEST_DAYS = 366
