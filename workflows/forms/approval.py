"""What a signer types."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.audit import LONGEST_REASON
from workflows.choices import SignatureLevel, Verdict
from workflows.paste import unprintable


def plain_text(text: str) -> None:
    """Refuses what cannot be seen: control characters, and those that turn text around."""
    if unprintable(text):
        raise forms.ValidationError(_("It contains characters that cannot be seen. Type it anew."))


class DecisionForm(forms.Form):
    """``level`` decides whether the user id is asked for too. Nothing is preselected."""

    verdict = forms.ChoiceField(
        label=_("Your decision"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Note to the team"),
        required=False,
        max_length=LONGEST_REASON,
        strip=True,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    user_id = forms.CharField(
        label=_("Your user id"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "placeholder": _("E-mail")}),
    )
    password = forms.CharField(
        label=_("Confirm it is you"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "placeholder": _("Password")}
        ),
    )
    shown_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        level: int = SignatureLevel.REAUTHENTICATED,
        shown_sha256: str = "",
    ) -> None:
        super().__init__(data, initial={"shown_sha256": shown_sha256, "request_key": uuid.uuid4()})
        self.use_required_attribute = False
        if level < SignatureLevel.TWO_COMPONENTS:
            del self.fields["user_id"]
        if level == SignatureLevel.CLICK:
            del self.fields["password"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        against = cleaned.get("verdict") in {Verdict.REJECTED, Verdict.CHANGES_REQUESTED}
        if against and not cleaned.get("comment"):
            self.add_error("comment", _("Say why, so that the team can act on it."))
        return cleaned


class ReasonForm(forms.Form):
    """Why something is done. It is kept for good, so only plain text of some length."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history, with your name."),
        error_messages={"required": _("Say why, so that the team can act on it.")},
    )

    @property
    def problem(self) -> str:
        """The first thing that is wrong with what was typed, in words."""
        return next((str(text) for texts in self.errors.values() for text in texts), "")


class StopForm(ReasonForm):
    """Suspend, resume and retire: why, and which state of the redesign the page showed."""

    row_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, row_version: int) -> None:
        super().__init__(data, initial={"row_version": row_version})
        self.use_required_attribute = False

    def shown_again(self, row_version: int) -> "StopForm":
        """What was typed, for the state the page shows now."""
        typed = {"reason": self["reason"].value(), "row_version": row_version}
        return StopForm(typed, row_version=row_version)


class GoLiveForm(forms.Form):
    """A moment as a wall clock shows it, and whose clock."""

    # A browser's own date and time fields take only this form, whatever the language.
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, data: Any = None, *, initial: dict[str, Any], zones: list[str]) -> None:
        super().__init__(data, initial=initial)
        self.use_required_attribute = False
        zone = self.fields["zone"]
        if isinstance(zone, forms.ChoiceField):
            zone.choices = [(name, name.replace("_", " ")) for name in zones]

    def clean(self) -> dict[str, Any]:
        """``at_instant`` is the moment; a time the clock skips or shows twice is refused."""
        from datetime import UTC, datetime
        from zoneinfo import ZoneInfo

        from django.utils.timezone import make_aware

        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        local = datetime.combine(cleaned["day"], cleaned["time"])
        zone = ZoneInfo(cleaned["zone"])
        try:
            moment = make_aware(local, zone)
            moments = {moment.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
        except OverflowError:
            raise forms.ValidationError(_("This moment is out of reach.")) from None
        if len(moments) > 1:
            raise forms.ValidationError(
                _("The clocks change in this hour. Choose a time an hour earlier or later.")
            )
        cleaned["at_instant"] = moments.pop()
        return cleaned
