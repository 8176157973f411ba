"""What an administrator types to make, replace and end a token."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.api.scopes import SCOPE_WORDS
from core.audit import LONGEST_REASON
from core.errors import DomainError
from core.ids import uuid7
from core.tokens import LONGEST_NAME, LONGEST_OVERLAP, longest_days, networks_of
from people.models import Person
from people.queries import person_with
from workflows.forms.approval import plain_text

MOST_NETWORKS = 20


class ConfirmedForm(forms.Form):
    """Every act on a token asks for the password once more: a session may be a stolen one."""

    password = forms.CharField(
        label=_("Confirm it is you"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "placeholder": _("Password")}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.order_fields([name for name in self.fields if name != "password"])


class MakingForm(ConfirmedForm):
    """Acts that show a key. ``request_key`` becomes the token's id: one form makes one token."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"request_key": uuid7()})
        most = longest_days()
        self.fields["days"] = forms.IntegerField(
            label=_("Ends after, days"),
            min_value=1,
            max_value=most,
            initial=most,
            help_text=_("At most %(most)s. Replace it before.") % {"most": most},
        )
        self.order_fields([name for name in self.fields if name != "password"])


class TokenForm(MakingForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        validators=[plain_text],
        help_text=_("The system that will use it, such as “HR feed”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as the system needs."),
        error_messages={"required": _("Choose at least one.")},
    )
    networks = forms.CharField(
        label=_("From where"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "192.0.2.0/24"}),
        help_text=_("Addresses or networks, one on each line. Empty: from everywhere."),
    )
    owner = forms.EmailField(
        label=_("Acts for"),
        required=False,
        max_length=254,
        help_text=_(
            "E-mail of a person whose reach it shall have; it ends with the person’s access. "
            "Empty: a system of its own, which reaches everything its scopes allow."
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope, f"{words} ({scope})") for scope, words in SCOPE_WORDS.items()
        ]
        self.order_fields(
            ["name", "scopes", "days", "networks", "owner", "request_key", "password"]
        )

    def clean_networks(self) -> list[str]:
        texts = [text for text in re.split(r"[\s,;]+", self.cleaned_data["networks"]) if text]
        if len(texts) > MOST_NETWORKS:
            raise forms.ValidationError(_("At most %(most)s networks.") % {"most": MOST_NETWORKS})
        try:
            return networks_of(texts)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_owner(self) -> Person | None:
        email = self.cleaned_data["owner"]
        if not email:
            return None
        person = person_with(email)
        if person is None or not person.is_active:
            raise forms.ValidationError(_("Nobody who is active has this address."))
        return person


class ReplaceForm(MakingForm):
    overlap_days = forms.IntegerField(
        label=_("The old key works for, days"),
        min_value=0,
        max_value=LONGEST_OVERLAP.days,
        initial=1,
        help_text=_("Both work meanwhile, so that nothing stands still. 0 ends the old one now."),
    )


class RevokeForm(ConfirmedForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history, with your name."),
        error_messages={"required": _("Say why it ends.")},
    )


class TokenFilters(forms.Form):
    text = forms.CharField(label=_("Name or prefix"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("live", _("Works")), ("ended", _("Ended"))],
    )
