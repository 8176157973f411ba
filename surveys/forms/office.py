"""What the program office decides about a wave."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from surveys.attributes import ATTRIBUTES
from surveys.choices import InstrumentKind
from surveys.models import Instrument, Wave
from workflows.models import Redesign

FIRST_WAVE_DAYS, OPEN_DAYS = 30, 21
LARGEST_GROUP = 1000


class PlanForm(forms.Form):
    """A wave of one redesign. What the method refuses is refused where the wave is made."""

    instrument = forms.ModelChoiceField(
        Instrument.objects.none(),
        label=_("Questionnaire"),
        to_field_name="public_id",
        empty_label=None,
        help_text=_(
            "AWT-16 asks those who work with the AI step, 30 and 90 days after go-live. AWB-5 asks "
            "what people expect, between the submission and go-live."
        ),
    )
    # A browser's own date field takes only this form, whatever the language.
    opens_date = forms.DateField(
        label=_("Opens"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    closes_date = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Answers are taken through this day, 10 to 28 days after opening."),
    )
    minimum_group = forms.IntegerField(
        label=_("Smallest group shown"),
        max_value=LARGEST_GROUP,
        help_text=_("May be raised, never lowered, and is fixed when the survey opens."),
    )
    asks_comment = forms.BooleanField(
        label=_("Ask for a comment at the end"),
        required=False,
        help_text=_("Shown only from 10 comments and 50 answers on."),
    )
    attributes = forms.MultipleChoiceField(
        label=_("Also report by"),
        required=False,
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At most three, only where 50 or more have answered."),
    )
    contact = forms.CharField(
        label=_("Data protection contact"),
        max_length=200,
        help_text=_("Name and address; everybody invited reads it."),
    )
    agreement = forms.CharField(
        label=_("Agreement with the works council"),
        max_length=200,
        required=False,
        help_text=_("Number and date."),
    )

    def __init__(
        self, data: Any = None, *, redesign: Redesign, today: date, contact: str = ""
    ) -> None:
        super().__init__(data, initial=_start(redesign, today) | {"contact": contact})
        self.use_required_attribute = False
        instrument = self.fields["instrument"]
        assert isinstance(instrument, forms.ModelChoiceField)  # noqa: S101  (declared above)
        instrument.queryset = Instrument.objects.order_by("kind", "code", "-version")
        attributes = self.fields["attributes"]
        assert isinstance(attributes, forms.MultipleChoiceField)  # noqa: S101
        attributes.choices = [(code, str(name)) for code, name in ATTRIBUTES.items()]
        smallest = self.fields["minimum_group"]
        assert isinstance(smallest, forms.IntegerField)  # noqa: S101
        smallest.widget.attrs["min"] = settings.MINIMUM_GROUP


class ReasonForm(forms.Form):
    """Why a wave ends before its time; everybody who was invited reads it."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=Wave._meta.get_field("closed_early_reason").max_length,  # noqa: SLF001
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who was invited reads it."),
        error_messages={"required": _("Say why: everybody who was invited reads it.")},
    )

    def __init__(self, data: Any = None, *, prefix: str | None = None) -> None:
        super().__init__(data, prefix=prefix)
        self.use_required_attribute = False


def _start(redesign: Redesign, today: date) -> dict[str, Any]:
    """The first wave's days, or what there still is time for before go-live."""
    from django.utils import timezone

    went_live = getattr(redesign, "go_live", None)
    opens = today
    kind = InstrumentKind.BEFORE
    if went_live is not None:
        kind = InstrumentKind.AFTER
        opens = max(today, timezone.localdate(went_live.at) + timedelta(days=FIRST_WAVE_DAYS))
    instrument = Instrument.objects.filter(kind=kind).order_by("-created_at", "-pk").first()
    return {
        "instrument": instrument.public_id if instrument else None,
        "opens_date": opens,
        "closes_date": opens + timedelta(days=OPEN_DAYS),
        "minimum_group": settings.MINIMUM_GROUP,
        "asks_comment": kind == InstrumentKind.AFTER,
    }
