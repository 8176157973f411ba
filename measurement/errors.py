"""Refusals of measurement, and the words for what is wrong with a file or a row."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.deliveries import FileRefusedError, add_words, file_refusal
from core.errors import DomainError

__all__ = ["FileRefusedError", "ImportOverError", "NothingGoodError", "file_refusal", "row_refusal"]

# What is said of a whole file beside core.deliveries; ``%(name)s`` are the facts of the code.
add_words(
    {
        "column_missing": _(
            "There is no column “%(column)s”. The file begins with: %(found)s. Rename the column, "
            "or say below what it is called."
        ),
        "person_mapped": _(
            "The column “%(column)s” names people, and such columns never come in. Name another "
            "one for “%(field)s”, or none."
        ),
        "holds_events": _(
            "This is an event log. Say that its rows are events, and which ones end a case."
        ),
        "not_a_log": _("This is XML, but not an event log: it begins with “%(found)s”."),
        "events_without_cases": _("Line %(line)s holds an event that belongs to no case."),
        "unknown_zone": _("The time zone “%(zone)s” is not known."),
        "no_zone": _(
            "The times in this file have no offset, like %(example)s. Choose the time zone they "
            "are in."
        ),
        "unknown_mapping": _("The names of columns must be given as texts, by our field names."),
        "unknown_layout": _("Files of the kind “%(layout)s” are not known."),
        "unknown_times": _("The way “%(times)s” to write times is not known."),
        "unknown_decimal": _("“%(decimal)s” is no decimal sign: choose a point or a comma."),
        "unknown_delimiter": _("“%(delimiter)s” cannot separate cells."),
        "unknown_activities": _("Name steps by their texts, at most %(limit)s of them."),
        "no_end_activity": _("Choose at least one step that completes a case."),
        "activity_twice": _("“%(activity)s” cannot complete a case and cancel it, too."),
        "other_layout": _(
            "The columns are those of another kind of file. This one begins with: %(found)s."
        ),
        "tool_missing": _("The file names no AI tool. Choose the tool its rows are about."),
        "tool_unknown": _("This AI tool is not on the register."),
        "complete_to_in_future": _("“Complete up to” lies in the future."),
    }
)
ROW_REFUSALS = {
    "no_case_id": _("no case number"),
    "no_start": _("no start"),
    "clock_error": _("ends before it starts, or lies in the future"),
    "no_activity": _("no activity"),
    "no_time": _("no time"),
    "not_as_chosen": _("“%(column)s” is not a time as it was chosen for this file"),
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

USE_REFUSALS = {
    "no_person": _("no person"),
    "unknown_person": _("nobody here has this person number"),
    "no_tool": _("no AI tool"),
    "unknown_tool": _("this AI tool is not on the register"),
    "which_version": _("the AI tool has several versions: name the version"),
    "no_training": _("no training"),
    "unknown_training": _("no training has this code"),
    "not_a_day": _("“%(column)s” is not a day like 2026-03-02"),
    "not_a_monday": _("“%(column)s” is not a Monday; weeks begin on Monday"),
    "in_the_future": _("“%(column)s” lies in the future"),
    "too_long_ago": _("“%(column)s” lies before the year 2000"),
    "not_whole": _("“%(column)s” is not a whole number from 0 on"),
    "too_many_days": _("“%(column)s” is more than the seven days of a week"),
    "too_many": _("“%(column)s” is too large a number"),
    "ends_before": _("ends before it begins"),
    "overlaps": _("overlaps another row or an earlier delivery for this person and tool"),
    "other_verb": _("says neither completed nor passed"),
    "too_long": _("“%(column)s” is too long"),
    "wrong_cells": _("too many or too few cells"),
}


def use_refusal(code: str, column: str) -> str:
    return str(USE_REFUSALS.get(code, code)) % {"column": column}


def row_refusal(code: str, column: str, *, mapping: Mapping[str, str] | None = None) -> str:
    """``column`` by our name; with the delivery's ``mapping`` it is told by its own name."""
    column = (mapping or {}).get(column) or column
    return str(ROW_REFUSALS.get(code, code)) % {"column": column}


class ImportOverError(DomainError):
    status = 409
    code = "import_over"
    message = _("This import has ended already.")


class NothingGoodError(DomainError):
    code = "nothing_to_import"
    message = _("Not one row of this file can be imported.")


class AlarmAnswered(DomainError):
    status = 409
    code = "alarm_answered"
    message = _("Somebody has answered this alarm already.")
