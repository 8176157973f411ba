"""What a person says about a file of cases."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measurement.errors import file_refusal
from measurement.models import CaseSource
from measurement.parsing import ENCODINGS, FIELDS, names_a_person

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

PLACES = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Pacific/")
EARLIEST = date(1970, 1, 1)
LONGEST_HORIZON = 3660


def zone_choices() -> list[tuple[str, Any]]:
    names = ["UTC", *sorted(name for name in available_timezones() if name.startswith(PLACES))]
    first = ("", gettext_lazy("Every time carries its offset"))
    return [first, *((name, name.replace("_", " ")) for name in names)]


def encoding_choices() -> list[tuple[str, Any]]:
    named = [(name, label) for name, label in ENCODINGS.items() if not name.startswith("utf")]
    return [("", gettext_lazy("UTF-8, or UTF-16 with a mark (usual)")), *named]


class UploadForm(forms.Form):
    """A file, and how it is to be read. ``source`` fills in what was said last time."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # the refusal in our own words comes from the import
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.json,.ndjson,.jsonl,.gz"}),
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of times without an offset"), required=False
    )
    encoding = forms.ChoiceField(label=gettext_lazy("Letters of the file"), required=False)
    data_from = forms.DateField(
        label=gettext_lazy("Complete from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "From this day on every case is in the source. Earlier cases are kept but not counted. "
            "Empty: from the day of the first case."
        ),
    )
    covers_to = forms.DateField(
        label=gettext_lazy("Complete up to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: up to the newest event in the file."),
    )
    completed_only = forms.BooleanField(
        label=gettext_lazy("The source delivers finished cases only"), required=False
    )
    horizon_days = forms.IntegerField(
        label=gettext_lazy("Then: compare cases finished within this many days"),
        required=False,
        min_value=1,
        max_value=LONGEST_HORIZON,
        help_text=gettext_lazy("Readings of such a source get grade C at most."),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        source: CaseSource | None = None,
        too_large: bool = False,
    ) -> None:
        super().__init__(data, files, initial=dict(_said_before(source)))
        self.use_required_attribute = False
        self.too_large = too_large
        self.fields["zone"].choices = zone_choices()  # type: ignore[attr-defined]
        self.fields["encoding"].choices = encoding_choices()  # type: ignore[attr-defined]
        for name in FIELDS:
            self.fields[f"column_{name}"] = forms.CharField(
                label=name, required=False, max_length=100, strip=True
            )
        if too_large:
            limit = settings.UPLOAD_LIMIT_BYTES >> 20
            self.fields["file"].error_messages["required"] = file_refusal(
                "too_large", {"limit": limit}
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{name}"] for name in FIELDS]

    @property
    def has_column_names(self) -> bool:
        """Whether the part for other names should stand open."""
        return bool(self.errors) or any(field.value() for field in self.columns)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        horizon_missing = not cleaned.get("horizon_days") and "horizon_days" not in self.errors
        if cleaned.get("completed_only") and horizon_missing:
            self.add_error("horizon_days", _("Say within how many days cases are compared."))
        for name in FIELDS:
            column = cleaned.get(f"column_{name}", "")
            if names_a_person(column):
                facts = {"column": column, "field": name}
                self.add_error(f"column_{name}", file_refusal("person_mapped", facts))
        first, last = cleaned.get("data_from"), cleaned.get("covers_to")
        if first and first < EARLIEST:
            self.add_error("data_from", _("This day is too long ago."))
        if last and last > timezone.localdate():
            self.add_error("covers_to", file_refusal("complete_to_in_future", {}))
        elif first and last and last < first:
            self.add_error("covers_to", _("This is before “Complete from”."))
        return cleaned

    @property
    def upload(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file

    def options(self) -> dict[str, Any]:
        """For this delivery alone."""
        last: date | None = self.cleaned_data["covers_to"]
        return {
            "zone": self.cleaned_data["zone"],
            "encoding": self.cleaned_data["encoding"],
            "covers_to": min(self._midnight(last + timedelta(days=1)), timezone.now())
            if last
            else None,
        }

    def source_facts(self) -> dict[str, Any]:
        """From now on, for this source."""
        said = self.cleaned_data
        first: date | None = said["data_from"]
        mapping = {name: said[f"column_{name}"] for name in FIELDS if said[f"column_{name}"]}
        return {
            "zone": said["zone"],
            "mapping": mapping,
            "completed_only": said["completed_only"],
            "horizon_days": said["horizon_days"] if said["completed_only"] else None,
            "data_from": self._midnight(first) if first else None,
        }

    def _midnight(self, day: date) -> datetime:
        zone = ZoneInfo(self.cleaned_data["zone"] or settings.TIME_ZONE)
        return datetime.combine(day, time.min, tzinfo=zone)


def _said_before(source: CaseSource | None) -> Mapping[str, Any]:
    if source is None:
        return {}
    zone = ZoneInfo(source.zone or settings.TIME_ZONE)
    return {
        "zone": source.zone,
        "data_from": source.data_from.astimezone(zone).date() if source.data_from else None,
        "completed_only": source.completed_only,
        "horizon_days": source.horizon_days,
        **{f"column_{name}": column for name, column in source.mapping.items()},
    }
