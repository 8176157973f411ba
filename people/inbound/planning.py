"""The rules by which one row changes one person.

Nothing is overwritten: from ``effective_from`` on a new span holds and the old one is closed. A row
that corrects the very day a span began changes that span, and the log keeps both. A span that
begins later still holds: the row's facts reach up to it.
"""

from datetime import date
from typing import Any

from people.inbound.meaning import Meant, meant_by
from people.inbound.rows import Row
from people.inbound.state import (
    GONE,
    NEW,
    AssignmentSpan,
    EmploymentSpan,
    Holder,
    PersonState,
    World,
    cut,
    holds,
    touch,
)

DATED = ("unit", "manager", "site", "job_title", "cost_centre")


def apply_row(state: PersonState, row: Row, world: World) -> str:
    """What became of it: created, updated or unchanged. The state is changed, nothing is written.

    Raises RowRefused, and then nothing is changed.
    """
    meant = meant_by(state, row, world)
    first_of_new = state.is_new and not state.rows
    before = len(state.log)
    state.rows += 1
    if state.adopted:
        state.adopted = False
        state.log.append(("source_id", "", meant.day))
    _set_person(state, row, world, meant)
    if row.active is False:
        _leave(state, row, world, meant.day)
    else:
        _stay(state, row, world, meant, arrives=row.active is True or first_of_new)
    _mirror_title(state, world.today)
    if first_of_new:
        if not state.log:
            state.log.append(("source_id", "", meant.day))
        return "created"
    return "updated" if len(state.log) > before else "unchanged"


def arrive_manager(state: PersonState, manager: int, shown: str) -> None:
    """The awaited manager is here: from the day HR named on, as far as nobody else was set."""
    if state.parked is None:
        return
    _source_id, day = state.parked
    state.parked = None
    found = state.assignment_on(day)
    later = [one for one in state.assignments if one.mark != GONE and one.first > day]
    if found is not None and found.manager is None and manager != state.id:
        _set_assignment(state, day, {"manager": manager}, {"manager": shown})
    for span in later:
        if span.manager is None and manager != state.id:
            span.manager = manager
            touch(span)
            state.log.append(("manager", shown, span.first))


def _set_person(state: PersonState, row: Row, world: World, meant: Meant) -> None:
    for name in ("given_name", "family_name"):
        if name in row.given and getattr(state, name) != row.given[name]:
            setattr(state, name, row.given[name])
            state.log.append((name, "", meant.day))
    if "email" in row.given and (row.given["email"] or None) != state.email:
        if state.email:
            world.emails.pop(state.email, None)
        state.email = row.given["email"] or None
        if meant.holder is not None:
            world.freed.append(meant.holder.id)
        if state.email:
            world.emails[state.email] = Holder(state.id, active=True)
        state.log.append(("email", "", meant.day))
    number = row.given.get("employee_number")
    if number is not None and (number or None) != state.employee_number:
        if state.employee_number:
            world.numbers.pop(state.employee_number, None)
        state.employee_number = number or None
        if number:
            world.numbers[number] = state.id
        state.log.append(("employee_number", "", meant.day))


# --- staying -------------------------------------------------------------------------------------
def _stay(state: PersonState, row: Row, world: World, meant: Meant, *, arrives: bool) -> None:
    day = meant.day
    if not row.primary:
        _employ(state, row, world, day, primary=False)
        return
    was_here = state.is_active or state.is_employed_on(day)
    if row.active is True and not state.is_active and day <= world.today:
        _reopen(state, day, world.today)
    if arrives or was_here:
        _employ(state, row, world, day, primary=True)
    if arrives and not state.is_active:
        if day <= world.today:
            state.is_active = state.returned = True
            _hold_email(state, world, active=True)
        if was_here is False or day <= world.today:
            state.log.append(("active", "true", day))
    if arrives or was_here:
        _place(state, row, world, meant)


def _reopen(state: PersonState, day: date, today: date) -> None:
    """An end was told, and now it is told that there was none: the spans of ``day`` go on."""
    if state.is_employed_on(today):
        return
    for spans in (state.employments, state.assignments):
        last = max((one for one in spans if one.mark != GONE), key=lambda o: o.first, default=None)
        if last is not None and holds(last, day):
            last.until = None
            touch(last)


def _employ(state: PersonState, row: Row, world: World, day: date, *, primary: bool) -> None:
    code = row.given.get("legal_entity", "")
    spans = [one for one in state.employments if one.mark != GONE]
    if code:
        entity = world.label("entity", code, row.given.get("country", ""))
    elif primary and spans:  # back again, and HR does not say with whom: as before
        entity = max(spans, key=lambda one: (one.primary, one.first)).entity
    else:
        return
    mine = [one for one in spans if one.entity == entity]
    found = next((one for one in mine if holds(one, day)), None)
    if found is None:
        found = _new_employment(state, entity, day, mine, primary=primary)
        state.log.append(("legal_entity", code, day))
        found.country = row.given.get("country", found.country)
        found.status = row.given.get("status", found.status)
        return
    country, status = row.given.get("country"), row.given.get("status")
    if country is not None and country != found.country:
        found.country = country
        touch(found)
        state.log.append(("country", country, day))
    if status is not None and status != found.status:
        if found.first < day:
            rest = EmploymentSpan(
                None, entity, found.country, status, found.primary, day, found.until, NEW
            )
            cut(found, day)
            state.employments.append(rest)
        else:
            found.status = status
            touch(found)
        state.log.append(("status", status, day))


