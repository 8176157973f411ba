"""Changing a record by hand: one locked row, a reason, and an event that says what became of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from core.audit import changes, record, subject_of
from core.errors import DomainError, Stale

if TYPE_CHECKING:
    from people.models import Person

Row = TypeVar("Row", bound=models.Model)


class NoReason(DomainError):
    code = "no_reason"
    message = _("Say why: the reason stays with the change.")


class NothingChanged(DomainError):
    code = "nothing_changed"
    message = _("Nothing was changed, so nothing was saved.")


def given(reason: str) -> str:
    """The reason without space around it. Raises NoReason where nothing is left."""
    if not reason.strip():
        raise NoReason
    return reason.strip()


@transaction.atomic
def save_row(  # noqa: PLR0913 the facts of one change
    *,
    row: Row,
    facts: Mapping[str, Any],
    verb: str,
    actor: "Person | None",
    reason: str,
    names_only: bool = False,
) -> Row:
    """Insert ``row`` or change it under its lock; ``facts`` are its fields with their new values.

    The event holds both sides of what differs, or with ``names_only`` the names of the fields
    alone: personal data must not stand in a table that nothing is ever deleted from.
    Raises NoReason, NothingChanged, and Stale when somebody else made the same row first.
    """
    why = given(reason)
    try:
        with transaction.atomic():
            row, old, new = _inserted(row, facts) if row.pk is None else _updated(row, facts)
    except IntegrityError as taken:
        raise Stale from taken
    if names_only:
        record(verb, subject=row, actor=actor, after={"fields": sorted(new)}, reason=why)
    else:
        record(verb, subject=row, actor=actor, before=old, after=new, reason=why)
    return row


def _inserted(
    row: Row, facts: Mapping[str, Any]
) -> tuple[Row, dict[str, Any] | None, dict[str, Any]]:
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row, None, {name: told(value) for name, value in facts.items()}


def _updated(row: Row, facts: Mapping[str, Any]) -> tuple[Row, dict[str, Any], dict[str, Any]]:
    locked: Row = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)  # noqa: SLF001 Django's public name
    before = {name: told(getattr(locked, name)) for name in facts}
    old, new = changes(before, {name: told(value) for name, value in facts.items()})
    if not new:
        raise NothingChanged
    for name, value in facts.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(facts))
    return locked, old, new


def told(value: Any) -> Any:
    """As an event shows it: a row by its public id."""
    return subject_of(value)[1] if isinstance(value, models.Model) else value
