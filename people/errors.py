"""Refusals of people, and the words for what is wrong with a row or a request."""

from django.utils.translation import gettext_lazy as _

from core.deliveries import add_words
from core.errors import DomainError

add_words(
    {
        "no_source_id": _(
            "There is no column “source_id”, by which a person is known again. The file begins "
            "with: %(found)s."
        ),
    }
)
# ``%(column)s`` is the field, ``%(value)s`` what stood there (never a name or an address).
ROW_REFUSALS = {
    "missing": _("“%(column)s” is missing"),
    "too_long": _("“%(column)s” is too long"),
    "not_a_text": _("“%(column)s” holds signs that are not text"),
    "not_a_date": _("“%(column)s” is not a day like 2026-03-04"),
    "not_yes_no": _("“%(column)s” is neither true nor false"),
    "not_an_email": _("“%(column)s” is not an e-mail address"),
    "not_a_country": _("“%(column)s” is not a country code of two letters"),
    "not_a_version": _("“%(column)s” is neither a whole number nor a time with its offset"),
    "unknown_status": _("the status is neither active nor leave"),
    "wrong_cells": _("too many or too few cells"),
    "unknown_unit": _("there is no unit “%(value)s”"),
    "closed_unit": _("the unit “%(value)s” is closed on that day"),
    "unit_missing": _("a manager was given, but the person is in no unit"),
    "own_manager": _("nobody is their own manager"),
    "email_taken": _("another active person has this e-mail address"),
    "email_guarded": _(
        "the address of somebody who signs or administers is not changed by HR: an administrator "
        "takes the right to sign or the role away first"
    ),
    "last_administrator": _(
        "this is the last administrator: make somebody else administrator before this one leaves"
    ),
    "number_taken": _("another person has this employee number"),
    "name_missing": _("a new person needs a name"),
    "entity_missing": _("a further employment needs its legal entity"),
    "out_of_range": _("“%(column)s” lies too far away"),
}


def row_refusal(code: str, *, column: str = "", value: str = "") -> str:
    return str(ROW_REFUSALS.get(code, code)) % {"column": column, "value": value}


class OlderVersion(DomainError):
    status = 409
    code = "older_version"
    message = _("A newer version of this person is here already. Nothing was changed.")


class UnitLoop(DomainError):
    code = "unit_loop"
    message = _("A unit cannot lie below itself.")


class LinesOverlap(DomainError):
    status = 409
    code = "lines_overlap"
    message = _(
        "This line overlaps another one to the same manager, which stays as history. Lines that "
        "ended cannot be told again: begin after them. Nothing was changed."
    )


class ImportOver(DomainError):
    status = 409
    code = "import_over"
    message = _("This delivery has ended already.")


class SecondPersonNeeded(DomainError):
    status = 403
    code = "second_person_needed"
    message = _("Somebody else must approve this: whoever brought the file cannot.")
