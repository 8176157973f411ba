"""Refusals of measurement, and the words for what is wrong with a file or a row."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

# Codes of measurement.parsing; ``%(name)s`` are the facts that come with them.
FILE_REFUSALS = {
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
    "column_missing": _(
        "There is no column “%(column)s”. The file begins with: %(found)s. Rename the column, or "
        "say below what it is called."
    ),
    "person_mapped": _(
        "The column “%(column)s” names people, and such columns never come in. Name another one "
        "for “%(field)s”, or none."
    ),
    "line_too_long": _("Line %(line)s is longer than %(limit)s characters."),
    "broken_csv": _("Line %(line)s cannot be cut into cells: a quotation mark is out of place."),
    "broken_json": _("Line %(line)s is not valid JSON."),
    "not_an_object": _("Line %(line)s holds JSON, but not an object with a case's fields."),
    "broken_bytes": _(
        "Line %(line)s holds letters that are not %(encoding)s. Choose the file's encoding."
    ),
    "nul_byte": _("Line %(line)s holds a NUL byte. This is not a text file, or it is damaged."),
    "unknown_encoding": _("The encoding “%(encoding)s” is not known here."),
    "unknown_zone": _("The time zone “%(zone)s” is not known."),
    "no_zone": _(
        "The times in this file have no offset, like %(example)s. Choose the time zone they are in."
    ),
    "no_room": _(
        "There is no room for the file at the moment. Nothing was saved; try again later."
    ),
    "cut_off": _("The file did not arrive whole. Nothing was saved; send it again."),
    "gone": _("The file is no longer here. Upload it again."),
    "unknown_mapping": _("The names of columns must be given as texts, by our field names."),
    "complete_to_in_future": _("“Complete up to” lies in the future."),
}
ROW_REFUSALS = {
    "no_case_id": _("no case number"),
    "no_start": _("no start"),
    "clock_error": _("ends before it starts, or lies in the future"),
    "not_a_time": _("“%(column)s” is not a time like 2026-03-04T09:30:00Z"),
    "no_zone": _("“%(column)s” has no offset and no time zone was chosen"),
    "time_in_gap": _("“%(column)s” falls into the hour that summer time leaves out"),
    "time_twice": _("“%(column)s” falls into the hour that comes twice when summer time ends"),
    "unknown_status": _("the status is none of open, completed, cancelled"),
    "completed_without_end": _("completed, but has no end"),
    "open_with_end": _("open, but has an end"),
    "not_a_number": _("“%(column)s” is not a number"),
    "number_too_large": _("“%(column)s” is too large a number"),
    "too_long": _("“%(column)s” is too long"),
    "not_a_text": _("“%(column)s” holds signs that are not text"),
    "wrong_cells": _("too many or too few cells"),
}


def file_refusal(code: str, facts: Mapping[str, Any]) -> str:
    return str(FILE_REFUSALS[code]) % facts


def row_refusal(code: str, column: str) -> str:
    return str(ROW_REFUSALS.get(code, code)) % {"column": column}


class FileRefusedError(DomainError):
    """Nothing of this delivery can be used; the text says why and what to do."""

    code = "file_refused"

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(FILE_REFUSALS[code], **facts)
        self.reason = code
        if code in {"too_large", "too_large_unpacked"}:
            self.status = 413


class ImportOverError(DomainError):
    status = 409
    code = "import_over"
    message = _("This import has ended already.")


class NothingGoodError(DomainError):
    code = "nothing_to_import"
    message = _("Not one row of this file can be imported.")
