"""What the program office says about a file of rows about people."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from measurement.choices import UseKind
from measurement.errors import file_refusal
from measurement.forms.cases import encoding_choices
from workflows.models import AiTool

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class UseUploadForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What the file says"),
        choices=UseKind.choices,
        widget=forms.RadioSelect,
        initial=UseKind.USAGE,
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # the refusal in our own words comes from the import
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.json,.ndjson,.jsonl,.gz"}),
    )
    tool = forms.ModelChoiceField(
        label=_("AI tool, where the file names none"),
        queryset=AiTool.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=_("The file names it"),
        help_text=_("Exports of Viva Insights and the Copilot usage report name no tool."),
    )
    encoding = forms.ChoiceField(label=_("Letters of the file"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, too_large: bool = False) -> None:
        super().__init__(data, files)
        self.use_required_attribute = False
        self.fields["encoding"].choices = encoding_choices()  # type: ignore[attr-defined]
        self.fields["tool"].queryset = AiTool.objects.order_by("name", "version")  # type: ignore[attr-defined]
        if too_large:
            limit = settings.UPLOAD_LIMIT_BYTES >> 20
            self.fields["file"].error_messages["required"] = file_refusal(
                "too_large", {"limit": limit}
            )

    @property
    def upload(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file

    def options(self) -> dict[str, str]:
        tool = self.cleaned_data["tool"]
        return {
            "encoding": self.cleaned_data["encoding"],
            "tool": str(tool.public_id) if tool else "",
        }
