"""What a person says about a file of people."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.deliveries import ENCODINGS, file_refusal
from people.choices import ImportMode

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


def encoding_choices() -> list[tuple[str, Any]]:
    named = [(name, label) for name, label in ENCODINGS.items() if not name.startswith("utf")]
    return [("", _("UTF-8, or UTF-16 with a mark (usual)")), *named]


class PeopleUploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # the refusal in our own words comes from the import
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.json,.ndjson,.jsonl,.gz"}),
    )
    mode = forms.ChoiceField(
        label=_("What the file holds"),
        choices=ImportMode,
        initial=ImportMode.DELTA,
        help_text=_("Everybody: who is not in the file is taken as no longer employed."),
    )
    encoding = forms.ChoiceField(label=_("Letters of the file"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, too_large: bool = False) -> None:
        super().__init__(data, files)
        self.use_required_attribute = False
        self.fields["encoding"].choices = encoding_choices()  # type: ignore[attr-defined]
        if too_large:
            limit = settings.UPLOAD_LIMIT_BYTES >> 20
            self.fields["file"].error_messages["required"] = file_refusal(
                "too_large", {"limit": limit}
            )

    @property
    def upload(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file
