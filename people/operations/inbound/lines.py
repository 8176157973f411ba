"""Second lines: matrix and project managers. They are shown, and give nobody any right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import DomainError
from people.errors import LinesOverlap
from people.models import ChangeLog, Person, ReportingLine
from people.operations.inbound.applying import Inbound, hold_inbound
from people.operations.inbound.units import UnknownName

Key = tuple[int, str, date]  # manager, kind, first day


@dataclass(frozen=True, slots=True)
class Line:
    manager: str
    kind: str
    first: date
    until: date | None


@transaction.atomic
def put_lines(*, person: Person, lines: Sequence[Line], inbound: Inbound) -> bool:
    """The person's lines from now on; whether that changed anything.

    Lines that ended stay as history. One that is not named again ends today, or goes when it has
    not begun. Raises UnknownName for a manager who is not here, DomainError for a line to oneself
    or two that overlap, and LinesOverlap for one that reaches into what stays as history.
    """
    hold_inbound()
    today = inbound.today
    known = Person.objects.filter(source_id__in={line.manager for line in lines}).in_bulk(
        field_name="source_id"
    )
    for line in lines:
        if line.manager not in known:
            raise UnknownName("manager", line.manager)
        if known[line.manager].pk == person.pk:
            raise DomainError(_("Nobody is their own manager."))
    wanted = {(known[one.manager].pk, one.kind, one.first): one.until for one in lines}
    _refuse_overlaps(lines)
    kept: dict[Key, date | None] = {}
    changed: list[tuple[ReportingLine, date | None]] = []
    for row in ReportingLine.objects.select_for_update().filter(person=person):
        key = (row.manager_id, row.kind, row.valid.lower)
        has_ended = row.valid.upper is not None and row.valid.upper <= today
        until = wanted.pop(key) if key in wanted else (row.valid.upper if has_ended else today)
        if until is None or until > row.valid.lower:
            kept[key] = until
        if until != row.valid.upper:
            changed.append((row, until))
    _refuse_history(kept | wanted)
    _change(changed)
    ReportingLine.objects.bulk_create(
        ReportingLine(person=person, manager_id=manager, kind=kind, valid=DateRange(first, until))
        for (manager, kind, first), until in wanted.items()
    )
    if not (changed or wanted):
        return False
    ChangeLog.objects.create(
        person=person,
        attribute="lines",
        effective_from=today,
        source=inbound.channel,
        request_id=inbound.request_id,
    )
    record("person.changed", subject=person, actor=inbound.actor, after={"fields": ["lines"]})
    return True


def _change(changed: Sequence[tuple[ReportingLine, date | None]]) -> None:
    """What ends earlier before what ends later: no two may overlap even for a moment."""
    for row, until in sorted(changed, key=_grows):
        if until is not None and until <= row.valid.lower:
            row.delete()
        else:
            row.valid = DateRange(row.valid.lower, until)
            row.save(update_fields=["valid"])


def _grows(change: tuple[ReportingLine, date | None]) -> bool:
    before, until = change[0].valid.upper, change[1]
    return before is not None and (until is None or until > before)


def _refuse_history(spans: Mapping[Key, date | None]) -> None:
    """``spans`` are all of the person, as they would be; those that were sent overlap in no way."""
    ends: dict[tuple[int, str], date | None] = {}
    for manager, kind, first in sorted(spans):
        before = ends.get((manager, kind), first)
        if before is None or before > first:
            raise LinesOverlap
        ends[manager, kind] = spans[manager, kind, first]


def _refuse_overlaps(lines: Sequence[Line]) -> None:
    seen: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(lines, key=lambda one: one.first):
        before = seen.setdefault((line.manager, line.kind), [])
        if before and (before[-1].until is None or before[-1].until > line.first):
            raise DomainError(_("Two lines to the same manager overlap."))
        before.append(line)
