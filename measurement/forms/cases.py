"""What a person says about a file of cases."""

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from measurement.errors import file_refusal
from measurement.parsing import ENCODINGS

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

ACCEPTED = ".csv,.txt,.tsv,.json,.ndjson,.jsonl,.xlsx,.xes,.xml,.gz"
PLACES = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Pacific/")


def zone_choices() -> list[tuple[str, Any]]:
    names = ["UTC", *sorted(name for name in available_timezones() if name.startswith(PLACES))]
    first = ("", gettext_lazy("Every time carries its offset"))
    return [first, *((name, name.replace("_", " ")) for name in names)]


def encoding_choices() -> list[tuple[str, Any]]:
    named = [(name, label) for name, label in ENCODINGS.items() if not name.startswith("utf")]
    return [("", gettext_lazy("UTF-8, or UTF-16 with a mark (usual)")), *named]


class UploadForm(forms.Form):
    """A file; how it is read is said on the next page, where its first rows can be seen."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # the refusal in our own words comes from the import
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, too_large: bool = False) -> None:
        super().__init__(data, files)
        self.use_required_attribute = False
        if too_large:
            limit = settings.UPLOAD_LIMIT_BYTES >> 20
            self.fields["file"].error_messages["required"] = file_refusal(
                "too_large", {"limit": limit}
            )

    @property
    def upload(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file
