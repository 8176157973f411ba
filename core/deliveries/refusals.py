"""The words for what is wrong with a whole file."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

# By code; ``%(name)s`` are the facts that come with it. Apps add their own with `add_words`.
FILE_REFUSALS: dict[str, str | Promise] = {
    "empty": _("The file is empty."),
    "no_rows": _("The file has column names but no rows."),
    "other_format": _(
        "This is a %(format)s file, not a table of text. Save it as CSV, or send JSON."
    ),
    "broken_gzip": _("The gzip file is damaged or cut off. Pack it again, or send it unpacked."),
    "too_large": _("The file is larger than %(limit)s MB. Send it in parts, or packed with gzip."),
    "too_large_unpacked": _("Unpacked, the file is larger than %(limit)s bytes. Send it in parts."),
    "too_many_rows": _("The file has more than %(limit)s rows. Send it in parts."),
    "too_many_columns": _("The file has %(found)s columns; at most %(limit)s are read."),
    "column_name_too_long": _(
        "A column name is longer than %(limit)s characters: “%(column)s…”. Shorten it."
    ),
    "column_twice": _("Two columns are called “%(column)s”. Rename one."),
    "line_too_long": _("Line %(line)s is longer than %(limit)s characters."),
    "broken_csv": _("Line %(line)s cannot be cut into cells: a quotation mark is out of place."),
    "broken_json": _("Line %(line)s is not valid JSON."),
    "not_an_object": _("Line %(line)s holds JSON, but not an object with named fields."),
    "broken_bytes": _(
        "Line %(line)s holds letters that are not %(encoding)s. Choose the file's encoding."
    ),
    "nul_byte": _("Line %(line)s holds a NUL byte. This is not a text file, or it is damaged."),
    "broken_xml": _("Line %(line)s is not valid XML."),
    "xml_doctype": _("The file has a DOCTYPE. Such files are not read; send it without."),
    "xml_too_deep": _("Line %(line)s lies in more than %(limit)s elements of XML."),
    "too_many_parts": _("The file is packed of more than %(limit)s parts. Save it again as XLSX."),
    "broken_zip": _("The workbook is damaged or cut off. Save it again as XLSX, or as CSV."),
    "locked_workbook": _(
        "The workbook is protected by a password. Save it without the password and send it again."
    ),
    "old_workbook": _("This is a workbook of an old kind (XLS). Save it as XLSX, or as CSV."),
    "broken_sheet": _(
        "The sheet is damaged near line %(line)s. Save the workbook again, or as CSV."
    ),
    "unknown_sheet": _(
        "The workbook has no sheet “%(sheet)s”. Its sheets are: %(found)s. Choose one of them."
    ),
    "too_much_text": _(
        "The texts of the workbook take more than %(limit)s MB. Save the sheet as CSV."
    ),
    "unknown_encoding": _("The encoding “%(encoding)s” is not known here."),
    "no_room": _(
        "There is no room for the file at the moment. Nothing was saved; try again later."
    ),
    "cut_off": _("The file did not arrive whole. Nothing was saved; send it again."),
    "gone": _("The file is no longer here. Upload it again."),
}


def add_words(words: Mapping[str, str | Promise]) -> None:
    """What an app says of a file beside the codes above; in its ``errors`` module."""
    FILE_REFUSALS.update(words)


def file_refusal(code: str, facts: Mapping[str, Any]) -> str:
    return str(FILE_REFUSALS[code]) % facts


class FileRefusedError(DomainError):
    """Nothing of this delivery can be used; the text says why and what to do."""

    code = "file_refused"

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(FILE_REFUSALS[code], **facts)
        self.reason = code
        if code in {"too_large", "too_large_unpacked"}:
            self.status = 413