def _new_employment(
    state: PersonState, entity: int, day: date, mine: list[EmploymentSpan], *, primary: bool
) -> EmploymentSpan:
    """A start told later than it was moves the span's first day; else a new span begins.

    A new main employment ends the one before on its day.
    """
    others = [
        one
        for one in state.employments
        if one.mark != GONE and one.primary and primary and one.entity != entity
    ]
    for one in others:
        if holds(one, day):
            cut(one, day)
    later = min((one for one in mine if one.first > day), key=lambda one: one.first, default=None)
    bounds = [one.first for one in others if one.mark != GONE and one.first > day]
    if later is not None and not any(day < bound < later.first for bound in bounds):
        later.first = day
        touch(later)
        return later
    until = min([*bounds, *([later.first] if later else [])], default=None)
    country = next((one.country for one in mine), "")
    span = EmploymentSpan(None, entity, country, "active", primary, day, until, NEW)
    state.employments.append(span)
    return span


def _place(state: PersonState, row: Row, world: World, meant: Meant) -> None:
    wanted: dict[str, Any] = {}
    shown: dict[str, str] = {}
    if meant.unit is not None:
        wanted["unit"], shown["unit"] = meant.unit, row.given["unit"]
    if "manager" in row.given:
        _awaits(state, meant)
        wanted["manager"] = meant.manager
        known = world.people.get(row.given["manager"])
        shown["manager"] = str(known.public_id) if known else ""
    if "site" in row.given:
        code = row.given["site"]
        wanted["site"] = world.label("site", code) if code else None
        shown["site"] = code
    for name in ("job_title", "cost_centre"):
        if name in row.given:
            wanted[name] = row.given[name]
    comes_back = not state.is_new and state.assignments and state.assignment_on(meant.day) is None
    if wanted or comes_back:
        _set_assignment(state, meant.day, wanted, shown)


def _awaits(state: PersonState, meant: Meant) -> None:
    waits = state.parked[0] if state.parked else ""
    if meant.awaited == waits:
        return
    state.parked = (meant.awaited, meant.day) if meant.awaited else None
    state.log.append(("manager_awaited", "", meant.day))


def _set_assignment(
    state: PersonState, day: date, wanted: dict[str, Any], shown: dict[str, str]
) -> None:
    found = state.assignment_on(day)
    alive = [one for one in state.assignments if one.mark != GONE]
    before = max((one for one in alive if one.first <= day), key=lambda o: o.first, default=None)
    base = found or before or min(alive, key=lambda one: one.first, default=None)
    values: dict[str, Any] = (
        {name: getattr(base, name) for name in DATED}
        if base
        else {"unit": None, "manager": None, "site": None, "job_title": "", "cost_centre": ""}
    ) | wanted
    if values["unit"] is None:
        title = wanted.get("job_title", state.job_title)
        if title != state.job_title:
            state.job_title = title
            state.log.append(("job_title", "", day))
        return
    old = {name: getattr(found, name) for name in DATED} if found else {}
    changed = [name for name in DATED if old.get(name) != values[name]]
    if found is None:
        changed = [name for name in changed if values[name] not in (None, "")]
    elif not changed:
        return
    if found is not None and found.first == day:
        for name in changed:
            setattr(found, name, values[name])
        touch(found)
    else:
        later = min((one.first for one in alive if one.first > day), default=None)
        until = found.until if found else later
        if found is not None:
            cut(found, day)
        state.assignments.append(AssignmentSpan(None, **values, first=day, until=until, mark=NEW))
    state.log += [(name, shown.get(name, ""), day) for name in changed]


# --- leaving -------------------------------------------------------------------------------------
def _leave(state: PersonState, row: Row, world: World, day: date) -> None:
    """``day`` is the first day no longer employed; what began later never happens."""
    entity = None
    if not row.primary:
        entity = world.label("entity", row.given["legal_entity"])
    before = len(state.log)
    for span in state.employments:
        if entity is None or span.entity == entity:
            _cut_if_longer(state, span, day, "employment_until")
    if entity is not None and any(
        one.mark != GONE and (one.until is None or one.until > day) for one in state.employments
    ):
        return
    for one in state.assignments:
        _cut_if_longer(state, one, day, "assignment_until")
    state.parked = None
    if world.administrators is not None:
        world.administrators.discard(state.id)
    if state.is_active and day <= world.today:
        state.is_active, state.left, state.returned = False, True, False
        _hold_email(state, world, active=False)
        state.log.append(("active", "false", day))
    elif len(state.log) > before and day > world.today:
        state.log.append(("active", "false", day))


def _cut_if_longer(
    state: PersonState, span: EmploymentSpan | AssignmentSpan, day: date, attribute: str
) -> None:
    if span.mark != GONE and (span.until is None or span.until > day):
        cut(span, day)
        state.log.append((attribute, "", day))


def _hold_email(state: PersonState, world: World, *, active: bool) -> None:
    if state.email:
        world.emails[state.email] = Holder(state.id, active=active)


def _mirror_title(state: PersonState, today: date) -> None:
    span = state.assignment_on(today)
    if span is not None:
        state.job_title = span.job_title
